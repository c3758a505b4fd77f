// Dead branches: what they write is constant, whatever they read, or nobody's weights read it.
//
//   fork ─┬▶ (conv, all weights 0) ─▶ relu ─┐            zero_weights: all ways through the branch pass a layer of zeros
//         ├▶ (conv) ─▶ (Mul 0) ─────────────┤ Concat     zero_factor: … a product with zero, a norm whose scales are zero
//         └▶ (conv) ─▶ relu ────────────────┘ ──▶ (conv, zero for these channels)      unread: of nobody's weights
//
// Branches that are ranges of shared layers (groups, heads, stacked experts) are dead where their part of a layer is zero.
// Weights that the model fills with one constant in place of numbers (structure without training) say nothing. An expert is
// dead where what it makes is constant, before that is weighed.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "graph/limits.hpp"
#include "graph/result.hpp"
#include "passes/branch_group.hpp"

namespace ramus {

enum class DeathCause { zero_weights, zero_factor, unread };
std::string_view name_of(DeathCause cause);

struct DeadBranch {
  std::size_t group = 0, branch = 0;
  DeathCause cause = DeathCause::zero_weights;
  NodeId at;  // a layer or factor of zeros; unread: a layer that reads the join
};

// In the order of groups and branches. Error: cancelled.
Result<std::vector<DeadBranch>> find_dead_branches(
    const Graph& graph, const std::vector<BranchGroup>& groups, const Limits& limits,
    const std::function<bool()>& cancelled = [] { return false; });

}  // namespace ramus
