#include "plugin/check/node_structures.hpp"

#include "plugin/structural_hash.hpp"

namespace ramus {

Result<NodeStructures> NodeStructures::of(std::span<const AnalysedGraph> graphs,
                                          const std::function<bool()>& cancelled) {
  NodeStructures structures;
  for (const AnalysedGraph& analysed : graphs) {
    const Graph& graph = *analysed.original;
    auto hashes = structural_hashes(graph, cancelled, HashedWeights::shapes);
    if (!hashes) return propagate(std::move(hashes.error()));
    Names& names = structures.by_graph_[analysed.path];
    for (std::size_t n = 0; n < hashes->size(); ++n) {
      const Node& node = graph.nodes()[n];
      for (std::size_t output = 0; output < node.outputs.size(); ++output) {
        if (!node.outputs[output].exists()) continue;
        names.values.emplace(graph[node.outputs[output]].name, (*hashes)[n] + "." + std::to_string(output));
      }
      names.nodes.emplace(analysed.prefix + node.name, std::move((*hashes)[n]));
    }
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
      names.values.emplace(graph[graph.inputs()[i]].name, "input " + std::to_string(i));
    }
  }
  return structures;
}

const std::string& NodeStructures::of_node(const std::string& graph, const std::string& name) const {
  return find(graph, name, &Names::nodes);
}

const std::string& NodeStructures::of_value(const std::string& graph, const std::string& name) const {
  return find(graph, name, &Names::values);
}

const std::string& NodeStructures::find(const std::string& graph, const std::string& name,
                                        TextByName Names::*kind) const {
  const auto names = by_graph_.find(graph);
  if (names == by_graph_.end()) return name;
  const auto found = (names->second.*kind).find(name);
  return found == (names->second.*kind).end() ? name : found->second;
}

}  // namespace ramus
