// What each channel of a branch computes, as a number: equal numbers, equal functions.
//
//   fork channels   0 1 2            colour of channel c: c
//   conv unit u     bias, and for every input: its colour with the kernel that reads it, in any order
//   relu, pool      the operator with the colour of the channel
//
// Two branches between the same fork and join that have the same colours in the same order are duplicates; where the join
// concatenates, or the units in between stand in another order, the colours are the same in another order. So duplicates are
// found up to permutations of units, in time linear in the weights, and without search: as colour refinement tells graphs
// apart (Weisfeiler, Leman, 1968), but with every input named there is nothing to guess. Equal colours are equal functions up
// to a collision of 128-bit hashes and to rounding; bytes of weights are compared, not values near each other.
// An operator that mixes channels without weights gets colours from its inputs as a whole, in their order.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/limits.hpp"
#include "passes/branch_group.hpp"
#include "passes/colour_hash.hpp"

namespace ramus {

// By channel of what a branch brings to its group's join, one value of `ends` after the other (ends_of_branches); nothing
// else of the branch counts. `place`: of each node in topological order. nullopt: it brings nothing, weights cannot be
// read, it draws random numbers, or its values have more than four million channels together.
std::optional<std::vector<Colour>> find_channel_colours(const Graph& graph, const ChannelFlow& flow,
                                                        const BranchGroup& group, const Branch& branch,
                                                        const ValueIds& ends, std::span<const std::size_t> place,
                                                        const Limits& limits);

}  // namespace ramus
