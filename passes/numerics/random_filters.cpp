#include "passes/numerics/random_filters.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

namespace ramus {
namespace {

constexpr std::size_t kFewestFilters = 16;

}  // namespace

std::optional<RandomFilterDistance> distance_from_random_filters(std::span<const double> colours,
                                                                 std::span<const std::int64_t> taps) {
  if (colours.size() < kFewestFilters || colours.size() != taps.size()) return std::nullopt;
  std::vector<double> quantiles;  // of random filters; uniform where these are random
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (!std::isfinite(colours[i]) || taps[i] <= 0) return std::nullopt;
    const auto t = static_cast<double>(taps[i]);
    quantiles.push_back(boost::math::ibeta(t, t / 2, std::clamp(colours[i], 0.0, 1.0)));
  }
  std::sort(quantiles.begin(), quantiles.end());
  const auto n = static_cast<double>(quantiles.size());
  RandomFilterDistance found{0, static_cast<std::int64_t>(quantiles.size())};
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const double below = static_cast<double>(i) / n, up_to = static_cast<double>(i + 1) / n;
    found.distance = std::max({found.distance, quantiles[i] - below, up_to - quantiles[i]});
  }
  return found;
}

}  // namespace ramus
