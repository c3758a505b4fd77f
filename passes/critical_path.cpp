#include "passes/critical_path.hpp"

#include <algorithm>
#include <map>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

// Multiply-accumulates of a node; nullopt where they are not known: layers of unknown shape, recurrent ones, stacks, and
// products of two values that are both computed.
std::optional<std::int64_t> cost_of(const Graph& graph, NodeId id) {
  const bool is_layer = find_first_weight_layer(graph, id).has_value();
  if (is_layer && !find_weight_layer(graph, id)) return std::nullopt;
  const bool multiplies = graph[id].is_one_of({"MatMul", "Gemm", "Einsum"});
  if (!is_layer && (multiplies || !graph[id].bodies.empty())) return std::nullopt;
  return macs_of(graph, id);
}

bool add_to(std::int64_t& sum, std::int64_t term) { return !__builtin_add_overflow(sum, term, &sum); }

}  // namespace

std::optional<ParallelCost> find_parallel_cost(const Graph& graph, const BranchGroup& group,
                                               std::span<const std::size_t> place) {
  ParallelCost cost;
  std::size_t computing = 0;
  std::vector<NodeId> nodes = group.shared;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const Branch& branch = group.branches[b];
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
    const auto own = cost_of(graph, id);
    if (!own || !add_to(cost.macs, *own) || !add_to(before, *own)) return std::nullopt;
    until.emplace(id, before);
    cost.critical = std::max(cost.critical, before);
  }
  return cost;
}

}  // namespace ramus
