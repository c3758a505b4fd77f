#include "passes/linear_distribution.hpp"

#include <algorithm>

#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kMostZeros = 1 << 16;     // channels of a norm: the zeros that replace its shift are written out
constexpr std::int64_t kFirstInferenceNorm = 7;  // opset; before it, an attribute said whether the norm trains

bool can_be_copied(const Node& node) {
  if (!node.bodies.empty() || node.outputs.empty() || !node.outputs[0].exists()) return false;
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    if (node.outputs[i].exists()) return false;
  }
  return std::none_of(node.attributes.begin(), node.attributes.end(), [](const Attribute& attribute) {
    return std::holds_alternative<std::monostate>(attribute.value) ||
           std::holds_alternative<WeightView>(attribute.value);
  });
}

// The one input that is not constant.
std::optional<std::size_t> find_data_input(const Graph& graph, const Node& node) {
  std::optional<std::size_t> data;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.inputs[i].exists() || graph.is_constant(node.inputs[i])) continue;
    if (data) return std::nullopt;
    data = i;
  }
  return data;
}

bool keeps_shape(const Graph& graph, const Node& node, std::size_t data) {
  const auto& before = graph[node.inputs[data]].shape;
  const auto& after = graph[node.outputs[0]].shape;
  return before && before == after;
}

std::optional<Distribution> of_norm(const Graph& graph, const Node& node, std::int64_t opset) {
  constexpr std::size_t kShift = 2, kMean = 3;
  if (opset < kFirstInferenceNorm || node.int_attribute("training_mode", 0) != 0) return std::nullopt;
  for (const std::size_t input : {kShift, kMean}) {
    if (input >= node.inputs.size() || !node.inputs[input].exists()) return std::nullopt;
    const auto& shape = graph[node.inputs[input]].shape;
    const ElementType type = graph[node.inputs[input]].type;
    if (!shape || !checked_elements(*shape, kMostZeros) || !is_numeric(type) || is_integer(type)) return std::nullopt;
  }
  return Distribution{.zeroed = {kShift, kMean}};
}

}  // namespace

std::optional<Distribution> find_distribution(const Graph& graph, NodeId id, std::int64_t opset) {
  const Node& node = graph[id];
  const auto data = find_data_input(graph, node);
  if (!data || !can_be_copied(node)) return std::nullopt;
  if (node.is("Mul")) return Distribution{.data = *data};
  if (node.is("Add") && keeps_shape(graph, node, *data)) return Distribution{.data = *data, .only_adds = true};
  if (*data != 0) return std::nullopt;
  if (node.is("Conv")) {
    Distribution distribution;
    if (node.inputs.size() > 2) distribution.dropped = {2};
    return distribution;
  }
  if (node.is("BatchNormalization")) return of_norm(graph, node, opset);
  if (node.is("AveragePool")) return Distribution{};
  if (node.is("Slice") || (node.is("Pad") && pads_with_zeros(graph, node))) return Distribution{.crosses_batch = true};
  return std::nullopt;
}

}  // namespace ramus
