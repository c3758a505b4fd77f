// Latent branches: where the weights between two plain layers already fall into groups that mostly read each other.
//
//   conv1 ──▶ relu ──▶ conv2        M = |weights of conv2|, as `factors` reads them
//   units of conv1  ██░░                k = 2: a grouped convolution of that shape would keep the dark blocks
//   by those of     ██░░                and do without the light ones
//   conv2           ░░██
//
// Found by spectral co-clustering against permuted matrices (numerics/co_clustering.hpp). The test is against no structure
// at all: units that follow one gradual axis are cut into groups as well. How far apart the groups are is said by the
// energy inside them, beside what permuted matrices keep inside theirs.
// "Branches are simply reifying structures that otherwise exist": Voss et al., "Branch Specialization", Distill 2021.
#pragma once

#include <string>
#include <vector>

#include "passes/numerics/co_clustering.hpp"
#include "passes/wiring.hpp"

namespace ramus {

struct LatentBranches {
  std::string id;  // of the wiring: "conv1->conv2"
  Wiring wiring;
  CoClustering clustering;  // outputs: units of L; inputs: units of P
};

struct PassContext;
struct Findings;

// One entry for every wiring with factors whose sides have kFewestClusteredUnits units that carry weight, found or not.
Result<Findings> find_latent_branches(const PassContext& context);

}  // namespace ramus
