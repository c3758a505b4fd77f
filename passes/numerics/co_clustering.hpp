// Latent branches of a plain layer: groups of inputs and of outputs that mostly read each other.
//
//   M [units of L x units of P]       inputs a c | b d
//     outputs 1 3                            # # | .        k = 2: {1, 3 x a, c} and {2 x b, d};
//             2                              . . | # #      a grouped convolution of that shape would keep the blocks
//
// Spectral co-clustering: Dhillon, "Co-clustering documents and words using bipartite spectral graph partitioning", 2001.
// M is a graph between inputs and outputs, an entry the weight of an edge. For every k from 2 on, k-means in the first
// k - 1 singular vectors of D1^-1/2 M D2^-1/2 behind the trivial one, divided by the roots of the degrees (Dhillon takes
// log2 k vectors, in which k groups of equal strength need not come apart); of several starts the one with the least
//
//   n-cut = sum over groups of (edges that leave the group) / (edges that touch it), in [0, k]
//
// The trivial vector is subtracted beforehand (Centring::correspondence), so that a graph in several pieces is one case
// like the others. Entries, not their squares, are the edges: a few large weights would decide the squares.
// How small an n-cut is without groups depends on k and on the shape: the same is done with permuted matrices. The gap of
// k is how far the n-cut lies below their mean, divided by k: by how much less of its edges leave a group than chance
// would let. The k with the largest gap is chosen, in M as in every permuted matrix, so that p pays for the choice.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/matrix_preparation.hpp"

namespace ramus {

struct CoClusteringOptions {
  Normalise normalise = Normalise::inputs;
  int most_groups = 8;  // k goes from 2 to this
  int permutations = 19;
  double significance = 0.05;
  std::uint64_t seed = 0;
  std::string key;  // names the random streams of this matrix
  // M's own groups, at some k, must have this much energy inside and this share of entries outside (both in [0, 1]); else no
  // permuted matrix is drawn, and nothing is found.
  double least_energy = 0, least_saved = 0;
  Eigen::Index most_entries = 1 << 16;  // of M; 256 x 256 units at 19 permutations take a tenth of a second
};

inline constexpr Eigen::Index kFewestClusteredUnits = 8;  // on a side: below, chance alone makes groups

enum class CoClusteringStatus {
  found,      // p is at most the significance level, and more energy is inside than in the groups of permuted matrices
  none,       // the best groups are no better than those of permuted matrices
  too_small,  // fewer than kFewestClusteredUnits units with weights on a side
  too_large,  // more than most_entries: the permutations would cost too much
};
std::string_view name_of(CoClusteringStatus status);

struct CoClustering {
  CoClusteringStatus status = CoClusteringStatus::none;
  int groups = 0;  // k with the largest gap; 0 where no k has a unit of both sides in each group
  // The group of each unit of P, numbered by their first input; -1: carries no weight.
  std::vector<int> inputs;
  std::vector<int> outputs;          // the same for units of L
  double n_cut = 0, null_n_cut = 0;  // at this k; mean over permutations
  double gap = 0;                    // (null_n_cut - n_cut) / groups
  double p = 1;                      // (1 + #{permuted matrices with a gap as large at any k}) / (1 + permutations)
  int permutations = 0;
  double energy = 0, null_energy = 0;  // share of the sum of squares (inputs normalised) inside the groups, in [0, 1]
  double saved = 0;                    // share of the entries outside the groups, weights or MACs, in [0, 1)
};

// Errors: invalid_input when an entry is negative or not finite, cancelled when `cancelled` says so (asked before each
// permutation).
Result<CoClustering> find_co_clustering(const Eigen::Ref<const Eigen::MatrixXd>& m, const CoClusteringOptions& options,
                                        const std::function<bool()>& cancelled = {});

// Of the bipartite graph whose edges are the entries of m, nonnegative; labels in [0, k). A group without edges counts 1.
double bipartite_n_cut(const Eigen::Ref<const Eigen::MatrixXd>& m, const std::vector<int>& outputs,
                       const std::vector<int>& inputs, int k);

}  // namespace ramus
