// A channel shuffle that an exporter took apart becomes one operator that picks channels.
//
//   x [n, c, …] ──▶ (Reshape: n, g, c/g, …) ──▶ (Transpose: 0 2 1 …) ──▶ (Reshape: n, c, …) ──▶ y
//   x ──▶ (Gather: 0, c/g, 2c/g, …, 1, …) ──▶ y
//
// Zhang, Zhou, Lin, Sun, "ShuffleNet", CVPR 2018. The shapes must be known, all but the first extent.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_channel_shuffles(const PassContext& context);

}  // namespace ramus
