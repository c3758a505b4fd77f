#include "passes/formula.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>

namespace ramus {
namespace {

using Samples = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

const std::map<std::string_view, double (*)(double)>& unary_operators() {
  static const std::map<std::string_view, double (*)(double)> kOperators{
      {"Abs", [](double x) { return std::abs(x); }},
      {"Cast", [](double x) { return x; }},
      {"Erf", [](double x) { return std::erf(x); }},
      {"Exp", [](double x) { return std::exp(x); }},
      {"Identity", [](double x) { return x; }},
      {"Log", [](double x) { return std::log(x); }},
      {"Neg", [](double x) { return -x; }},
      {"Reciprocal", [](double x) { return 1 / x; }},
      {"Relu", [](double x) { return std::max(x, 0.0); }},
      {"Sigmoid", sigmoid},
      {"Softplus", [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }},
      {"Softsign", [](double x) { return x / (1 + std::abs(x)); }},
      {"Sqrt", [](double x) { return std::sqrt(x); }},
      {"Tanh", [](double x) { return std::tanh(x); }},
  };
  return kOperators;
}

const std::map<std::string_view, double (*)(double, double)>& binary_operators() {
  static const std::map<std::string_view, double (*)(double, double)> kOperators{
      {"Add", [](double a, double b) { return a + b; }},
      {"Div", [](double a, double b) { return a / b; }},
      {"Max", [](double a, double b) { return std::max(a, b); }},
      {"Min", [](double a, double b) { return std::min(a, b); }},
      {"Mul", [](double a, double b) { return a * b; }},
      {"Pow", [](double a, double b) { return std::pow(a, b); }},
      {"Sub", [](double a, double b) { return a - b; }},
  };
  return kOperators;
}

const std::map<std::string_view, double (*)(const Samples&)>& reductions() {
  static const std::map<std::string_view, double (*)(const Samples&)> kOperators{
      {"ReduceL2", [](const Samples& x) { return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)); }},
      {"ReduceMax", [](const Samples& x) { return *std::max_element(x.begin(), x.end()); }},
      {"ReduceMean",
       [](const Samples& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }},
      {"ReduceSum", [](const Samples& x) { return std::accumulate(x.begin(), x.end(), 0.0); }},
      {"ReduceSumSquare", [](const Samples& x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }},
  };
  return kOperators;
}

bool is_known(const Node& node) {
  if (!node.domain.empty() && node.domain != "ai.onnx") return false;
  return unary_operators().count(node.op) + binary_operators().count(node.op) + reductions().count(node.op) > 0 ||
         node.op == "Clip" || node.op == "HardSigmoid";
}

std::optional<double> number(const Graph& graph, const Node& node, std::size_t input) {
  const WeightView* weight = graph.parameter(node, input);
  if (weight == nullptr || weight->elements() != 1) return std::nullopt;
  const auto values = weight->decode_double();
  return values ? std::optional(values->front()) : std::nullopt;
}

// Counted from the front where the shape of x is known: all operators of a formula keep its rank.
std::optional<Dims> axes_of(const Graph& graph, const Node& node, ValueId x) {
  Dims axes(node.ints_attribute("axes").begin(), node.ints_attribute("axes").end());
  if (axes.empty()) {
    const WeightView* weight = graph.parameter(node, 1);
    const auto values = weight == nullptr ? Result<Dims>(Dims{}) : weight->decode_int64();
    if (!values) return std::nullopt;
    axes = *values;
  }
  const auto& shape = graph[x].shape;
  for (std::int64_t& axis : axes) {
    if (axis < 0 && shape) axis += static_cast<std::int64_t>(shape->size());
  }
  std::sort(axes.begin(), axes.end());
  return axes.empty() ? std::nullopt : std::optional(axes);
}

class Evaluation {
 public:
  Evaluation(const Graph& graph, const Formula& formula, std::span<const double> x, std::span<const double> constants)
      : graph_(graph), count_(x.size()) {
    values_[formula.x] = Samples(x.begin(), x.end());
    for (std::size_t i = 0; i < formula.constants.size(); ++i) {
      values_[formula.constants[i]] = Samples(count_, constants[i]);
    }
  }

  std::optional<Samples> run(const Formula& formula) {
    for (const NodeId id : formula.nodes) {
      auto result = compute(graph_[id]);
      if (!result) return std::nullopt;
      values_[graph_[id].outputs.front()] = std::move(*result);
    }
    return values_[formula.y];
  }

 private:
  const Samples* operand(const Node& node, std::size_t input) {
    if (input >= node.inputs.size() || !node.inputs[input].exists()) return nullptr;
    const auto known = values_.find(node.inputs[input]);
    if (known != values_.end()) return &known->second;
    const auto value = number(graph_, node, input);
    return value ? &(values_[node.inputs[input]] = Samples(count_, *value)) : nullptr;
  }

  std::optional<Samples> compute(const Node& node) {
    const Samples* first = operand(node, 0);
    if (first == nullptr) return std::nullopt;
    Samples result = *first;
    if (const auto unary = unary_operators().find(node.op); unary != unary_operators().end()) {
      std::transform(result.begin(), result.end(), result.begin(), unary->second);
      return result;
    }
    if (const auto reduce = reductions().find(node.op); reduce != reductions().end()) {
      return Samples(count_, reduce->second(result));
    }
    if (node.op == "Clip" || node.op == "HardSigmoid") return clipped(node, std::move(result));
    const auto binary = binary_operators().find(node.op);
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const Samples* other = operand(node, i);
      if (other == nullptr || binary == binary_operators().end()) return std::nullopt;
      std::transform(result.begin(), result.end(), other->begin(), result.begin(), binary->second);
    }
    return result;
  }

  // Bounds stand in attributes before opset 11 of Clip, in inputs since.
  std::optional<Samples> clipped(const Node& node, Samples values) {
    double low = node.float_attribute("min", -std::numeric_limits<float>::infinity());
    double high = node.float_attribute("max", std::numeric_limits<float>::infinity());
    if (node.op == "HardSigmoid") {
      const double alpha = node.float_attribute("alpha", 0.2f), beta = node.float_attribute("beta", 0.5f);
      for (double& value : values) value = alpha * value + beta;
      low = 0;
      high = 1;
    }
    if (const auto bound = number(graph_, node, 1)) low = *bound;
    if (const auto bound = number(graph_, node, 2)) high = *bound;
    for (double& value : values) value = std::min(std::max(value, low), high);
    return values;
  }

  const Graph& graph_;
  std::size_t count_;
  std::map<ValueId, Samples> values_;
};

}  // namespace

FormulaFinder::FormulaFinder(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators)
    : graph_(graph), flow_(flow), dominators_(dominators), place_(topological_places(graph)) {}

bool FormulaFinder::takes_part(NodeId id) const {
  const Node& node = graph_[id];
  if (!is_known(node) || node.outputs.size() != 1 || node.inputs.empty() || !flow_.is_connected(id)) return false;
  if (node.op == "Cast") {
    const auto to = static_cast<ElementType>(node.int_attribute("to", 0));
    return to == ElementType::float32 || to == ElementType::float16 || to == ElementType::float64 ||
           to == ElementType::bfloat16;
  }
  return reductions().count(node.op) == 0 || node.int_attribute("keepdims", 1) == 1;
}

// Checks that nothing inside is read elsewhere.
std::optional<Formula> FormulaFinder::made_of(ValueId x, std::vector<NodeId> nodes) const {
  std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return place_[a.index] < place_[b.index]; });
  Formula formula{x, graph_[nodes.back()].outputs.front(), std::move(nodes), {}, {}, 0};
  const std::size_t most_dims = graph_[x].shape ? std::max<std::size_t>(graph_[x].shape->size(), 1) : 1;
  const auto inside = [&](NodeId id) {
    return std::find(formula.nodes.begin(), formula.nodes.end(), id) != formula.nodes.end();
  };
  for (const NodeId id : formula.nodes) {
    const Node& node = graph_[id];
    const Value& output = graph_[node.outputs.front()];
    const bool is_end = id == formula.nodes.back();
    if (!is_end && (output.is_output || output.readers.size() > kMostNodes)) return std::nullopt;
    if (!is_end && !std::all_of(output.readers.begin(), output.readers.end(), inside)) return std::nullopt;
    const bool reduces = reductions().count(node.op) != 0;
    if (reduces) {
      const auto axes = axes_of(graph_, node, x);
      if (!axes || (!formula.axes.empty() && formula.axes != *axes)) return std::nullopt;
      formula.axes = *axes;
      ++formula.reductions;
    }
    for (std::size_t i = 0; i < node.inputs.size() && !(reduces && i == 1); ++i) {
      const ValueId input = node.inputs[i];
      if (!graph_.is_parameter(input)) continue;
      const WeightView& weight = graph_[graph_[input].weight];
      if (weight.elements() == 1) {
        if (weight.dims.size() > most_dims) return std::nullopt;  // it would make a tensor of more axes
        continue;
      }
      if (std::find(formula.constants.begin(), formula.constants.end(), input) == formula.constants.end()) {
        formula.constants.push_back(input);
      }
    }
  }
  return formula;
}

std::optional<Formula> FormulaFinder::ending_at(NodeId end) const {
  if (!takes_part(end)) return std::nullopt;
  const Vertex fork = dominators_.parent(flow_.vertex(end));
  if (!flow_.is_value(fork)) return std::nullopt;
  const ValueId x = flow_.value(fork);
  std::vector<NodeId> nodes{end};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const ValueId input : graph_.data_inputs(nodes[i])) {
      const NodeId producer = graph_[input].producer;
      if (input == x || std::find(nodes.begin(), nodes.end(), producer) != nodes.end()) continue;
      if (!producer.exists() || !takes_part(producer) || nodes.size() == kMostNodes) return std::nullopt;
      nodes.push_back(producer);
    }
  }
  return made_of(x, std::move(nodes));
}

std::optional<Formula> FormulaFinder::widened(const Formula& formula) const {
  const NodeId producer = graph_[formula.x].producer;
  const auto before = producer.exists() ? ending_at(producer) : std::nullopt;
  if (!before || formula.nodes.size() + before->nodes.size() > kMostNodes) return std::nullopt;
  std::vector<NodeId> nodes = formula.nodes;
  nodes.insert(nodes.end(), before->nodes.begin(), before->nodes.end());
  return made_of(before->x, std::move(nodes));
}

std::optional<Formula> FormulaFinder::extended(const Formula& formula) const {
  const Value& y = graph_[formula.y];
  if (y.is_output || y.readers.size() != 1 || formula.nodes.size() == kMostNodes) return std::nullopt;
  const NodeId reader = y.readers.front();
  if (!takes_part(reader) || graph_.data_inputs(reader).size() != 1) return std::nullopt;
  std::vector<NodeId> nodes = formula.nodes;
  nodes.push_back(reader);
  return made_of(formula.x, std::move(nodes));
}

std::optional<std::vector<double>> evaluate(const Graph& graph, const Formula& formula, std::span<const double> x,
                                            std::span<const double> constants) {
  return Evaluation(graph, formula, x, constants).run(formula);
}

}  // namespace ramus
