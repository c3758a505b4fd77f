// Branches of one group that compute the same: equal weights up to the order of units (channel_colours.hpp). Of heads and
// stacked experts, which share their nodes, equal parts of the shared layers.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/limits.hpp"
#include "graph/result.hpp"
#include "passes/branch_group.hpp"

namespace ramus {

struct DuplicateBranches {
  std::size_t group = 0;
  std::vector<std::size_t> branches;  // two or more that are all alike, ascending
  bool reordered = false;             // their units stand in another order at the join
};

// In the order of groups, then of the first branch. Experts count without what weighs them. Skips, and parts of grouped
// convolutions, which read different inputs, are no duplicates; nor is anything whose weights are filled with one constant,
// heads and slices of zeros, and heads and slices where another operator has numbers of its own for each (a bias on the
// scores). Error: cancelled.
Result<std::vector<DuplicateBranches>> find_duplicate_branches(
    const Graph& graph, const ChannelFlow& flow, const std::vector<BranchGroup>& groups, const Limits& limits,
    const std::function<bool()>& cancelled = [] { return false; });

}  // namespace ramus
