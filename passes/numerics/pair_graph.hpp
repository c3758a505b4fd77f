// A weighted graph on few members (blocks, heads), the quality of a partition of it, and chance.
//
//   members 0 1 2 3 4 5       0───1   3───4
//                             │ ╱     │ ╱        labels 0 0 0 1 1 1       Q = 6/7 - 1/2 = 0.357
//                             2───────5
//
//   Q = share of weight inside communities - what it would be if every member kept its total and joined at random
//
// Newman, "Modularity and community structure in networks", 2006, at resolution 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "passes/numerics/random.hpp"

namespace ramus {

struct PairWeight {
  std::uint32_t a = 0, b = 0;  // two members, different; no pair twice
  double weight = 0;           // finite, not negative
};

struct PairGraph {
  std::uint32_t members = 0;
  std::vector<PairWeight> pairs;  // those of weight 0 are no edges, but a permutation gives them one
};

// Newman's Q in [-1/2, 1); 0 without edges. By member: a label of at least 0, or of -1 where it has no edge.
double newman_q(const PairGraph& graph, std::span<const int> labels);

// The same weights in another order over those pairs that share a stratum, every order equally likely. By pair: its stratum.
PairGraph permuted(const PairGraph& graph, std::span<const std::uint32_t> strata, RandomStream& stream);

// Q beside that of permuted weights, searched alike.
struct PermutedQ {
  double mean = 0, sd = 0;  // sd with n - 1
  std::optional<double> z;  // (found - mean) / sd; nullopt where all permutations give one number
  double p = 1;             // (1 + #{permuted >= found}) / (1 + n)
};

PermutedQ compare_with_permuted(double found, std::span<const double> permuted);

}  // namespace ramus
