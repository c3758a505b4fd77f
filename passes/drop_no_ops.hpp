// Operators that change nothing, as types and shapes prove, are taken out of the way.
//
//   x:[1,8] ──▶ (Reshape to [1,8]) ──▶ y       Cast to the type that x has, Flatten of a matrix, Pad by zero,
//   x ──▶ (Transpose) ──▶ (Transpose) ──▶ y    where the second turns back what the first turned
//   x ──▶ (Concat) ──▶ y                       of one input; likewise Sum, Max, Min and Mean
//   x ──▶ (Mul by 1) ──▶ y                     likewise Div by 1, Add and Sub of 0
//
// A node that writes a graph output stays, and so does one whose parameter the caller may replace. A reshape may have one
// unknown dimension, in the same place before and after: the number of elements fixes it.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> drop_no_ops(const PassContext& context);

}  // namespace ramus
