// Wiring of branches: which branches of a group read which branches of the group before.
//
//   mixed3a   [1x1] [3x3] [5x5] [pool] ─▶ concat ─▶ pool ─▶ mixed3b   [1x1] [3x3] [5x5] [pool]
//
//   mass C    |weights| of mixed3b's first layers, added up by branch of mixed3a and branch of mixed3b;
//             measured against independence, tested by dealing mixed3a's units to branches (numerics/branch_mass.hpp)
//
// Between consecutive groups (consecutive_groups.hpp). What each unit of the first group is read by is divided by its
// norm beforehand, for a unit's scale is a free gauge (numerics/matrix_preparation.hpp).
// Voss et al., "Branch Specialization", Distill 2021, look at such weights between neighbouring branches.
#pragma once

#include <vector>

#include "passes/numerics/branch_mass.hpp"

namespace ramus {

struct PassContext;

struct BranchWiring {
  std::size_t from = 0, to = 0;  // in Findings::groups
  BranchMassTest test;
};

// One for each two consecutive groups, by `to`, then `from`. Errors: cancelled.
Result<std::vector<BranchWiring>> find_branch_wirings(const PassContext& context);

// Those in which the group is the one that reads.
std::vector<BranchWiring> wirings_into(std::size_t group, const std::vector<BranchWiring>& wirings);

}  // namespace ramus
