#include "passes/explicit_branches.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "graph/region.hpp"
#include "passes/branch_kind.hpp"
#include "passes/side_values.hpp"

namespace ramus {
namespace {

ConcatAxis axis_of_concat(const PassContext& context, NodeId join, std::int64_t axis) {
  if (axis == 0) return ConcatAxis::batch;
  for (const ValueId input : context.graph.data_inputs(join)) {
    const int channels = context.analyses.channel_flow()[input].axis;
    if (channels >= 0) return channels == axis ? ConcatAxis::channels : ConcatAxis::space;
  }
  const auto& shape = context.graph[context.graph.data_inputs(join).front()].shape;
  const bool image = !shape || shape->size() != 3;  // of unknown origin: N x C x …, or batch x time x channels
  return axis == (image ? 1 : 2) ? ConcatAxis::channels : ConcatAxis::space;
}

std::int64_t extent_of(const PassContext& context, ValueId input, std::int64_t axis) {
  const ChannelMap& map = context.analyses.channel_flow()[input];
  if (map.axis == axis && map.channels >= 0) return map.channels;
  const auto& shape = context.graph[input].shape;
  if (!shape || axis >= static_cast<std::int64_t>(shape->size())) return -1;
  return (*shape)[static_cast<std::size_t>(axis)];
}

// Consecutive ranges of the join's output; parameters that are concatenated take their place too.
void assign_units(const PassContext& context, const Region& region, BranchGroup& group) {
  const Node& join = context.graph[region.join];
  std::unordered_map<ValueId, UnitRange> ranges;  // of each input where it stands first
  std::int64_t begin = 0;
  for (const ValueId input : join.inputs) {
    if (!input.exists()) continue;
    const std::int64_t extent = extent_of(context, input, *group.axis);
    if (extent < 0) break;
    ranges.try_emplace(input, UnitRange{region.join, begin, begin + extent});
    begin += extent;
  }
  for (std::size_t a = 0; a < region.arms.size(); ++a) {
    const auto range = ranges.find(region.inputs[region.arms[a].inputs.front()]);
    if (range != ranges.end()) group.branches[a].units = range->second;
  }
}

std::optional<std::int64_t> concat_axis(const Graph& graph, NodeId join) {
  const std::int64_t axis = graph[join].int_attribute("axis", 1);
  if (axis >= 0) return axis;
  for (const ValueId value : graph[join].inputs) {
    if (value.exists() && graph[value].shape) return axis + static_cast<std::int64_t>(graph[value].shape->size());
  }
  return std::nullopt;
}

// Which axis of the value at the fork holds channels.
std::optional<std::int64_t> channel_axis_at(const PassContext& context, Vertex fork) {
  const Dataflow& flow = context.analyses.dataflow();
  ValueId value;
  if (flow.is_value(fork)) value = flow.value(fork);
  if (flow.is_node(fork) && !context.graph[flow.node(fork)].inputs.empty()) {
    value = context.graph[flow.node(fork)].inputs.front();
  }
  const int axis = value.exists() ? context.analyses.channel_flow()[value].axis : -1;
  return axis >= 0 ? std::optional<std::int64_t>(axis) : std::nullopt;
}

std::optional<BranchGroup> to_group(const PassContext& context, Region region) {
  const Graph& graph = context.graph;
  BranchGroup group;
  group.join = region.join;
  group.fork = region.fork;
  group.closed = region.closed;
  for (const Arm& arm : region.arms) group.branches.push_back(branch_of(graph, arm));
  ConcatFacts concat;
  if (graph[region.join].is("Concat")) {
    group.axis = concat_axis(graph, region.join);
    if (group.axis) group.along = axis_of_concat(context, region.join, *group.axis);
    concat = {group.along, channel_axis_at(context, region.fork)};
  }
  const auto kind = find_branch_kind(graph, context.analyses.dataflow(), region, concat, group.branches);
  if (!kind) return std::nullopt;
  group.kind = *kind;
  if (group.along == ConcatAxis::channels) assign_units(context, region, group);
  group.crossing = std::move(region.crossing);
  group.shared = std::move(region.shared);
  return group;
}

constexpr std::size_t kManyNodes = 256;

std::size_t nodes_in(const BranchGroup& group) {
  std::size_t nodes = group.shared.size();
  for (const Branch& branch : group.branches) nodes += branch.nodes.size();
  return nodes;
}

bool has_a_skip(const Region& region) {
  return std::any_of(region.arms.begin(), region.arms.end(), [](const Arm& arm) { return arm.skip; });
}

// What of a region's shared nodes the arms read, directly or not.
std::set<NodeId> shared_before(const Graph& graph, const Region& region, const std::vector<Arm>& arms) {
  const std::set<NodeId> shared(region.shared.begin(), region.shared.end());
  std::set<NodeId> found;
  std::vector<NodeId> open;
  for (const Arm& arm : arms) open.insert(open.end(), arm.nodes.begin(), arm.nodes.end());
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    for (const ValueId input : graph.data_inputs(node)) {
      const NodeId producer = graph[input].producer;
      if (producer.exists() && shared.count(producer) != 0 && found.insert(producer).second) open.push_back(producer);
    }
  }
  return found;
}

// Experts that this sum adds to something else count as one arm, with what only they read.
void join_experts(const PassContext& context, const ExpertMixture& mixture, Region& region) {
  const std::set<ValueId> terms(mixture.terms.begin(), mixture.terms.end());
  const auto is_of_experts = [&](std::uint32_t input) {
    const ValueId value = region.inputs[input];
    return terms.count(value) != 0 || says_how(context.graph, region.join, value);
  };
  Arm experts;
  std::vector<Arm> arms;
  for (Arm& arm : region.arms) {
    if (!std::all_of(arm.inputs.begin(), arm.inputs.end(), is_of_experts)) {
      arms.push_back(std::move(arm));
      continue;
    }
    experts.nodes.insert(experts.nodes.end(), arm.nodes.begin(), arm.nodes.end());
    experts.inputs.insert(experts.inputs.end(), arm.inputs.begin(), arm.inputs.end());
  }
  if (experts.inputs.empty()) return;
  const std::set<NodeId> of_others = shared_before(context.graph, region, arms);
  for (const NodeId node : region.shared) {
    if (of_others.count(node) == 0) experts.nodes.push_back(node);
  }
  std::sort(experts.nodes.begin(), experts.nodes.end());
  region.shared.assign(of_others.begin(), of_others.end());
  arms.push_back(std::move(experts));
  std::sort(arms.begin(), arms.end(), [](const Arm& a, const Arm& b) { return a.inputs.front() < b.inputs.front(); });
  region.arms = std::move(arms);
  const Analyses& analyses = context.analyses;
  region.closed = region.shared.empty() && region.crossing.empty() &&
                  analyses.post_dominators().dominates(analyses.dataflow().vertex(region.join), region.fork);
}

}  // namespace

Result<Findings> find_explicit_branches(const PassContext& context) {
  const Graph& graph = context.graph;
  const Analyses& analyses = context.analyses;
  RegionFinder finder(graph, analyses.dataflow(), analyses.dominators(), analyses.post_dominators(), context.limits);
  std::size_t listed = 0, left_out = 0;
  std::optional<SideValues> side_values;  // looks through the whole graph: only where a sum has no skip
  Findings findings;
  for (const NodeId id : graph.topological_order()) {
    if (!may_join_branches(graph, id) || analyses.attention().holds(id)) continue;
    const ExpertMixture* mixture = analyses.experts().at(id);
    if (analyses.experts().joining[id.index] && (mixture == nullptr || !is_sum(graph[id]))) continue;
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled while regions were walked");
    auto region = finder.find(id);
    if (!region) {  // the budget is spent: what was found so far stands, and the rest is said to be missing
      findings.notes.push_back(
          {graph[id].name, "regions", region.error().message + "; later joins are not listed", true});
      break;
    }
    if (!*region) continue;
    if (is_sum(graph[id]) && !has_a_skip(**region)) {
      if (!side_values)
        side_values.emplace(graph, analyses.dataflow(), analyses.dominators(), analyses.attention(), context.limits);
      if (auto around = side_values->find_region(id)) *region = std::move(around);
    }
    if (mixture != nullptr) join_experts(context, *mixture, **region);
    if ((*region)->arms.size() < 2) continue;
    auto group = to_group(context, std::move(**region));
    if (!group) continue;
    const std::size_t nodes = nodes_in(*group);
    // Large ones go first: inputs that meet the trunk again and again list all of it each time.
    const bool is_large = listed > context.limits.listed_nodes / 4 && nodes > kManyNodes;
    if (is_large || listed + nodes > context.limits.listed_nodes) {
      ++left_out;
      continue;
    }
    listed += nodes;
    findings.groups.push_back(std::move(*group));
  }
  if (left_out > 0) {
    findings.notes.push_back({"", "groups",
                              std::to_string(left_out) + " groups are not listed: their branches overlap so "
                                                         "much that they would name the same nodes over and over",
                              true});
  }
  return findings;
}

}  // namespace ramus
