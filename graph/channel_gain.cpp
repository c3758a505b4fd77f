#include "graph/channel_gain.hpp"

#include <algorithm>

namespace ramus {
namespace {

bool is_list_of(const WeightView* weight, std::int64_t channels) {
  return weight != nullptr && weight->dims.size() == 1 && weight->dims[0] == channels;
}

// One dim of a broadcast operand spans the channels, and no other spans anything.
bool spans(const WeightView& weight, std::size_t rank, int axis, std::int64_t channels) {
  if (axis < 0 || weight.dims.size() > rank || weight.elements() != channels) return false;
  const std::size_t missing = rank - weight.dims.size(), place = static_cast<std::size_t>(axis);
  return place >= missing && place < rank && weight.dims[place - missing] == channels;
}

const WeightView* constant_factor(const Graph& graph, const Node& node, int axis, std::int64_t channels) {
  if (node.inputs.size() != 2) return nullptr;
  const std::size_t data = graph.is_parameter(node.inputs[0]) ? 1 : 0;
  const WeightView* factor = graph.parameter(node, 1 - data);
  if (factor == nullptr || !node.inputs[data].exists() || (node.is("Div") && data == 1)) return nullptr;
  if (factor->elements() == 1) return factor;
  const auto& shape = graph[node.inputs[data]].shape;
  return shape && spans(*factor, shape->size(), axis, channels) ? factor : nullptr;
}

}  // namespace

const WeightView* find_channel_gain(const Graph& graph, NodeId id, int axis, std::int64_t channels) {
  const Node& node = graph[id];
  if (channels < 1 || node.inputs.empty() || !node.inputs[0].exists()) return nullptr;
  if (node.is("Mul") || node.is("Div")) return constant_factor(graph, node, axis, channels);
  const WeightView* gamma = graph.parameter(node, 1);
  if (!is_list_of(gamma, channels)) return nullptr;
  if (node.is_one_of({"BatchNormalization", "InstanceNormalization", "GroupNormalization"})) {
    return axis == 1 ? gamma : nullptr;
  }
  if (node.is_one_of({"LayerNormalization", "RMSNormalization"})) {
    const auto& shape = graph[node.inputs[0]].shape;
    return shape && axis + 1 == static_cast<int>(shape->size()) ? gamma : nullptr;
  }
  return nullptr;
}

}  // namespace ramus
