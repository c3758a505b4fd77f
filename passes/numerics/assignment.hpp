// The best way to give every row a column of its own.
//
//            b0   b1   b2
//      a0   0.9  0.1  0.2        a0 → b0, a1 → b2, a2 → b1: 0.9 + 0.7 + 0.4 = 2.0, and no other way gives more
//      a1   0.3  0.2  0.7
//      a2   0.1  0.4  0.6
//
// Kuhn, "The Hungarian method for the assignment problem", 1955, by shortest augmenting paths (Jonker, Volgenant 1987):
// O(n^3). Why not Boost.Graph: maximum_weighted_matching of 1.74 does not come to an end on real numbers.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace ramus {

// By row: its column, or -1 where there are more rows than columns. As many rows as possible get one, and the sum of their
// values is the largest. Values must be finite.
std::vector<Eigen::Index> best_assignment(const Eigen::Ref<const Eigen::MatrixXd>& values);

}  // namespace ramus
