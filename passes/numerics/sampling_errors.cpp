#include "passes/numerics/sampling_errors.hpp"

#include <algorithm>
#include <cmath>

namespace ramus {

double standard_error_of_auc(double auc, std::int64_t n1, std::int64_t n2) {
  const auto first = static_cast<double>(n1), second = static_cast<double>(n2);
  const double half_a_pair = 0.5 / (first * second);
  const double area = std::clamp(auc, half_a_pair, 1 - half_a_pair);
  const double two_of_first = area / (2 - area);              // chance that two of the first exceed one of the second
  const double two_of_second = 2 * area * area / (1 + area);  // that one of the first exceeds two of the second
  const double variance =
      area * (1 - area) + (first - 1) * (two_of_first - area * area) + (second - 1) * (two_of_second - area * area);
  return std::sqrt(std::max(variance, 0.0) / (first * second));
}

Estimate estimate_of_correlation(double r, std::int64_t n) {
  const auto units = static_cast<double>(std::max<std::int64_t>(n, 4));
  const double most = 1 - 1 / units;
  return {std::atanh(std::clamp(r, -most, most)), 1 / std::sqrt(units - 3)};
}

double p_of_fall(const Estimate& before, const Estimate& after) {
  const double error = std::hypot(before.standard_error, after.standard_error);
  const double fall = before.value - after.value;
  if (fall == 0) return 0.5;
  if (error == 0) return fall > 0 ? 0 : 1;
  return 0.5 * std::erfc(fall / error / std::sqrt(2.0));
}

}  // namespace ramus
