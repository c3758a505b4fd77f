// Plain layers whose weights fall into groups of inputs and units: a grouped layer would do.
//
//   conv2, units by inputs   ██░░        inside the groups at least `least_energy` of the squared weights (inputs normalised),
//                            ░░██        outside at least `least_saved` of the entries, and permuted weights lose twice as much
//
// The groups are those of latent_branches.hpp, sought in the matrix of all that a layer reads, and tested only where they would
// be told.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "passes/analyses.hpp"
#include "passes/numerics/co_clustering.hpp"
#include "passes/wiring.hpp"

namespace ramus {

struct BlockDiagonalRequest {
  double least_energy = 0.95;    // in [0, 1]
  double least_saved = 0.25;     // in [0, 1)
  std::int64_t least_units = 4;  // inputs, and units, of each group
  std::uint64_t seed = 0;        // of the permuted matrices
  std::function<bool()> cancelled = [] { return false; };
};

struct BlockDiagonalLayer {
  Wiring wiring;
  CoClustering clustering;
};

// In the order of the layers. Layers that cannot be read, are untrained, depthwise or grouped, or have more than a million
// entries (1024 x 1024), are left out. Error: cancelled.
Result<std::vector<BlockDiagonalLayer>> find_block_diagonal_layers(const Graph& graph, const Analyses& analyses,
                                                                   const Limits& limits,
                                                                   const BlockDiagonalRequest& request);

}  // namespace ramus
