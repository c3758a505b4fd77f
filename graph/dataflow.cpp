#include "graph/dataflow.hpp"

#include <algorithm>

namespace ramus {
namespace {

bool is_connected(const Value& value) { return !value.is_constant && (value.is_output || !value.readers.empty()); }

bool computes_constants(const Graph& graph, const Node& node) {
  return !node.outputs.empty() && std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
    return !output.exists() || graph.is_constant(output);
  }) && std::any_of(node.outputs.begin(), node.outputs.end(), [](ValueId output) { return output.exists(); });
}

using Aside = std::span<const AsideRead>;

std::vector<std::pair<Vertex, Vertex>> edges_of(const Graph& graph, Aside aside, const auto& vertex) {
  std::vector<std::pair<Vertex, Vertex>> edges;
  for (std::size_t v = 0; v < graph.values().size(); ++v) {
    const Value& value = graph.values()[v];
    if (!is_connected(value)) continue;
    const Vertex here = vertex(ValueId(v));
    if (!value.producer.exists()) edges.emplace_back(Dataflow::kSource, here);
    if (value.is_output) edges.emplace_back(here, Dataflow::kSink);
  }
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Vertex here = vertex(NodeId(n));
    if (computes_constants(graph, graph.nodes()[n])) continue;
    const std::vector<ValueId> inputs = graph.data_inputs(NodeId(n));
    if (inputs.empty()) edges.emplace_back(Dataflow::kSource, here);
    for (const ValueId input : inputs) {
      const bool enters = !std::binary_search(aside.begin(), aside.end(), std::pair(NodeId(n), input));
      edges.emplace_back(vertex(input), enters ? here : Dataflow::kSink);
    }
    bool writes = false;
    for (const ValueId output : graph.nodes()[n].outputs) {
      if (!output.exists() || !is_connected(graph[output])) continue;
      edges.emplace_back(here, vertex(output));
      writes = true;
    }
    if (!writes) edges.emplace_back(here, Dataflow::kSink);
  }
  return edges;
}

}  // namespace

Dataflow::Dataflow(const Graph& graph, Aside aside) : nodes_(static_cast<std::uint32_t>(graph.nodes().size())) {
  const auto edges = edges_of(graph, aside, [&](auto id) { return vertex(id); });
  edges_ = BoostDataflow(edges.begin(), edges.end(), 2 + graph.nodes().size() + graph.values().size());

  order_.reserve(size());
  order_.push_back(kSource);
  const auto append = [&](ValueId id) {
    if (id.exists() && is_connected(graph[id])) order_.push_back(vertex(id));
  };
  for (std::size_t v = 0; v < graph.values().size(); ++v) {
    if (!graph.values()[v].producer.exists()) append(ValueId(v));
  }
  for (const NodeId node : graph.topological_order()) {
    if (!computes_constants(graph, graph[node])) order_.push_back(vertex(node));
    for (const ValueId output : graph[node].outputs) append(output);
  }
  order_.push_back(kSink);
}

}  // namespace ramus
