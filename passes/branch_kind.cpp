#include "passes/branch_kind.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

bool may_be_equal(std::int64_t a, std::int64_t b) { return a == b || a == kUnknownDim || b == kUnknownDim; }

bool have_one_shape(const Graph& graph, const ValueIds& values) {
  const auto& first = graph[values.front()].shape;
  return std::all_of(values.begin(), values.end(), [&](ValueId value) {
    const auto& shape = graph[value].shape;
    return !shape || !first || std::equal(shape->begin(), shape->end(), first->begin(), first->end(), may_be_equal);
  });
}

bool is_linear(const Graph& graph, const Branch& branch) {
  return !branch.nodes.empty() && std::all_of(branch.nodes.begin(), branch.nodes.end(),
                                              [&](NodeId id) { return is_linear_operator(graph, id); });
}

// Nothing but elementwise operators and reductions in any arm: one operator, taken apart by an exporter.
bool is_one_operator(const Graph& graph, const Dataflow& flow, const Region& region) {
  if (!flow.is_value(region.fork)) return false;  // the parts of a Split differ: a gated linear unit
  const auto is_part = [&](NodeId node) { return is_statistic(graph, node); };
  return std::all_of(region.arms.begin(), region.arms.end(),
                     [&](const Arm& arm) { return std::all_of(arm.nodes.begin(), arm.nodes.end(), is_part); }) &&
         std::all_of(region.shared.begin(), region.shared.end(), is_part);
}

// Walks back from the join along a chain of nodes with one data input each.
bool ends_in_upsampling(const Graph& graph, ValueId last) {
  for (NodeId at = graph[last].producer; at.exists(); at = graph[last].producer) {
    const Node& node = graph[at];
    if (node.is_one_of({"Resize", "Upsample", "ConvTranspose"})) return true;
    const auto inputs = graph.data_inputs(at);
    if (inputs.size() != 1 || (!is_linear_operator(graph, at) && !node.is("Relu"))) return false;
    last = inputs.front();
  }
  return false;
}

bool has_two_bounds(const Node& node) {
  const auto has = [&](std::string_view attribute, std::size_t input) {
    return node.find_attribute(attribute) != nullptr || (input < node.inputs.size() && node.inputs[input].exists());
  };
  return has("min", 1) && has("max", 2);
}

// What squashes (Swish and Gelu do below zero: SwiGLU, GEGLU), looked for through scales, shifts and changes of shape after
// it. A decomposed hard-sigmoid ends in Clip.
bool ends_in_a_gate(const Graph& graph, ValueId last) {
  for (NodeId at = graph[last].producer; at.exists(); at = graph[last].producer) {
    const Node& node = graph[at];
    if (node.is_one_of({"Sigmoid", "HardSigmoid", "Softmax", "Tanh", "Swish", "Gelu"})) return true;
    if (node.is("Clip")) return has_two_bounds(node);
    const auto inputs = graph.data_inputs(at);
    const bool passes = node.is_one_of({"Reshape", "Unsqueeze", "Squeeze", "Expand", "Transpose", "Cast", "Identity",
                                        "Resize", "Mul", "Div", "Add", "Sub", "Neg", "Split", "Slice"});
    if (inputs.size() != 1 || !passes) return false;
    last = inputs.front();
  }
  return false;
}

// Smaller in some extent than the other operand, as far as shapes are known.
bool is_broadcast(const Graph& graph, ValueId value, ValueId other) {
  const auto &small = graph[value].shape, &large = graph[other].shape;
  if (!small || !large || small->size() > large->size()) return false;
  if (small->size() < large->size()) return true;
  for (std::size_t i = 0; i < small->size(); ++i) {
    if ((*small)[i] == 1 && (*large)[i] > 1) return true;
  }
  return false;
}

bool is_gate(const Graph& graph, NodeId join) {
  const auto operands = graph.data_inputs(join);
  if (operands.size() != 2) return false;
  return ends_in_a_gate(graph, operands[0]) || ends_in_a_gate(graph, operands[1]) ||
         is_broadcast(graph, operands[0], operands[1]) || is_broadcast(graph, operands[1], operands[0]);
}

// The merge of a feature pyramid looks like a residual whose block ends in an upsampling; but the deeper level is read
// elsewhere as well, by its own head.
bool merges_a_pyramid(const Graph& graph, const Region& region) {
  const auto operands = graph.data_inputs(region.join);
  return !region.closed && std::any_of(operands.begin(), operands.end(),
                                       [&](ValueId operand) { return ends_in_upsampling(graph, operand); });
}

BranchKind kind_of_sum(const Graph& graph, const Dataflow& flow, const Region& region, std::vector<Branch>& branches) {
  if (merges_a_pyramid(graph, region)) return BranchKind::sum;
  if (flow.is_node(region.fork)) return BranchKind::sum;  // parts of a split, each of its own
  std::vector<bool> linear;
  for (const Branch& branch : branches) linear.push_back(is_linear(graph, branch));
  const auto count = static_cast<std::size_t>(std::count(linear.begin(), linear.end(), true));
  const bool skips = std::any_of(branches.begin(), branches.end(), [](const Branch& branch) { return branch.skip; });
  if (!skips && (count == 0 || count == linear.size())) return BranchKind::sum;
  for (std::size_t b = 0; b < branches.size() && !skips; ++b) branches[b].projection = linear[b];
  return BranchKind::residual;
}

// The one axis along which a Split, Slice or Gather cuts, counted from the front; nullopt: several, or not known.
std::optional<std::int64_t> axis_of_cut(const Graph& graph, const Node& node) {
  std::int64_t axis = node.int_attribute("axis", 0);
  if (node.is("Slice")) {
    const auto listed = node.ints_attribute("axes");
    std::vector<std::int64_t> axes(listed.begin(), listed.end());
    if (const WeightView* given = graph.parameter(node, 3)) axes = given->decode_int64().value_or(axes);
    if (axes.size() != 1) return std::nullopt;
    axis = axes.front();
  }
  if (axis >= 0) return axis;
  if (node.inputs.empty() || !node.inputs.front().exists()) return std::nullopt;
  const auto& shape = graph[node.inputs.front()].shape;
  return shape ? std::optional(axis + static_cast<std::int64_t>(shape->size())) : std::nullopt;
}

bool cuts_channels(const Graph& graph, const Node& node, const ConcatFacts& concat) {
  if (!node.is_one_of({"Split", "Slice", "Gather"})) return false;
  const auto axis = axis_of_cut(graph, node);
  return !axis || !concat.channels_at_fork || axis == concat.channels_at_fork;
}

// The fork is a Split, or each arm begins by cutting its part out of the fork's value: of the channels, as far as known.
bool is_split(const Graph& graph, const Dataflow& flow, const Region& region, const ConcatFacts& concat) {
  if (concat.along && concat.along != ConcatAxis::channels) return false;
  if (flow.is_node(region.fork)) {
    const Node& fork = graph[flow.node(region.fork)];
    return fork.is("Split") && cuts_channels(graph, fork, concat);
  }
  if (!flow.is_value(region.fork)) return false;
  const ValueId fork = flow.value(region.fork);
  return std::all_of(region.arms.begin(), region.arms.end(), [&](const Arm& arm) {
    bool cuts = false, reads_whole = arm.skip;
    for (const NodeId node : arm.nodes) {
      const auto inputs = graph.data_inputs(node);
      if (std::find(inputs.begin(), inputs.end(), fork) == inputs.end()) continue;
      const bool cut = cuts_channels(graph, graph[node], concat);
      cuts = cuts || cut;
      reads_whole = reads_whole || !cut;
    }
    return cuts && !reads_whole;
  });
}

}  // namespace

bool is_sum(const Node& node) { return node.is("Add") || node.is("Sum"); }

bool may_join_branches(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.outputs.empty() || !node.outputs.front().exists() || is_index_type(graph[node.outputs.front()].type))
    return false;
  return is_sum(node) ||
         node.is_one_of({"Concat", "Mul", "Sub", "Div", "Min", "Max", "Where", "MatMul", "Mean", "Pow"});
}

std::optional<BranchKind> find_branch_kind(const Graph& graph, const Dataflow& flow, const Region& region,
                                           const ConcatFacts& concat, std::vector<Branch>& branches) {
  const Node& join = graph[region.join];
  const bool concatenates = join.is("Concat");
  if (is_sum(join) && !have_one_shape(graph, graph.data_inputs(region.join))) return std::nullopt;
  if (!concatenates && !is_sum(join) && is_one_operator(graph, flow, region)) return std::nullopt;
  if (region.fork == Dataflow::kSource) return BranchKind::towers;
  if (concatenates) return is_split(graph, flow, region, concat) ? BranchKind::split : BranchKind::concat;
  if (is_sum(join)) return kind_of_sum(graph, flow, region, branches);
  if (join.is("Mul") && is_gate(graph, region.join)) return BranchKind::gate;
  return BranchKind::other;
}

}  // namespace ramus
