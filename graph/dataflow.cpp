#include "graph/dataflow.hpp"

#include <algorithm>

namespace ramus {
namespace {

bool computes_constants(const Graph& graph, const Node& node) {
  return !node.outputs.empty() && std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
    return !output.exists() || graph.is_constant(output);
  }) && std::any_of(node.outputs.begin(), node.outputs.end(), [](ValueId output) { return output.exists(); });
}

// What data an output of the graph depends on.
class Live {
 public:
  explicit Live(const Graph& graph) : nodes_(graph.nodes().size()), values_(graph.values().size()) {
    for (const ValueId output : graph.outputs()) mark(graph, output);
    const auto order = graph.topological_order();
    for (auto node = order.rbegin(); node != order.rend(); ++node) {
      if (!nodes_[node->index] || computes_constants(graph, graph[*node])) continue;
      for (const ValueId input : graph.data_inputs(*node)) mark(graph, input);
    }
  }
  bool operator[](NodeId id) const { return nodes_[id.index]; }
  bool operator[](ValueId id) const { return id.exists() && values_[id.index]; }

 private:
  void mark(const Graph& graph, ValueId id) {
    const Value& value = graph[id];
    if (value.is_constant) return;
    values_[id.index] = true;
    if (value.producer.exists()) nodes_[value.producer.index] = true;
  }

  std::vector<bool> nodes_, values_;
};

std::vector<std::pair<Vertex, Vertex>> edges_of(const Graph& graph, const Live& live, const auto& vertex) {
  std::vector<std::pair<Vertex, Vertex>> edges;
  for (std::size_t v = 0; v < graph.values().size(); ++v) {
    if (!live[ValueId(v)]) continue;
    const Vertex here = vertex(ValueId(v));
    if (!graph.values()[v].producer.exists()) edges.emplace_back(Dataflow::kSource, here);
    if (graph.values()[v].is_output) edges.emplace_back(here, Dataflow::kSink);
  }
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    if (!live[NodeId(n)]) continue;
    const Vertex here = vertex(NodeId(n));
    const std::vector<ValueId> inputs = graph.data_inputs(NodeId(n));
    if (inputs.empty()) edges.emplace_back(Dataflow::kSource, here);
    for (const ValueId input : inputs) edges.emplace_back(vertex(input), here);
    for (const ValueId output : graph.nodes()[n].outputs) {
      if (live[output]) edges.emplace_back(here, vertex(output));
    }
  }
  return edges;
}

}  // namespace

std::vector<std::size_t> topological_places(const Graph& graph) {
  std::vector<std::size_t> places(graph.nodes().size());
  for (std::size_t i = 0; i < places.size(); ++i) places[graph.topological_order()[i].index] = i;
  return places;
}

Dataflow::Dataflow(const Graph& graph) : nodes_(static_cast<std::uint32_t>(graph.nodes().size())) {
  const Live live(graph);
  const auto edges = edges_of(graph, live, [&](auto id) { return vertex(id); });
  const auto vertices = static_cast<std::uint32_t>(2 + graph.nodes().size() + graph.values().size());
  edges_ = BoostDataflow(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), vertices);

  order_.reserve(size());
  order_.push_back(kSource);
  for (std::size_t v = 0; v < graph.values().size(); ++v) {
    if (live[ValueId(v)] && !graph.values()[v].producer.exists()) order_.push_back(vertex(ValueId(v)));
  }
  for (const NodeId node : graph.topological_order()) {
    if (!live[node]) continue;
    order_.push_back(vertex(node));
    for (const ValueId output : graph[node].outputs) {
      if (live[output]) order_.push_back(vertex(output));
    }
  }
  order_.push_back(kSink);
}

}  // namespace ramus
