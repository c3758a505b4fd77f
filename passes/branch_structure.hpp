// Which groups are built alike: "24 times this block".
//
//     block 3:  x ─┬▶ (Conv 1x1, 64 to 64) ▶ (Relu) ─▶ (Conv 3x3) ─▶┐
//                  └───────────────────────────────────────────────▶┤ Add        the same number as block 4, though
//                                                                                 names and weights differ
//
// Equal for two groups: kind and join, the branches in order with their operators, attributes, connections and the shapes
// of their weights. Names, values of weights and places in the graph do not count.
#pragma once

#include <span>

#include "passes/branch_group.hpp"

namespace ramus {

// `place`: of each node in topological order.
std::uint64_t structure_of(const Graph& graph, const BranchGroup& group, std::span<const std::size_t> place);
// Of a branch alone, its widths included.
std::uint64_t structure_of(const Graph& graph, const Branch& branch, BranchKind kind,
                           std::span<const std::size_t> place);

}  // namespace ramus
