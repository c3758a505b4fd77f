#include <algorithm>
#include <array>
#include <set>

#include "graph/weight_layer.hpp"
#include "passes/expert_parts.hpp"
#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostNodes = 96;  // of stacked experts; gpt-oss takes about 30
constexpr std::size_t kMostInputs = 8;  // of one of these
constexpr int kMostChanges = 8;         // of shape or type between experts, product and sum

constexpr std::array<std::string_view, 9> kShapes{"Reshape",  "Cast",   "Transpose", "Squeeze", "Unsqueeze",
                                                  "Identity", "Expand", "Dropout",   "Flatten"};
constexpr std::array<std::string_view, 5> kParts{"Split", "Slice", "Gather", "Tile", "Swish"};

bool has_one_output(const Node& node) { return node.outputs.size() == 1 && node.outputs.front().exists(); }

NodeId producer_of(const Graph& graph, ValueId value) { return value.exists() ? graph[value].producer : NodeId(); }

// Back through changes of shape; they are added to `passed`.
ValueId behind_shapes(const Graph& graph, ValueId value, std::set<NodeId>& passed) {
  for (int changes = 0; changes < kMostChanges; ++changes) {
    const NodeId id = producer_of(graph, value);
    if (!id.exists() || !graph[id].is_one_of(kShapes) || graph[id].inputs.empty()) break;
    if (!graph[id].inputs.front().exists()) break;
    passed.insert(id);
    value = graph[id].inputs.front();
  }
  return value;
}

std::optional<Dims> dims_of(const Graph& graph, ValueId value) {
  if (graph.is_parameter(value)) return graph[graph[value].weight].dims;
  return graph[value].shape;
}

// The weight of all experts behind an operand: itself, or what rows of the experts chosen are gathered from.
std::optional<ValueId> stacked_weight(const WalkedGraph& walked, ValueId operand) {
  const Graph& graph = walked.graph;
  if (!operand.exists()) return std::nullopt;
  if (graph.is_constant(operand)) return operand;
  const NodeId id = producer_of(graph, operand);
  if (!id.exists() || !graph[id].is("Gather") || graph[id].inputs.size() < 2 || graph[id].int_attribute("axis", 0) != 0)
    return std::nullopt;
  const ValueId rows = graph[id].inputs[0];
  if (!graph.is_constant(rows) || !find_route(walked, graph[id].inputs[1])) return std::nullopt;
  return rows;
}

// Of an Einsum: the letters that the weight shares with the outcome, its first one left out, span the units.
std::int64_t units_of_einsum(const Node& node, std::size_t weight, const Dims& dims) {
  const Attribute* attribute = node.find_attribute("equation");
  const auto* text = attribute == nullptr ? nullptr : std::get_if<std::string>(&attribute->value);
  if (text == nullptr) return 0;
  std::string equation = *text;
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const std::size_t arrow = equation.find("->"), comma = equation.find(',');
  if (arrow == std::string::npos || comma == std::string::npos || comma > arrow) return 0;
  const std::string letters = weight == 0 ? equation.substr(0, comma) : equation.substr(comma + 1, arrow - comma - 1);
  const std::string outcome = equation.substr(arrow + 2);
  if (letters.size() != dims.size() || outcome.find(letters[0]) == std::string::npos) return 0;
  std::int64_t units = 1;
  for (std::size_t i = 1; i < letters.size(); ++i) {
    if (outcome.find(letters[i]) != std::string::npos) units *= dims[i];
  }
  return units;
}

constexpr std::int64_t kMostUnits = 1 << 18;  // of a side of one expert's weight, so that products fit

bool are_extents(const Dims& dims) {
  return std::all_of(dims.begin(), dims.end(), [](std::int64_t dim) { return dim > 0 && dim <= kMostUnits; });
}

struct StackedLayer {
  ExpertLayer layer;
  ValueId reads;
};

// MatMul or Einsum with a weight [E, in, out], or [1, E, in, out].
std::optional<StackedLayer> find_stacked_layer(const WalkedGraph& walked, NodeId id) {
  const Graph& graph = walked.graph;
  const Node& node = graph[id];
  if ((!node.is("MatMul") && !node.is("Einsum")) || node.inputs.size() != 2 || !has_one_output(node))
    return std::nullopt;
  for (std::size_t side = 2; side-- > 0;) {
    const auto weight = stacked_weight(walked, node.inputs[side]);
    auto dims = weight ? dims_of(graph, *weight) : std::nullopt;
    if (!dims || graph.is_constant(node.inputs[1 - side])) continue;
    while (dims->size() > 3 && dims->front() == 1) dims->erase(dims->begin());
    if (dims->size() != 3 || !are_extents(*dims)) continue;
    std::int64_t units = side == 1 ? (*dims)[2] : (*dims)[1];
    if (node.is("Einsum")) units = units_of_einsum(node, side, *dims);
    const ExpertLayer layer{id, dims->front(), units, (*dims)[1] * (*dims)[2]};
    if (layer.experts > 1 && units > 0) return StackedLayer{layer, node.inputs[1 - side]};
  }
  return std::nullopt;
}

// Back from what the experts made to their stacked layers, nearest first; all have as many experts.
void find_layers(const WalkedGraph& walked, ExpertStack& stack) {
  const Graph& graph = walked.graph;
  std::vector<ValueId> open{stack.outputs};
  std::set<NodeId> seen;
  for (std::size_t i = 0; i < open.size() && seen.size() < kMostNodes && walked.step(); ++i) {
    const NodeId id = producer_of(graph, open[i]);
    if (!id.exists() || graph[id].inputs.size() > kMostInputs || !seen.insert(id).second) continue;
    if (const auto stacked = find_stacked_layer(walked, id)) {
      if (!stack.layers.empty() && stacked->layer.experts != stack.experts) return stack.layers.clear();
      stack.experts = stacked->layer.experts;
      stack.layers.push_back(stacked->layer);
      open.push_back(stacked->reads);
    } else if (is_statistic(graph, id) || graph[id].is_one_of(kShapes) || graph[id].is_one_of(kParts)) {
      const auto inputs = graph.data_inputs(id);
      open.insert(open.end(), inputs.begin(), inputs.end());
    }
  }
  std::sort(stack.layers.begin(), stack.layers.end(),
            [&](const ExpertLayer& a, const ExpertLayer& b) { return walked.is_before(a.layer, b.layer); });
}

bool holds_one(const Graph& graph, ValueId part, std::int64_t axis) {
  const NodeId producer = producer_of(graph, part);
  if (producer.exists() && graph[producer].is("Unsqueeze")) return true;
  const auto& shape = graph[part].shape;
  if (!shape) return false;
  const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(shape->size()) : axis;
  return place >= 0 && place < static_cast<std::int64_t>(shape->size()) &&
         (*shape)[static_cast<std::size_t>(place)] == 1;
}

// Concat of one part for each expert; or of [tokens, units] each, taken apart again by a Reshape.
void find_parts(const Graph& graph, ExpertStack& stack, std::set<NodeId>& joining) {
  std::set<NodeId> passed;
  const NodeId concat = producer_of(graph, behind_shapes(graph, stack.outputs, passed));
  if (!concat.exists() || !graph[concat].is("Concat")) return;
  const auto parts = graph.data_inputs(concat);
  if (parts.size() < 2 || std::set<ValueId>(parts.begin(), parts.end()).size() != parts.size()) return;
  const auto& shape = graph[stack.outputs].shape;
  const auto count = static_cast<std::int64_t>(parts.size());
  const bool reshaped = std::any_of(passed.begin(), passed.end(), [&](NodeId id) { return graph[id].is("Reshape"); }) &&
                        shape && std::count(shape->begin(), shape->end(), count) > 0;
  const std::int64_t axis = graph[concat].int_attribute("axis", 1);
  const bool stacked =
      std::all_of(parts.begin(), parts.end(), [&](ValueId part) { return holds_one(graph, part, axis); });
  if (!stacked && !reshaped) return;
  stack.parts = parts;
  stack.experts = count;
  joining.insert(passed.begin(), passed.end());
  joining.insert(concat);
}

// The product of gate and outputs: under a ReduceSum, or the join itself.
NodeId find_product(const Graph& graph, NodeId join, std::set<NodeId>& joining) {
  joining.insert(join);
  if (graph[join].is("MatMul") || graph[join].is("Einsum")) return join;
  if (!graph[join].is("ReduceSum") || graph[join].inputs.empty()) return {};
  const NodeId product = producer_of(graph, behind_shapes(graph, graph[join].inputs.front(), joining));
  if (!product.exists() || !graph[product].is("Mul") || !has_one_output(graph[product])) return {};
  joining.insert(product);
  return product;
}

// The channels of what experts made side by side: [E, tokens, units], or [N, E, C, H, W].
std::size_t channel_axis(const Graph& graph, ValueId outputs) {
  const auto& shape = graph[outputs].shape;
  return !shape || shape->size() < 3 ? 2 : shape->size() >= 5 ? 2 : shape->size() - 1;
}

// The sum runs over the experts: the axis holds as many, or (gathered ones) as many as were chosen.
bool sums_over_experts(const Graph& graph, NodeId join, NodeId product, std::int64_t experts) {
  const auto& shape = graph[graph[product].outputs.front()].shape;
  if (join == product || !shape) return true;
  auto axes = graph[join].inputs.size() > 1 ? known_integers(graph, graph[join].inputs[1]) : std::nullopt;
  if (!axes) {
    const auto attribute = graph[join].ints_attribute("axes");
    axes.emplace(attribute.begin(), attribute.end());
  }
  if (axes->size() != 1) return axes->empty();
  const auto rank = static_cast<std::int64_t>(shape->size());
  const std::int64_t axis = axes->front() < 0 ? axes->front() + rank : axes->front();
  if (axis < 0 || axis >= rank) return false;
  const std::int64_t extent = (*shape)[static_cast<std::size_t>(axis)];
  return extent == experts || extent == kUnknownDim || graph[join].inputs.front() != graph[product].outputs.front();
}

}  // namespace

std::optional<ExpertStack> find_expert_stack(const WalkedGraph& walked, NodeId join) {
  const Graph& graph = walked.graph;
  std::set<NodeId> joining;
  const NodeId product = find_product(graph, join, joining);
  if (!product.exists()) return std::nullopt;
  const auto operands = graph.data_inputs(product);
  if (operands.size() != 2) return std::nullopt;
  auto left = find_route(walked, operands[0]), right = find_route(walked, operands[1]);
  if (left.has_value() == right.has_value()) return std::nullopt;
  ExpertStack stack;
  stack.gate = operands[left ? 0 : 1];
  stack.outputs = operands[left ? 1 : 0];
  stack.route = std::move(left ? *left : *right);
  find_parts(graph, stack, joining);
  if (stack.parts.empty()) find_layers(walked, stack);
  if (stack.experts < 2 || (stack.parts.empty() && stack.layers.empty())) return std::nullopt;
  const bool is_product = join == product;  // sums over what it lines up: a weight for each
  if (!is_product && !is_one_for_all_channels(graph, stack.gate, stack.outputs, channel_axis(graph, stack.outputs))) {
    return std::nullopt;
  }
  const bool gathered = std::any_of(stack.layers.begin(), stack.layers.end(), [&](const ExpertLayer& layer) {
    const auto& inputs = graph[layer.layer].inputs;
    return std::none_of(inputs.begin(), inputs.end(), [&](ValueId input) { return graph.is_constant(input); });
  });
  if (!gathered && !sums_over_experts(graph, join, product, stack.experts)) return std::nullopt;
  stack.joining.assign(joining.begin(), joining.end());
  return stack;
}

bool is_expert_operator(const Node& node) {
  return node.domain == "com.microsoft" && (node.op == "MoE" || node.op == "QMoE") && node.inputs.size() >= 5 &&
         node.inputs.front().exists() && !node.outputs.empty() && node.outputs.front().exists();
}

// fc1 [E, units, in] and fc2, fc3 likewise; before ONNX Runtime 1.23 MoE had [E, in, units].
// Source: microsoft/onnxruntime docs/ContribOperators.md, com.microsoft.MoE and com.microsoft.QMoE.
std::vector<ExpertLayer> layers_of_operator(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const bool packed = node.op == "QMoE";
  const std::array<std::size_t, 3> in_order =
      packed ? std::array<std::size_t, 3>{2, 8, 5} : std::array<std::size_t, 3>{2, 6, 4};
  const auto& shape = graph[node.inputs.front()].shape;
  const std::int64_t width = shape && !shape->empty() ? shape->back() : kUnknownDim;
  std::vector<ExpertLayer> layers;
  for (const std::size_t place : in_order) {
    const auto dims =
        place < node.inputs.size() && node.inputs[place].exists() ? dims_of(graph, node.inputs[place]) : std::nullopt;
    if (!dims || dims->size() != 3 || !are_extents(*dims)) continue;
    if (!layers.empty() && dims->front() != layers.front().experts) return {};
    const bool is_last = place == in_order.back();
    const bool units_last =
        !packed && width > 0 && (is_last ? (*dims)[2] == width : (*dims)[1] == width) && (*dims)[1] != (*dims)[2];
    std::int64_t each = (*dims)[1] * (*dims)[2];
    const std::int64_t bits = node.int_attribute("expert_weight_bits", 4);
    if (packed && bits > 0 && bits < 8) each *= 8 / bits;
    layers.push_back({id, dims->front(), units_last ? (*dims)[2] : (*dims)[1], each});
  }
  return layers;
}

}  // namespace ramus
