#include "passes/critical_path.hpp"

#include <algorithm>
#include <map>

#include "graph/weight_layer.hpp"

namespace ramus {

std::optional<ParallelCost> find_parallel_cost(const Graph& graph, const BranchGroup& group,
                                               std::span<const std::size_t> place) {
  ParallelCost cost;
  std::size_t computing = 0;
  std::vector<NodeId> nodes = group.shared;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const Branch& branch = group.branches[b];
    for (const NodeId id : branch.nodes) {
      if (find_first_weight_layer(graph, id) && !macs_of(graph, id)) return std::nullopt;
    }
    nodes.insert(nodes.end(), branch.nodes.begin(), branch.nodes.end());
    computing += branch.macs > 0 ? 1 : 0;
    if (branch.macs > cost.heaviest_macs) {
      cost.heaviest = b;
      cost.heaviest_macs = branch.macs;
    }
  }
  if (computing < 2) return std::nullopt;
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return place[a.index] < place[b.index]; });
  std::map<NodeId, std::int64_t> until;  // the most before and at a node
  for (const NodeId id : nodes) {
    std::int64_t before = 0;
    for (const ValueId value : graph.data_inputs(id)) {
      const auto known = graph[value].producer.exists() ? until.find(graph[value].producer) : until.end();
      if (known != until.end()) before = std::max(before, known->second);
    }
    const std::int64_t own = macs_of(graph, id).value_or(0), all = before + own;
    cost.macs += own;
    until.emplace(id, all);
    cost.critical = std::max(cost.critical, all);
  }
  return cost;
}

}  // namespace ramus
