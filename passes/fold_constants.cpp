#include "passes/fold_constants.hpp"

#include <cstring>

namespace ramus {
namespace {

std::optional<WeightView> value_of_constant(const Node& node) {
  for (const Attribute& attribute : node.attributes) {
    if (const auto* tensor = std::get_if<WeightView>(&attribute.value)) return *tensor;
    if (attribute.name == "value_float") {
      if (const auto* value = std::get_if<float>(&attribute.value)) return make_weight("", {}, std::vector{*value});
    }
    if (attribute.name == "value_int") {
      if (const auto* value = std::get_if<std::int64_t>(&attribute.value)) {
        return make_weight("", {}, std::vector{*value});
      }
    }
    if (const auto* floats = std::get_if<std::vector<float>>(&attribute.value)) {
      return make_weight("", {static_cast<std::int64_t>(floats->size())}, *floats);
    }
    if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
      return make_weight("", {static_cast<std::int64_t>(ints->size())}, *ints);
    }
  }
  return std::nullopt;
}

// ConstantOfShape: value is a tensor of one element, float 0 where it is missing (ONNX operator ConstantOfShape-9).
std::optional<WeightView> fill_of_shape(const Node& node, const WeightView& shape, const Limits& limits) {
  auto dims = shape.decode_int64(static_cast<std::int64_t>(limits.rank));
  if (!dims || !checked_elements(*dims, limits.tensor_elements)) return std::nullopt;
  WeightView fill = make_weight("", {}, std::vector<float>{0.0f});
  if (const Attribute* value = node.find_attribute("value")) {
    const auto* tensor = std::get_if<WeightView>(&value->value);
    if (tensor == nullptr || tensor->elements() != 1 || !is_numeric(tensor->type)) return std::nullopt;
    fill = *tensor;
    if (fill.storage != WeightStorage::dense) {
      auto element = tensor->decode_float();
      if (!element) return std::nullopt;
      fill = make_weight("", {}, std::move(*element));
    }
  }
  fill.dims = std::move(*dims);
  fill.storage = WeightStorage::fill;
  return fill;
}

// What a cast of a short constant gives, where it loses nothing that we could get wrong.
std::optional<WeightView> converted(const WeightView& weight, ElementType to) {
  constexpr std::int64_t kMostElements = 1 << 12;
  if (weight.type == to) return weight;
  if (!checked_elements(weight.dims, kMostElements)) return std::nullopt;
  if (to == ElementType::float32) {
    auto values = weight.decode_float();
    if (values) return make_weight("", weight.dims, std::move(*values));
  }
  if (to == ElementType::int64) {
    auto values = weight.decode_int64(kMostElements);
    if (values) return make_weight("", weight.dims, std::move(*values));
  }
  return std::nullopt;
}

// The type that a cast asks for. CastLike reads another value, but only its type.
ElementType target_of_cast(const Graph& graph, const Node& node) {
  if (node.is("CastLike") && node.inputs.size() == 2 && node.inputs[1].exists()) return graph[node.inputs[1]].type;
  const std::int64_t to = node.is("Cast") ? node.int_attribute("to", 0) : 0;
  return to > 0 && to <= kLastElementType ? static_cast<ElementType>(to) : ElementType::undefined;
}

}  // namespace

Result<Findings> fold_constants(const PassContext& context) {
  const Graph& graph = context.graph;
  Patch patch;
  // Through Identity, which a later pass drops.
  const auto constant_input = [&](const Node& reader) -> const WeightView* {
    for (const Node* node = &reader; !node->inputs.empty() && node->inputs[0].exists();) {
      const auto folded = patch.parameters.find(node->inputs[0]);
      if (folded != patch.parameters.end()) return &folded->second;
      if (const WeightView* weight = graph.parameter(*node, 0)) return weight;
      const NodeId producer = graph[node->inputs[0]].producer;
      if (!producer.exists() || !graph[producer].is("Identity")) return nullptr;
      node = &graph[producer];
    }
    return nullptr;
  };
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    if (node.outputs.size() != 1 || !node.outputs[0].exists() || graph[node.outputs[0]].is_output) continue;
    std::optional<WeightView> constant;
    if (node.is("Constant")) {
      constant = value_of_constant(node);
    } else if (node.is("ConstantOfShape")) {
      if (const WeightView* shape = constant_input(node)) constant = fill_of_shape(node, *shape, context.limits);
    } else if (const ElementType to = target_of_cast(graph, node); to != ElementType::undefined) {
      const bool may_change = graph.is_parameter(node.inputs[0]) && graph[node.inputs[0]].may_be_fed;
      const WeightView* weight = may_change ? nullptr : constant_input(node);
      if (weight != nullptr) constant = converted(*weight, to);
    }
    if (!constant) continue;
    constant->name = graph[node.outputs[0]].name;
    patch.drop.insert(id);
    patch.parameters.emplace(node.outputs[0], std::move(*constant));
  }
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
