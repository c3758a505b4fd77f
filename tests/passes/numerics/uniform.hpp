// Whether p-values are uniform: the Kolmogorov-Smirnov distance. On a grid of p = i / (n + 1) it is a little conservative.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace ramus::testing {

inline double distance_from_uniform(std::vector<double> ps) {
  std::sort(ps.begin(), ps.end());
  double distance = 0;
  for (std::size_t i = 0; i < ps.size(); ++i) {
    const bool last_of_equals = i + 1 == ps.size() || ps[i + 1] > ps[i];
    const double below = static_cast<double>(i + 1) / static_cast<double>(ps.size());
    if (last_of_equals) distance = std::max(distance, std::abs(below - ps[i]));
  }
  return distance;
}

// At the 1 % level.
inline double largest_distance(int count) { return 1.63 / std::sqrt(static_cast<double>(count)); }

}  // namespace ramus::testing
