// Explicit branches: where the graph forks and meets again in a concatenation, a sum, a product or another operator.
//
//                ┌▶ 1x1 ──────────────▶┐
//     pool1 ─────┼▶ 1x1 ──▶ 3x3 ──────▶┤ Concat        concat     4 branches, units [0, 64) [64, 192) …
//                ├▶ 1x1 ──▶ 5x5 ──────▶┤
//                └▶ pool ──▶ 1x1 ─────▶┘
//
//     x ──┬▶ 3x3 ──▶ relu ──▶ 3x3 ────▶┐ Add           residual   a branch and a skip (or a projection: linear
//         └───────────────────────────▶┘                          operators only)
//
//     x ──┬▶ pool ──▶ 1x1 ──▶ sigmoid ▶┐ Mul           gate
//         └───────────────────────────▶┘
//
// Fork, arms and whether the group is closed: graph/region.hpp. Which kind, and what is no branch: branch_kind.hpp.
// Products and sums of a mixture of experts are left to expert_branches.hpp; where a sum adds something else to experts,
// these are one arm of it.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_explicit_branches(const PassContext& context);

}  // namespace ramus
