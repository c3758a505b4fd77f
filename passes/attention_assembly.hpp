// Puts an Attention together once its core is known: projections, heads, the layer that reads the context.
#pragma once

#include "passes/attention.hpp"
#include "passes/head_ranges.hpp"

namespace ramus {

// Fills heads, layers, paths and left_out of an attention whose core is there. `weights` is the operand of `context` that
// the softmax has become.
void assemble(const WalkedGraph& walked, const Product& scores, const Product& context, ValueId weights,
              Attention& attention);

// Another product whose outcome is added to the scores (relative positions): the paths of the same queries and keys.
void add_product(const WalkedGraph& walked, const Product& product, Attention& attention);

// The same from sources that are known, and the layout of the context with its units numbered head by head.
void add_layers(const std::vector<HeadSource>& sources, const HeadAxes& heads, Attention& attention);
void add_output(const WalkedGraph& walked, ValueId context, const UnitLayout& layout, std::int64_t each,
                Attention& attention);

}  // namespace ramus
