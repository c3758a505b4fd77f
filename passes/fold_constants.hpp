// Nodes that compute nothing but constants become parameters of their readers.
//
//   (Constant: W) ──▶ w ──▶ (Conv)              (Conv: w = W)
//   shape ──▶ (ConstantOfShape) ──▶ w ──▶ …     w = a fill of that shape; no element of it is ever stored
//
//   w ──▶ (CastLike: x) ──▶ y ──▶ …             y = w, if short; only the type of x was read
//
// Identity of a constant is left to drop-identities. Constants whose value is not a tensor of numbers (sparse, strings)
// stay nodes. A graph output stays computed.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> fold_constants(const PassContext& context);

}  // namespace ramus
