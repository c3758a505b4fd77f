// Quantised and fused operators, read as the plain ones that they stand for.
//
//   x ──▶ (QuantizeLinear) ──▶ (DequantizeLinear) ──▶ y       y = x
//   W int8 ──▶ (DequantizeLinear: scale) ──▶ w                w = a weight that decodes with its scale
//   x ──▶ (QLinearConv: W, scales, zero points) ──▶ y         x ──▶ (Conv: w) ──▶ y
//   a, b ──▶ (QLinearAdd) ──▶ y                               a, b ──▶ (Add) ──▶ y
//   x, z ──▶ (FusedConv: W, Z, activation) ──▶ y              x ──▶ (Conv: w) ──▶ (Add: z) ──▶ (Relu) ──▶ y
//   a, b ──▶ (SkipLayerNormalization) ──▶ y                   a, b ──▶ (Add) ──▶ (LayerNormalization) ──▶ y
//
// The result stands for the network before quantisation: rounding and saturation are left out. It is there to be
// analysed, not to be run. The tables are in operator_forms.cpp.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> read_plain_operators(const PassContext& context);

}  // namespace ramus
