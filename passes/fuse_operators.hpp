// Activations and norms that an exporter took apart become one operator again.
//
//     x ──┬──▶ (Sigmoid) ──▶┐
//         └────────────────▶┤ Mul ──▶ y       becomes       x ──▶ (Swish) ──▶ y
//
// So that a SiLU is no gate and a layer norm on a residual stream no end of it. What a set of operators computes is found
// by computing it (formula.hpp, known_formulas.hpp), so every arrangement of the same formula is found. Where one known
// formula lies inside another (the hard sigmoid of a hard swish), the larger counts.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> fuse_operators(const PassContext& context);

}  // namespace ramus
