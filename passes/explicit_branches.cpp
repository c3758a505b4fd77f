#include "passes/explicit_branches.hpp"

#include <algorithm>

#include "graph/region.hpp"
#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

bool is_sum(const Node& node) { return node.is("Add") || node.is("Sum"); }

bool has_computed_operands_of_one_shape(const Graph& graph, NodeId join) {
  const std::vector<ValueId> operands = graph.data_inputs(join);
  const auto& first = graph[operands.front()].shape;
  return std::all_of(operands.begin(), operands.end(), [&](ValueId operand) {
    const auto& shape = graph[operand].shape;
    if (!shape || !first) return true;  // not known to differ
    return std::equal(shape->begin(), shape->end(), first->begin(), first->end(),
                      [](std::int64_t a, std::int64_t b) { return a == b || a == kUnknownDim || b == kUnknownDim; });
  });
}

// Shapes and indices are joined too, and have no units.
bool joins_indices(const Graph& graph, NodeId join) {
  switch (graph[graph[join].outputs.front()].type) {
    case ElementType::int32:
    case ElementType::int64:
    case ElementType::uint32:
    case ElementType::uint64:
    case ElementType::boolean:
    case ElementType::string:
      return true;
    default:
      return false;
  }
}

// What a projection may consist of: it changes size or scale, and computes nothing else.
bool is_linear(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  for (const char* op : {"BatchNormalization", "AveragePool", "MaxPool", "Pad", "Slice"}) {
    if (node.is(op)) return true;
  }
  if (node.is("Mul") || node.is("Add")) return graph.data_inputs(id).size() == 1;
  const auto layer = find_weight_layer(graph, id);
  return layer && node.is("Conv") && layer->taps == 1 && layer->groups == 1;
}

bool is_linear(const Graph& graph, const Branch& branch) {
  return !branch.nodes.empty() &&
         std::all_of(branch.nodes.begin(), branch.nodes.end(), [&](NodeId id) { return is_linear(graph, id); });
}

// Walks back from the join along a chain of nodes with one data input each.
bool ends_in_upsampling(const Graph& graph, ValueId last) {
  for (NodeId at = graph[last].producer; at.exists(); at = graph[last].producer) {
    const Node& node = graph[at];
    if (node.is("Resize") || node.is("Upsample") || node.is("ConvTranspose")) return true;
    const auto inputs = graph.data_inputs(at);
    if (inputs.size() != 1 || (!is_linear(graph, at) && !node.is("Relu"))) return false;
    last = inputs.front();
  }
  return false;
}

BranchKind kind_of_sum(const Graph& graph, const Region& region, std::vector<Branch>& branches) {
  const bool skips = std::any_of(branches.begin(), branches.end(), [](const Branch& branch) { return branch.skip; });
  if (skips) return BranchKind::residual;
  std::vector<bool> linear;
  for (const Branch& branch : branches) linear.push_back(is_linear(graph, branch));
  const bool some = std::count(linear.begin(), linear.end(), true) > 0;
  const bool all = std::count(linear.begin(), linear.end(), false) == 0;
  if (!some || all) return BranchKind::sum;
  for (const ValueId operand : graph.data_inputs(region.join)) {
    if (ends_in_upsampling(graph, operand)) return BranchKind::sum;
  }
  for (std::size_t b = 0; b < branches.size(); ++b) branches[b].projection = linear[b];
  return BranchKind::residual;
}

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
  std::vector<ValueId> distinct;
  std::int64_t begin = 0;
  for (const ValueId input : join.inputs) {
    if (!input.exists()) continue;
    const std::int64_t extent = extent_of(context, input, *group.axis);
    if (extent < 0) return;
    const std::int64_t end = begin + extent;
    if (!context.graph.is_parameter(input) && std::find(distinct.begin(), distinct.end(), input) == distinct.end()) {
      const auto place = static_cast<std::uint32_t>(distinct.size());
      distinct.push_back(input);
      for (std::size_t a = 0; a < region.arms.size(); ++a) {
        if (region.arms[a].inputs.front() == place) group.branches[a].units = UnitRange{region.join, begin, end};
      }
    }
    begin = end;
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

BranchGroup to_group(const PassContext& context, Region region) {
  const Graph& graph = context.graph;
  BranchGroup group;
  group.join = region.join;
  group.fork = region.fork;
  group.closed = region.closed;
  for (const Arm& arm : region.arms) {
    Branch branch;
    branch.nodes = arm.nodes;
    branch.skip = arm.skip;
    describe_branch(graph, branch);
    group.branches.push_back(std::move(branch));
  }
  if (is_sum(graph[region.join])) {
    group.kind = kind_of_sum(graph, region, group.branches);
  } else {
    group.kind = BranchKind::concat;
    group.axis = concat_axis(graph, region.join);
    if (group.axis) group.along = axis_of_concat(context, region.join, *group.axis);
    if (group.axis && group.along == ConcatAxis::channels) assign_units(context, region, group);
  }
  group.crossing = std::move(region.crossing);
  group.shared = std::move(region.shared);
  return group;
}

}  // namespace

Result<Findings> find_explicit_branches(const PassContext& context) {
  const Graph& graph = context.graph;
  const Analyses& analyses = context.analyses;
  RegionFinder finder(graph, analyses.dataflow(), analyses.dominators(), analyses.post_dominators(), context.limits);
  Findings findings;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    if ((!node.is("Concat") && !is_sum(node)) || node.outputs.empty() || joins_indices(graph, id)) continue;
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled while regions were walked");
    auto region = finder.find(id);
    if (!region) return propagate(std::move(region.error()), "node '" + node.name + "'");
    if (!*region || (is_sum(node) && !has_computed_operands_of_one_shape(graph, id))) continue;
    findings.groups.push_back(to_group(context, std::move(**region)));
  }
  return findings;
}

}  // namespace ramus
