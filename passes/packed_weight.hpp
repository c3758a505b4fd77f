// Weights of com.microsoft.MatMulNBits: N rows of K numbers with 4 or 8 bits, in blocks that share a scale.
//
//   row n   | block 0: scale, zero | block 1: scale, zero | ...      y = x * Bᵀ, so the weight is read as [K, N]
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

// nullopt: absent, computed, not numbers, or more of them than stand in the file.
std::optional<std::vector<double>> read_scales(const WeightView* weight);

// `zeros` may be null: the middle of the range, then. nullopt where the parts do not fit together.
std::optional<WeightView> read_packed_weight(const Node& node, const WeightView* packed, const WeightView* scales,
                                             const WeightView* zeros);

}  // namespace ramus
