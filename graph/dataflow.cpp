#include "graph/dataflow.hpp"

#include <algorithm>

namespace ramus {
namespace {

bool computes_constants(const Graph& graph, const Node& node) {
  return !node.outputs.empty() && std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
    return !output.exists() || graph.is_constant(output);
  }) && std::any_of(node.outputs.begin(), node.outputs.end(), [](ValueId output) { return output.exists(); });
}

bool is_read(const Graph& graph, ValueId id, const std::vector<bool>& live) {
  const Value& value = graph[id];
  return value.is_output ||
         std::any_of(value.readers.begin(), value.readers.end(), [&](NodeId reader) { return live[reader.index]; });
}

// What data an output of the graph depends on.
class Live {
 public:
  explicit Live(const Graph& graph) : nodes_(find_live_nodes(graph)), values_(graph.values().size(), false) {
    for (std::size_t v = 0; v < values_.size(); ++v) {
      values_[v] = !graph.values()[v].is_constant && is_read(graph, ValueId(v), nodes_);
    }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      nodes_[n] = nodes_[n] && !computes_constants(graph, graph.nodes()[n]);
    }
  }
  bool operator[](NodeId id) const { return nodes_[id.index]; }
  bool operator[](ValueId id) const { return id.exists() && values_[id.index]; }

 private:
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
    const auto inputs = graph.data_inputs(NodeId(n));
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

std::vector<bool> find_live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.nodes().size(), false);
  const auto order = graph.topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {  // readers before what they read
    const auto& outputs = graph[*id].outputs;
    live[id->index] = std::any_of(outputs.begin(), outputs.end(),
                                  [&](ValueId output) { return output.exists() && is_read(graph, output, live); });
  }
  return live;
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
