#include "passes/branch_group.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

void widen_kernel(const WeightLayer& layer, Branch& branch) {
  if (layer.kernel.empty()) return;
  const std::int64_t width = layer.kernel.back();
  const std::int64_t height = layer.kernel.size() > 1 ? layer.kernel[layer.kernel.size() - 2] : 1;
  auto& kernel = branch.kernel.emplace(branch.kernel.value_or(std::array<std::int64_t, 2>{1, 1}));
  kernel = {std::max(kernel[0], height), std::max(kernel[1], width)};
}

}  // namespace

std::string_view name_of(BranchKind kind) {
  switch (kind) {
    case BranchKind::concat:
      return "concat";
    case BranchKind::sum:
      return "sum";
    case BranchKind::residual:
      return "residual";
    case BranchKind::gate:
      return "gate";
    case BranchKind::split:
      return "split";
    case BranchKind::towers:
      return "towers";
    case BranchKind::other:
      return "other";
    case BranchKind::grouped:
      return "grouped";
    case BranchKind::conditional:
      return "conditional";
    case BranchKind::outputs:
      return "outputs";
    case BranchKind::heads:
      return "heads";
    case BranchKind::experts:
      return "experts";
  }
  return "";
}

std::string_view name_of(ConcatAxis axis) {
  switch (axis) {
    case ConcatAxis::channels:
      return "channels";
    case ConcatAxis::space:
      return "space";
    case ConcatAxis::batch:
      return "batch";
  }
  return "";
}

std::int64_t parameters_in(const WeightView& weight) {
  const bool counts =
      is_numeric(weight.type) && weight.type != ElementType::int64 && weight.type != ElementType::boolean;
  return counts ? weight.elements() : 0;
}

bool shares_nodes(const BranchGroup& group) {
  if (group.kind != BranchKind::experts) return group.kind == BranchKind::grouped || group.kind == BranchKind::heads;
  return group.branches.size() > 1 && group.branches[0].nodes == group.branches[1].nodes;
}

std::vector<ValueIds> ends_of_branches(const Graph& graph, const BranchGroup& group) {
  std::vector<ValueIds> ends(group.branches.size());
  if (shares_nodes(group)) return ends;
  std::unordered_map<NodeId, std::size_t> branch_of_node;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const Branch& branch = group.branches[b];
    if (branch.output.exists()) {
      ends[b].push_back(branch.output);
    } else {
      for (const NodeId id : branch.nodes) branch_of_node.emplace(id, b);
    }
  }
  if (!group.join.exists()) return ends;
  for (const ValueId value : distinct(graph.data_inputs(group.join))) {
    const NodeId producer = graph[value].producer;
    const auto found = producer.exists() ? branch_of_node.find(producer) : branch_of_node.end();
    if (found != branch_of_node.end()) ends[found->second].push_back(value);
  }
  return ends;
}

Branch branch_of(const Graph& graph, const Arm& arm) {
  Branch branch;
  branch.nodes = arm.nodes;
  branch.skip = arm.skip;
  describe_branch(graph, branch);
  return branch;
}

void describe_branch(const Graph& graph, Branch& branch) {
  std::set<WeightId> counted;
  bool macs_are_known = true;
  for (const NodeId id : branch.nodes) {
    for (const ValueId input : graph[id].inputs) {
      if (!graph.is_parameter(input) || !counted.insert(graph[input].weight).second) continue;
      branch.parameters += parameters_in(graph[graph[input].weight]);
    }
    const auto layer = find_weight_layer(graph, id);
    if (!layer) continue;
    branch.layers.push_back({id, 0, layer->outputs});
    widen_kernel(*layer, branch);
    const auto macs = macs_of(graph, id);
    macs_are_known = macs_are_known && macs && *macs <= std::numeric_limits<std::int64_t>::max() - branch.macs;
    if (macs_are_known) branch.macs += *macs;
  }
  if (!macs_are_known) branch.macs = 0;
}

}  // namespace ramus
