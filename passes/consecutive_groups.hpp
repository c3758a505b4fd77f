// Which groups of branches follow one another, and whose units are whose.
//
//   mixed3a   [1x1] [3x3] [5x5] [pool] ─▶ concat ─▶ pool ─▶ mixed3b   [1x1] [3x3] [5x5] [pool]
//
// Two groups that own units follow one another where layers inside at least two branches of the second read, with nothing
// between but operators that keep channels apart (concatenations, sums, pooling, norms), units of at least two branches of
// the first. Where the units that are read pass through several such groups, the last one counts. A layer between that
// mixes channels (SqueezeNet's squeeze) parts the groups.
#pragma once

#include <utility>
#include <vector>

#include "passes/branch_group.hpp"
#include "passes/unit_graph.hpp"

namespace ramus {

using BranchUnits = std::vector<std::pair<Eigen::Index, int>>;  // vertex and branch, ascending; each vertex once

// Puts them in order, without those that several branches own.
void drop_units_of_several(BranchUnits& units);

// The units of the layers inside a group; of units that several branches own, none.
BranchUnits units_inside(const PassContext& context, const UnitGraph& units, const BranchGroup& group);

struct ConsecutiveGroups {
  std::size_t from = 0, to = 0;  // in Findings::groups
  BranchUnits units;             // of `from`, as its join hands them on: those that `to` reads
};

// By `to`, then `from`.
std::vector<ConsecutiveGroups> find_consecutive_groups(const PassContext& context, const UnitGraph& units);

// By vertex: the branch; -1 elsewhere.
std::vector<int> labels_of(const UnitGraph& units, const BranchUnits& branch_units);

}  // namespace ramus
