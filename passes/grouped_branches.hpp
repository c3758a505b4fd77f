// Branches inside convolutions with groups, carried as far as channels stay apart.
//
//   AlexNet:   conv1 ──▶ relu ──▶ LRN ──▶ pool ──▶ conv2 (group = 2) ──▶ relu ──▶ LRN ──▶ pool ──▶ conv3 (group = 1)
//              96 units                            256 units
//   branch 0   [0, 48)                             [0, 128)
//   branch 1   [48, 96)                            [128, 256)             conv3 mixes: the branches end before it
//
// Backwards the ranges reach the layer that makes the units each group reads; forwards they run through further
// convolutions with the same groups, which then belong to one group of branches (conv4 and conv5 of AlexNet). LRN lets
// neighbouring channels in: it passes, and the group is marked `leaking`. Depthwise convolutions, where every channel is
// a group of its own, are counted and not listed.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_grouped_branches(const PassContext& context);

}  // namespace ramus
