#include "passes/linear_operators.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

constexpr std::array<std::string_view, 9> kLinear{
    "BatchNormalization", "AveragePool",     "MaxPool", "Pad", "Slice", "Crop", "Cast",
    "QuantizeLinear",     "DequantizeLinear"};

constexpr std::array<std::string_view, 31> kElementwise{
    "Abs",      "Cast",  "Ceil",        "Celu",           "Clip",     "Dropout",   "Elu",     "Erf",  "Exp",
    "Floor",    "Gelu",  "HardSigmoid", "HardSwish",      "Identity", "LeakyRelu", "Log",     "Mish", "Swish",
    "Neg",      "PRelu", "Reciprocal",  "Relu",           "Round",    "Selu",      "Sigmoid", "Sign", "Softplus",
    "Softsign", "Sqrt",  "Tanh",        "ThresholdedRelu"};

constexpr std::array<std::string_view, 7> kArithmetic{"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"};

constexpr std::array<std::string_view, 6> kReductions{"ReduceMean", "ReduceSum", "ReduceSumSquare",
                                                      "ReduceL2",   "ReduceMax", "ReduceMin"};

bool is_floating(ElementType type) { return !is_integer(type) && is_numeric(type); }

}  // namespace

bool is_linear_operator(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.is_one_of(kLinear)) return true;
  if (node.is("Neg")) return true;
  if (node.is("Mul") || node.is("Add") || node.is("Sub")) return graph.data_inputs(id).size() == 1;
  if (node.is("Div")) return graph.data_inputs(id).size() == 1 && !graph.is_constant(node.inputs[0]);
  const auto layer = find_weight_layer(graph, id);
  return layer && node.is("Conv") && layer->taps == 1 && layer->groups == 1;
}

bool pads_with_zeros(const Graph& graph, const Node& node) {
  const Attribute* mode = node.find_attribute("mode");
  const auto* name = mode == nullptr ? nullptr : std::get_if<std::string>(&mode->value);
  if (name != nullptr && *name != "constant") return true;  // the others repeat what is there
  if (node.float_attribute("value", 0) != 0) return false;
  if (node.inputs.size() < 3 || !node.inputs[2].exists()) return true;
  const WeightView* value = graph.parameter(node, 2);
  if (value == nullptr || value->elements() != 1 || graph[node.inputs[2]].may_be_fed) return false;
  const auto decoded = value->decode_double();
  return decoded && decoded->front() == 0;
}

bool distributes_over_sums(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.is("MaxPool") || node.is("QuantizeLinear") || node.is("DequantizeLinear")) return false;
  if (node.is("Cast")) return is_floating(graph[node.outputs[0]].type) && is_floating(graph[node.inputs[0]].type);
  if (node.is("Pad") && !pads_with_zeros(graph, node)) return false;
  return is_linear_operator(graph, id);
}

bool is_elementwise(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  return node.is_one_of(kElementwise) || (node.is_one_of(kArithmetic) && graph.data_inputs(id).size() == 1);
}

bool is_statistic(const Graph& graph, NodeId id) {
  return is_elementwise(graph, id) || graph[id].is_one_of(kArithmetic) || graph[id].is_one_of(kReductions);
}

}  // namespace ramus
