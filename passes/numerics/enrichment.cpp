#include "passes/numerics/enrichment.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace ramus {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ln n! minus Stirling's formula. From 16 on five terms of the series leave less than 1e-16.
double stirling_error(double n) {
  using boost::math::constants::half;
  if (n < 16) {
    if (n == 0) return 0;
    const double log_root_two_pi = boost::math::constants::log_root_two_pi<double>();
    return boost::math::lgamma(n + 1) - (n + half<double>()) * std::log(n) + n - log_root_two_pi;
  }
  const double s = 1 / (n * n);
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / n;
}

// x ln(x / mean) + mean - x without cancellation.
double deviance(double x, double mean) {
  if (x == 0) return mean;
  return -x * boost::math::log1pmx((mean - x) / x);
}

// ln P(X = x) for X binomial(n, p), q = 1 - p.
double log_binomial_mass(double x, double n, double p, double q) {
  if (n == 0) return x == 0 ? 0 : -kInfinity;
  if (x == 0) return p < q ? n * std::log1p(-p) : n * std::log(q);
  if (x == n) return q < p ? n * std::log1p(-q) : n * std::log(p);
  const double two_pi = boost::math::constants::two_pi<double>();
  return stirling_error(n) - stirling_error(x) - stirling_error(n - x) - deviance(x, n * p) - deviance(n - x, n * q) -
         0.5 * std::log(two_pi * x * (n - x) / n);
}

bool is_consistent(const EnrichmentCell& c) {
  return c.hits >= 0 && c.family >= 0 && c.branch >= 0 && c.family <= c.population && c.branch <= c.population &&
         c.hits <= std::min(c.family, c.branch) && c.family + c.branch - c.hits <= c.population;
}

// Mass of x + 1 divided by mass of x.
double ratio_up(const EnrichmentCell& c, double x) {
  const double rest = static_cast<double>(c.population - c.family - c.branch);
  return (static_cast<double>(c.family) - x) * (static_cast<double>(c.branch) - x) / ((x + 1) * (rest + x + 1));
}

constexpr double kNegligible = 1e-18;  // a term this small beside the sum does not change a double

// sum over x >= hits of mass(x) / mass(hits); hits is above the mean, so the terms fall.
double relative_upper_sum(const EnrichmentCell& c) {
  double sum = 1, term = 1;
  for (std::int64_t x = c.hits; x < std::min(c.family, c.branch) && term > kNegligible * sum; ++x) {
    term *= ratio_up(c, static_cast<double>(x));
    sum += term;
  }
  return sum;
}

// sum over x <= hits of mass(x) / mass(hits); hits is at or below the mean.
double relative_lower_sum(const EnrichmentCell& c) {
  const std::int64_t least = std::max<std::int64_t>(0, c.family + c.branch - c.population);
  double sum = 1, term = 1;
  for (std::int64_t x = c.hits; x > least && term > kNegligible * sum; --x) {
    term /= ratio_up(c, static_cast<double>(x - 1));
    sum += term;
  }
  return sum;
}

double log_upper_tail(const EnrichmentCell& c, double expected) {
  const std::int64_t least = std::max<std::int64_t>(0, c.family + c.branch - c.population);
  if (c.hits <= least) return 0;
  if (static_cast<double>(c.hits) > expected) return log_hypergeometric_mass(c) + std::log(relative_upper_sum(c));
  EnrichmentCell below = c;
  below.hits = c.hits - 1;
  return std::log1p(-std::exp(log_hypergeometric_mass(below)) * relative_lower_sum(below));
}

}  // namespace

double log_hypergeometric_mass(const EnrichmentCell& c) {
  if (!is_consistent(c)) return -kInfinity;
  if (c.branch == 0 || c.branch == c.population) return 0;  // hits can have one value only
  const double population = static_cast<double>(c.population);
  const double branch = static_cast<double>(c.branch);
  const double p = branch / population;
  const double q = (population - branch) / population;
  const double in_family = log_binomial_mass(static_cast<double>(c.hits), static_cast<double>(c.family), p, q);
  const double outside =
      log_binomial_mass(static_cast<double>(c.branch - c.hits), static_cast<double>(c.population - c.family), p, q);
  return in_family + outside - log_binomial_mass(branch, population, p, q);
}

std::optional<Enrichment> find_enrichment(const EnrichmentCell& c) {
  if (!is_consistent(c)) return std::nullopt;
  Enrichment result;
  const double population = static_cast<double>(c.population);
  if (c.population > 0) result.expected = static_cast<double>(c.family) * static_cast<double>(c.branch) / population;
  result.log_p = std::min(0.0, log_upper_tail(c, result.expected));
  result.p = std::exp(result.log_p);
  const double a = static_cast<double>(c.hits) + 0.5;
  const double b = static_cast<double>(c.family - c.hits) + 0.5;
  const double d = static_cast<double>(c.branch - c.hits) + 0.5;
  const double e = static_cast<double>(c.population - c.family - c.branch + c.hits) + 0.5;
  result.log_odds = std::log(a) + std::log(e) - std::log(b) - std::log(d);
  return result;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return p[i] > p[j]; });
  std::vector<double> q(p.size());
  double smallest = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double rank = static_cast<double>(order.size() - i);  // of p[order[i]] among all, 1 for the smallest
    smallest = std::min(smallest, p[order[i]] * static_cast<double>(p.size()) / rank);
    q[order[i]] = smallest;
  }
  return q;
}

}  // namespace ramus
