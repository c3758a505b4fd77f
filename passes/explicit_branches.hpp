// Explicit branches: where the graph forks and meets again in a concatenation or a sum.
//
//                ┌▶ 1x1 ──────────────▶┐
//     pool1 ─────┼▶ 1x1 ──▶ 3x3 ──────▶┤ Concat        concat     4 branches, units [0, 64) [64, 192) …
//                ├▶ 1x1 ──▶ 5x5 ──────▶┤
//                └▶ pool ──▶ 1x1 ─────▶┘
//
//     x ──┬▶ 3x3 ──▶ relu ──▶ 3x3 ────▶┐ Add           residual   a branch and a skip (or a projection: linear
//         └───────────────────────────▶┘                          operators only)
//
// Fork, arms and whether the group is closed: graph/region.hpp. A sum whose operands have different shapes (a bias or a
// mask that is computed) is no join of branches. A projection beside an arm that ends in an upsampling is no residual but
// the merge of a feature pyramid, a plain sum.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_explicit_branches(const PassContext& context);

}  // namespace ramus
