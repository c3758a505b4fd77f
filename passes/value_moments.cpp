#include "passes/value_moments.hpp"

#include <algorithm>
#include <cmath>

#include "graph/weight_layer.hpp"
#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

using Moment = std::optional<double>;

class MomentFinder {
 public:
  MomentFinder(const Graph& graph, const Limits& limits)
      : graph_(graph), limits_(limits), squares_(graph.weights().size()), moments_(graph.values().size()) {}

  std::vector<Moment> run() {
    for (std::size_t v = 0; v < moments_.size(); ++v) {
      const Value& value = graph_.values()[v];
      const bool comes_in = !value.producer.exists() && value.kind != ValueKind::parameter;
      if (comes_in && !is_integer(value.type)) moments_[v] = 1;  // of indices the size says nothing
    }
    for (const NodeId id : graph_.topological_order()) {
      Moment moment = of_node(id);
      if (moment && !std::isfinite(*moment)) moment.reset();
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists()) moments_[output.index] = moment;
      }
    }
    return std::move(moments_);
  }

 private:
  // Mean square of a weight's elements.
  Moment square_of(WeightId id) {
    Kept& kept = squares_[id.index];
    if (kept.is_known) return kept.square;
    kept.is_known = true;
    const auto values = graph_[id].floats(limits_);
    if (!values || values->size() == 0) return kept.square;
    double sum = 0;
    for (std::int64_t i = 0; i < values->size(); ++i) sum += static_cast<double>((*values)[i]) * (*values)[i];
    if (std::isfinite(sum)) kept.square = sum / static_cast<double>(values->size());
    return kept.square;
  }

  Moment of_parameter(const Node& node, std::size_t input) {
    if (input >= node.inputs.size() || !graph_.is_parameter(node.inputs[input])) return std::nullopt;
    if (graph_[node.inputs[input]].may_be_fed) return std::nullopt;
    return square_of(graph_[node.inputs[input]].weight);
  }

  // Of an operand, be it data or a constant.
  Moment of_operand(ValueId value) {
    if (!value.exists()) return std::nullopt;
    if (!graph_.is_parameter(value)) return moments_[value.index];
    return graph_[value].may_be_fed ? Moment() : square_of(graph_[value].weight);
  }

  Moment of_layer(const Node& node, const WeightLayer& layer) {
    const Moment before = moments_[layer.input.index], weight = square_of(layer.weight);
    if (!before || !weight) return std::nullopt;
    const double terms = static_cast<double>(layer.inputs_per_group() * layer.taps);
    const double bias = node.is("MatMul") ? 0 : of_parameter(node, 2).value_or(0);
    return *before * *weight * terms + bias;
  }

  // What the scale and the shift of a norm leave.
  Moment of_norm(const Node& node) {
    const Moment scale = of_parameter(node, 1);
    return scale.value_or(1) + of_parameter(node, 2).value_or(0);
  }

  Moment of_sum(const Node& node) {
    double sum = 0;
    for (const ValueId input : node.inputs) {
      const Moment moment = of_operand(input);
      if (!moment) return std::nullopt;
      sum += *moment;
    }
    return sum;
  }

  Moment of_product(const Node& node) {
    double product = 1;
    for (const ValueId input : node.inputs) {
      const Moment moment = of_operand(input);
      if (!moment) return std::nullopt;
      product *= *moment;
    }
    return product;
  }

  Moment of_quotient(const Node& node) {
    if (node.inputs.size() != 2) return std::nullopt;
    const Moment dividend = of_operand(node.inputs[0]), divisor = of_operand(node.inputs[1]);
    return dividend && divisor && *divisor > 0 ? Moment(*dividend / *divisor) : Moment();
  }

  Moment of_mean(NodeId id) {
    double sum = 0;
    const ValueIds data = graph_.data_inputs(id);
    for (const ValueId value : data) {
      if (!moments_[value.index]) return std::nullopt;
      sum += *moments_[value.index];
    }
    return data.empty() ? Moment() : Moment(sum / static_cast<double>(data.size()));
  }

  Moment of_node(NodeId id) {
    const Node& node = graph_[id];
    const ValueIds data = graph_.data_inputs(id);
    if (data.empty()) return std::nullopt;
    if (const auto layer = find_weight_layer(graph_, id)) return of_layer(node, *layer);
    if (node.is("Gather") && graph_.is_parameter(node.inputs.front())) return of_operand(node.inputs.front());
    const Moment first = moments_[data.front().index];
    if (node.is_one_of({"Add", "Sum", "Sub"})) return of_sum(node);
    if (node.is("Mul")) return of_product(node);
    if (node.is("Div")) return of_quotient(node);
    if (node.is_one_of({"BatchNormalization", "LayerNormalization", "InstanceNormalization", "GroupNormalization",
                        "RMSNormalization"})) {
      return of_norm(node);
    }
    if (node.is("MatMul"))
      return data.size() == 2 ? moments_[data.back().index] : first;  // attention: a mean of values
    if (node.is_one_of({"Concat", "Where", "Max", "Min", "Mean"})) return of_mean(id);
    if (!first) return std::nullopt;
    if (node.is_one_of({"Relu", "Gelu", "Elu", "Selu", "PRelu", "LeakyRelu", "Swish", "HardSwish", "Mish"})) {
      return *first / 2;
    }
    if (node.is_one_of({"Sigmoid", "HardSigmoid"})) return 0.25 + std::min(*first, 4.0) / 16;
    if (node.is_one_of({"Tanh", "Softsign", "Erf"})) return std::min(*first, 1.0);
    if (node.is("Clip")) return begins_at_zero(node) ? Moment(*first / 2) : Moment();
    if (node.is("Pad") && !pads_with_zeros(graph_, node)) return std::nullopt;
    if (node.is_one_of({"LSTM", "GRU", "RNN"})) return std::min(*first, 1.0) / 2;  // within -1 and 1
    if (keeps_size(node)) return first;
    return std::nullopt;
  }

  // Clip as in ReLU6.
  bool begins_at_zero(const Node& node) {
    if (const WeightView* least = graph_.parameter(node, 1)) {
      const auto value = least->elements() == 1 ? least->decode_float(limits_) : Result<std::vector<float>>();
      return value && value->size() == 1 && value->front() == 0;
    }
    return node.find_attribute("min") != nullptr && node.float_attribute("min", 1) == 0;
  }

  // Moves its numbers, or takes the mean or the largest of some.
  static bool keeps_size(const Node& node) {
    return node.is_one_of({"Identity",
                           "Reshape",
                           "Flatten",
                           "Squeeze",
                           "Unsqueeze",
                           "Transpose",
                           "Slice",
                           "Split",
                           "Pad",
                           "Cast",
                           "Gather",
                           "Expand",
                           "Tile",
                           "DepthToSpace",
                           "SpaceToDepth",
                           "Resize",
                           "Upsample",
                           "Dropout",
                           "QuantizeLinear",
                           "DequantizeLinear",
                           "MaxPool",
                           "AveragePool",
                           "GlobalMaxPool",
                           "Neg",
                           "Abs",
                           "ReduceMean",
                           "ReduceMax",
                           "ImageScaler",
                           "Crop",
                           "GlobalAveragePool"});
  }

  struct Kept {
    bool is_known = false;
    Moment square;
  };

  const Graph& graph_;
  const Limits& limits_;
  std::vector<Kept> squares_;  // by weight
  std::vector<Moment> moments_;
};

}  // namespace

std::vector<std::optional<double>> find_value_moments(const Graph& graph, const Limits& limits) {
  return MomentFinder(graph, limits).run();
}

}  // namespace ramus
