// k-means: k centres such that the squared distances from the points to their nearest centre add up to little.
//
//   points  . .  .        . ..          k = 2          labels  0 0  0        1 11
//
// Lloyd, "Least squares quantization in PCM", 1982, from the seeds of Arthur, Vassilvitskii, "k-means++: the advantages of
// careful seeding", 2007: each next seed is a point, drawn with a chance in proportion to its squared distance from the
// seeds before. One start finds one local minimum; who wants the best of several draws several.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "passes/numerics/random.hpp"

namespace ramus {

struct Clusters {
  std::vector<int> labels;  // [points], in [0, k); a cluster can be empty only where fewer than k points differ
  double inertia = 0;       // sum of squared distances to the nearest centre
};

// `points` is [dimensions x points], finite; k at least 1, and there is at least one point.
Clusters find_clusters(const Eigen::Ref<const Eigen::MatrixXd>& points, int k, RandomStream& stream);

}  // namespace ramus
