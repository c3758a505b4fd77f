// Sums of sums become one sum.
//
//   a ──▶ (+) ──▶ s ──▶ (+) ──▶ y              a, b, c ──▶ (Sum) ──▶ y
//   b ───▶┘       c ─────▶┘
//
// Only where nothing but the outer sum reads s, once, and s is no output of the graph: the running sum of a residual stream
// is read by the next block and stays. All terms are computed, of one floating type and of one shape: a bias stays apart.
// Before opset 8, a Sum could not be relied on to add what an Add does. The order of rounding changes.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> flatten_sums(const PassContext& context);

// Whether the runtime adds any number of values of this type in one Sum.
bool can_be_summed(ElementType type, std::int64_t opset);

}  // namespace ramus
