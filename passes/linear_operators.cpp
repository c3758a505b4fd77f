#include "passes/linear_operators.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

template <std::size_t N>
bool is_one_of(const Node& node, const std::array<std::string_view, N>& ops) {
  return std::any_of(ops.begin(), ops.end(), [&](std::string_view op) { return node.is(op); });
}

constexpr std::array<std::string_view, 9> kLinear{
    "BatchNormalization", "AveragePool",     "MaxPool", "Pad", "Slice", "Crop", "Cast",
    "QuantizeLinear",     "DequantizeLinear"};

constexpr std::array<std::string_view, 31> kElementwise{
    "Abs",      "Cast",  "Ceil",        "Celu",           "Clip",     "Dropout",   "Elu",     "Erf",  "Exp",
    "Floor",    "Gelu",  "HardSigmoid", "HardSwish",      "Identity", "LeakyRelu", "Log",     "Mish", "Swish",
    "Neg",      "PRelu", "Reciprocal",  "Relu",           "Round",    "Selu",      "Sigmoid", "Sign", "Softplus",
    "Softsign", "Sqrt",  "Tanh",        "ThresholdedRelu"};

constexpr std::array<std::string_view, 7> kArithmetic{"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"};

constexpr std::array<std::string_view, 4> kReductions{"ReduceMean", "ReduceSum", "ReduceSumSquare", "ReduceL2"};

}  // namespace

bool is_linear_operator(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (is_one_of(node, kLinear)) return true;
  if (node.is("Mul") || node.is("Add")) return graph.data_inputs(id).size() == 1;
  const auto layer = find_weight_layer(graph, id);
  return layer && node.is("Conv") && layer->taps == 1 && layer->groups == 1;
}

bool is_elementwise(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  return is_one_of(node, kElementwise) || (is_one_of(node, kArithmetic) && graph.data_inputs(id).size() == 1);
}

bool is_statistic(const Graph& graph, NodeId id) {
  return is_elementwise(graph, id) || is_one_of(graph[id], kArithmetic) || is_one_of(graph[id], kReductions);
}

}  // namespace ramus
