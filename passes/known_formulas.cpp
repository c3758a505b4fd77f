#include "passes/known_formulas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace ramus {
namespace {

using Samples = std::vector<double>;

constexpr double kTolerance =
    2e-3;  // of 1 + |y|: constants in half precision, and tanh in place of erf, differ by less

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

struct Activation {
  std::string_view op;
  double (*value)(double);
};

constexpr std::array kActivations{
    Activation{"Swish", [](double x) { return x * sigmoid(x); }},
    Activation{"Gelu", [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2))); }},
    Activation{"Gelu", [](double x) { return x * sigmoid(1.702 * x); }},
    Activation{"HardSwish", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    Activation{"HardSigmoid", [](double x) { return std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    Activation{"HardSigmoid", [](double x) { return std::clamp(x / 5 + 0.5, 0.0, 1.0); }},
    Activation{"Mish", [](double x) { return x * std::tanh(softplus(x)); }},
    Activation{"Softplus", softplus},
    Activation{"Elu", [](double x) { return x > 0 ? x : std::expm1(x); }},
    Activation{"Softsign", [](double x) { return x / (1 + std::abs(x)); }},
    Activation{"Sigmoid", sigmoid},
    Activation{"Tanh", [](double x) { return std::tanh(x); }},
};

bool agree(const Samples& a, const Samples& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= kTolerance * (1 + std::abs(b[i])))) return false;  // a NaN agrees with nothing
  }
  return true;
}

Samples mapped(const Samples& x, const std::function<double(double)>& value) {
  Samples y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), value);
  return y;
}

const Samples& points() {
  static const Samples kPoints = [] {
    Samples x;
    for (int i = -64; i <= 64; ++i) x.push_back(i / 8.0 + 0.01);
    for (const double far : {9.3, 11.0, 17.0, 40.0, 300.0}) x.insert(x.end(), {far, -far});
    return x;
  }();
  return kPoints;
}

// What the known activations are at these points, computed once.
const std::vector<Samples>& values_at_points() {
  static const std::vector<Samples> kValues = [] {
    std::vector<Samples> values;
    for (const Activation& known : kActivations) values.push_back(mapped(points(), known.value));
    return values;
  }();
  return kValues;
}

// x above 0, a multiple of it below.
std::optional<KnownOperator> recognise_leak(const Samples& x, const Samples& y) {
  const double slope = y.front() / x.front();  // the first point lies below 0
  if (!(std::abs(slope) < 1) || !agree(y, mapped(x, [&](double v) { return v > 0 ? v : slope * v; }))) {
    return std::nullopt;
  }
  if (std::abs(slope) < 1e-6) return KnownOperator{"Relu", {}, {}};
  return KnownOperator{"LeakyRelu", {}, {{"alpha", static_cast<float>(slope)}}};
}

std::optional<KnownOperator> recognise_activation(const Graph& graph, const Formula& formula) {
  const auto y = evaluate(graph, formula, points(), {});
  if (!y) return std::nullopt;
  for (std::size_t i = 0; i < kActivations.size(); ++i) {
    if (agree(*y, values_at_points()[i])) return KnownOperator{kActivations[i].op, {}, {}};
  }
  return recognise_leak(points(), *y);
}

// x above 0, a constant's multiple below: max(x, 0) + slope * min(x, 0), or max(x, 0) - slope * max(-x, 0).
std::optional<KnownOperator> recognise_slope(const Graph& graph, const Formula& formula) {
  const Samples& x = points();
  for (const double sign : {1.0, -1.0}) {
    bool same = true;
    for (const double slope : {0.3, -1.7}) {
      const auto y = evaluate(graph, formula, x, std::array{slope});
      const auto expected = mapped(x, [&](double v) { return v > 0 ? v : sign * slope * v; });
      same = same && y && agree(*y, expected);
    }
    if (same) return KnownOperator{"PRelu", sign > 0 ? formula.constants : std::vector<ValueId>{}, {}};
  }
  return std::nullopt;
}

struct Norm {
  std::string_view op;
  Samples (*value)(const Samples&);
};

double mean_of(const Samples& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }

double mean_square_of(const Samples& x) {
  return std::inner_product(x.begin(), x.end(), x.begin(), 0.0) / static_cast<double>(x.size());
}

const std::array<Norm, 4> kNorms{
    Norm{"LayerNormalization",
         [](const Samples& x) {
           const double mean = mean_of(x), deviation = std::sqrt(mean_square_of(x) - mean * mean);
           return mapped(x, [&](double v) { return (v - mean) / deviation; });
         }},
    Norm{"RMSNormalization",
         [](const Samples& x) {
           const double size = std::sqrt(mean_square_of(x));
           return mapped(x, [&](double v) { return v / size; });
         }},
    Norm{"LpNormalization",
         [](const Samples& x) {
           const double size = std::sqrt(mean_square_of(x) * static_cast<double>(x.size()));
           return mapped(x, [&](double v) { return v / size; });
         }},
    Norm{"Softmax",
         [](const Samples& x) {
           const double all =
               std::accumulate(x.begin(), x.end(), 0.0, [](double s, double v) { return s + std::exp(v); });
           return mapped(x, [&](double v) { return std::exp(v) / all; });
         }},
};

// Scale and shift, each left out or one of the constants; the numbers stand in for those.
struct Affine {
  std::vector<ValueId> constants;
  double scale, shift;
};

std::vector<Affine> affine_forms(const Formula& formula, const std::array<double, 2>& numbers) {
  const auto& constants = formula.constants;
  if (constants.empty()) return {{{}, 1, 0}};
  if (constants.size() == 1) return {{constants, numbers[0], 0}, {constants, 1, numbers[0]}};
  return {{constants, numbers[0], numbers[1]}, {{constants[1], constants[0]}, numbers[1], numbers[0]}};
}

// Over the last axes all channels are normed together, over space each by itself; over others (channels of an image, the
// batch) only the operator that takes any axes will do. Empty: no operator does.
std::string_view name_along(const Graph& graph, const Formula& formula, std::string_view op) {
  const auto& shape = graph[formula.x].shape;
  const Dims& axes = formula.axes;
  const std::int64_t rank =
      shape ? static_cast<std::int64_t>(shape->size()) : axes.back() + 1;  // unknown: taken for last
  const bool runs = axes.back() - axes.front() + 1 == static_cast<std::int64_t>(axes.size());
  const bool is_last = runs && axes.back() == rank - 1;
  if (op == "LayerNormalization" && is_last && axes.size() > 1 && axes.front() == 2 && rank >= 4) {
    return "InstanceNormalization";
  }
  if (is_last || (op != "LayerNormalization" && op != "RMSNormalization")) return op;
  return op == "LayerNormalization" ? "MeanVarianceNormalization" : "";
}

// So many elements as the axes have, where that is known: an exporter may divide a sum by their number.
Samples row_along(const Graph& graph, const Formula& formula) {
  constexpr std::int64_t kMostElements = 1 << 13;
  std::int64_t elements = 1;
  const auto& shape = graph[formula.x].shape;
  for (const std::int64_t axis : formula.axes) {
    const bool known = shape && axis >= 0 && axis < static_cast<std::int64_t>(shape->size()) &&
                       (*shape)[static_cast<std::size_t>(axis)] > 0 &&
                       (*shape)[static_cast<std::size_t>(axis)] <= kMostElements / elements;
    elements = known ? elements * (*shape)[static_cast<std::size_t>(axis)] : kMostElements + 1;
    if (!known) break;
  }
  const std::int64_t count = elements > 1 && elements <= kMostElements ? elements : 9;
  Samples row;  // so large that an epsilon does not show
  for (std::int64_t i = 0; i < count; ++i) row.push_back(static_cast<double>(i * 37 % 101 - 47) + 0.25 * (i % 3));
  return row;
}

std::optional<KnownOperator> recognise_norm(const Graph& graph, const Formula& formula) {
  const Samples row = row_along(graph, formula);
  const Samples small = mapped(row, [](double v) { return v / 20; });  // where exponentials do not overflow
  const std::array numbers{1.7, -2.6};
  const std::size_t unknowns = formula.constants.size();
  if (unknowns > 2) return std::nullopt;
  for (const Norm& known : kNorms) {
    const Samples& x = known.op == "Softmax" ? small : row;
    const auto y = evaluate(graph, formula, x, std::span(numbers).first(unknowns));
    if (!y) return std::nullopt;
    for (Affine& form : affine_forms(formula, numbers)) {
      const auto expected = mapped(known.value(x), [&](double v) { return v * form.scale + form.shift; });
      if (!agree(*y, expected)) continue;
      KnownOperator found{name_along(graph, formula, known.op), std::move(form.constants), {}};
      if (found.op.empty()) return std::nullopt;
      if (found.op == "MeanVarianceNormalization") {
        found.attributes.push_back({"axes", formula.axes});
      } else {
        found.attributes.push_back({"axis", formula.axes.front()});
      }
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<KnownOperator> recognise(const Graph& graph, const Formula& formula) {
  if (!formula.axes.empty()) return recognise_norm(graph, formula);
  if (formula.constants.empty()) return recognise_activation(graph, formula);
  return formula.constants.size() == 1 ? recognise_slope(graph, formula) : std::nullopt;
}

}  // namespace ramus
