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
double softplus(double x) { return std::log1p(std::exp(x)); }

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

Samples points() {
  Samples x;
  for (int i = -64; i <= 64; ++i) x.push_back(i / 8.0 + 0.01);
  return x;
}

std::optional<KnownOperator> recognise_activation(const Graph& graph, const Formula& formula) {
  const Samples x = points();
  const auto y = evaluate(graph, formula, x, {});
  if (!y) return std::nullopt;
  for (const Activation& known : kActivations) {
    if (agree(*y, mapped(x, known.value))) return KnownOperator{known.op, {}, {}};
  }
  return std::nullopt;
}

// x above 0, a constant's multiple below: max(x, 0) + slope * min(x, 0), or max(x, 0) - slope * max(-x, 0).
std::optional<KnownOperator> recognise_slope(const Graph& graph, const Formula& formula) {
  const Samples x = points();
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

// Over space each channel is normed by itself, over the last axis all of them together.
std::string_view name_along(const Graph& graph, const Formula& formula, std::string_view op) {
  const auto& shape = graph[formula.x].shape;
  const bool of_space = formula.axes.size() > 1 && formula.axes.front() == 2 && shape && shape->size() >= 4;
  return op == "LayerNormalization" && of_space ? "InstanceNormalization" : op;
}

std::optional<KnownOperator> recognise_norm(const Graph& graph, const Formula& formula) {
  const Samples row{3, -17, 41, 8, -29, 22, -5, 13, 2};  // so large that an epsilon does not show
  const Samples small{0.3, -1.7, 2.1, 0.8, -0.9};        // where exponentials do not overflow
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
      found.attributes.push_back({"axis", formula.axes.front()});
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
