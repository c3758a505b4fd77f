// From the layouts at the two products of attention to the units of each head.
//
//     queries [B, 8 of stride 16, S, 16 of stride 1]                8 heads: [0, 16) [16, 32) …
//     keys    [B, 2 of stride 16 × 4 of stride 0, S, 16]            [0, 16) four times, then [16, 32) four times
#pragma once

#include "passes/attention.hpp"
#include "passes/attention_walk.hpp"

namespace ramus {

// One layer that queries, keys or values come from, with its layout as an operand of a product. Labels of batch axes are
// their places counted from the end of the scores.
struct HeadSource {
  HeadRole role = HeadRole::query;
  SourceOfUnits source;
  std::optional<Operand> operand;
};

// Batch axes along which heads lie, outermost first.
struct HeadAxes {
  std::vector<std::pair<int, std::int64_t>> axes;  // label, heads
  std::int64_t heads = 1;
};

HeadAxes find_head_axes(const std::vector<HeadSource>& sources);

// One range per head; the reason in `why` where there are none.
std::vector<HeadRange> ranges_of(const HeadSource& source, const HeadAxes& heads, std::string& why);

// The same for inputs of the layer that reads the context, whose units are numbered head by head, `each` of them.
std::vector<HeadRange> ranges_of(const ReadingLayer& layer, std::int64_t heads, std::int64_t each, std::string& why);

}  // namespace ramus
