#include "passes/drop_no_ops.hpp"

#include <algorithm>
#include <numeric>

namespace ramus {
namespace {

bool writes_one_inner_value(const Graph& graph, const Node& node) {
  return node.outputs.size() == 1 && node.outputs[0].exists() && !graph[node.outputs[0]].is_output &&
         !node.inputs.empty() && node.inputs[0].exists();
}

const WeightView* fixed_parameter(const Graph& graph, const Node& node, std::size_t input) {
  const WeightView* parameter = graph.parameter(node, input);
  return parameter == nullptr || graph[node.inputs[input]].may_be_fed ? nullptr : parameter;
}

bool keeps_type(const Graph& graph, const Node& node) {
  const auto type = static_cast<std::int64_t>(graph[node.inputs[0]].type);
  return node.is("Cast") && type != 0 && node.int_attribute("to", 0) == type;
}

// The number that a constant of one element holds, if it can be read without growing the rank of `beside`.
std::optional<double> number_in(const Graph& graph, const Node& node, std::size_t place, ValueId beside) {
  const WeightView* weight = fixed_parameter(graph, node, place);
  if (weight == nullptr || weight->elements() != 1) return std::nullopt;
  const auto& shape = graph[beside].shape;
  if (!weight->dims.empty() && !(shape && shape->size() >= weight->dims.size())) return std::nullopt;
  const auto number = weight->decode_double();
  return number ? std::optional(number->front()) : std::nullopt;
}

// The input that arithmetic with 0 or 1 leaves as it is (exporters write x + 1 * y for an addition with a factor).
std::optional<ValueId> unchanged_operand(const Graph& graph, const Node& node) {
  const bool product = node.is("Mul") || node.is("Div"), sum = node.is("Add") || node.is("Sub");
  if ((!product && !sum) || node.inputs.size() != 2) return std::nullopt;
  const bool commutes = node.is("Mul") || node.is("Add");
  for (std::size_t data = 0; data < (commutes ? 2 : 1); ++data) {
    if (!node.inputs[data].exists() || graph.is_constant(node.inputs[data])) continue;
    if (number_in(graph, node, 1 - data, node.inputs[data]) == (product ? 1 : 0)) return node.inputs[data];
  }
  return std::nullopt;
}

bool have_equal_dims(const Value& a, const Value& b) {
  if (!a.shape || !b.shape || *a.shape != *b.shape) return false;
  const auto unknown = std::count(a.shape->begin(), a.shape->end(), kUnknownDim);
  return unknown == 0 || (unknown == 1 && std::count(a.shape->begin(), a.shape->end(), 0) == 0);
}

bool keeps_shape(const Graph& graph, const Node& node) {
  const bool reshapes = node.is("Reshape") && (node.inputs.size() < 2 || fixed_parameter(graph, node, 1) != nullptr);
  return (reshapes || node.is("Flatten")) && have_equal_dims(graph[node.inputs[0]], graph[node.outputs[0]]);
}

bool pads_nothing(const Graph& graph, const Node& node) {
  if (!node.is("Pad")) return false;
  std::vector<std::int64_t> pads;
  if (node.inputs.size() > 1) {
    const WeightView* parameter = fixed_parameter(graph, node, 1);
    auto decoded = parameter == nullptr ? std::vector<std::int64_t>() : parameter->decode_int64().value_or(pads);
    pads = std::move(decoded);
  } else {
    const auto attribute = node.ints_attribute("pads");
    pads.assign(attribute.begin(), attribute.end());
  }
  return !pads.empty() && std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; });
}

bool passes_its_one_input(const Node& node) {
  return node.inputs.size() == 1 &&
         (node.is("Concat") || node.is("Sum") || node.is("Max") || node.is("Min") || node.is("Mean"));
}

// Output axis i is input axis perm[i]; empty when it is not a permutation of a known rank.
std::vector<std::int64_t> permutation_of(const Graph& graph, const Node& node) {
  const auto given = node.ints_attribute("perm");
  if (given.size() > Limits{}.rank) return {};
  std::vector<std::int64_t> perm(given.begin(), given.end());
  if (const auto& shape = graph[node.inputs[0]].shape; perm.empty() && shape) {
    perm.resize(shape->size());
    std::iota(perm.rbegin(), perm.rend(), 0);
  }
  std::vector<bool> seen(perm.size(), false);
  for (const std::int64_t axis : perm) {
    if (axis < 0 || static_cast<std::size_t>(axis) >= perm.size() || seen[static_cast<std::size_t>(axis)]) return {};
    seen[static_cast<std::size_t>(axis)] = true;
  }
  return perm;
}

bool is_identity(const std::vector<std::int64_t>& perm) {
  return !perm.empty() && std::is_sorted(perm.begin(), perm.end());
}

bool turns_nothing(const Graph& graph, const Node& node) {
  return node.is("Transpose") && is_identity(permutation_of(graph, node));
}

bool turns_back(const Graph& graph, const Node& first, const Node& second) {
  const auto before = permutation_of(graph, first), after = permutation_of(graph, second);
  if (before.size() != after.size()) return false;
  std::vector<std::int64_t> both;
  for (const std::int64_t axis : after) both.push_back(before[static_cast<std::size_t>(axis)]);
  return is_identity(both);
}

void drop_pairs_of_transposes(const Graph& graph, Patch& patch) {
  std::set<NodeId> firsts, seconds;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    if (!node.is("Transpose") || patch.drop.count(id) != 0 || !writes_one_inner_value(graph, node)) continue;
    const NodeId before = graph[node.inputs[0]].producer;
    if (!before.exists() || patch.drop.count(before) != 0 || !graph[before].is("Transpose")) continue;
    if (graph[before].inputs.empty() || !graph[before].inputs[0].exists()) continue;
    if (!turns_back(graph, graph[before], node)) continue;
    patch.drop.insert(id);
    patch.redirect.emplace(node.outputs[0], graph[before].inputs[0]);
    firsts.insert(before);
    seconds.insert(id);
  }
  for (const NodeId id : firsts) {
    const Value& turned = graph[graph[id].outputs[0]];
    const bool is_read = std::any_of(turned.readers.begin(), turned.readers.end(),
                                     [&](NodeId reader) { return seconds.count(reader) == 0; });
    if (!is_read && !turned.is_output) patch.drop.insert(id);
  }
}

}  // namespace

Result<Findings> drop_no_ops(const PassContext& context) {
  const Graph& graph = context.graph;
  Patch patch;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    if (!writes_one_inner_value(graph, node)) continue;
    if (keeps_type(graph, node) || keeps_shape(graph, node) || pads_nothing(graph, node) ||
        passes_its_one_input(node) || turns_nothing(graph, node)) {
      patch.drop.insert(NodeId(n));
      patch.redirect.emplace(node.outputs[0], node.inputs[0]);
    } else if (const auto operand = unchanged_operand(graph, node)) {
      patch.drop.insert(NodeId(n));
      patch.redirect.emplace(node.outputs[0], *operand);
    }
  }
  drop_pairs_of_transposes(graph, patch);
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
