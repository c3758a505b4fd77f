// Weights behind operators that only lay constants out, or scale them: read, not computed.
//
//     Transpose(W [out, in])                W [in, out]
//     Mul(a [1], s [n])                     a s [n], for short ones: the two scales of a product of integers
//     Unsqueeze(Concat(Slice(W) …))         the gates of an LSTM in another order (PyTorch, inside an If)
#pragma once

#include <optional>
#include <span>

#include "graph/graph.hpp"

namespace ramus {

// nullopt where the node does not exchange the two axes of a matrix.
std::optional<WeightView> transposed_weight(const Node& node, const WeightView& weight);

// Of Slice and Concat along the first axis, and of Unsqueeze; inputs: nullptr where one is computed or left out. nullopt
// where the node is none of these, takes steps, joins more than `most` elements, or reads weights that are not dense.
std::optional<WeightView> rearranged_weight(const Node& node, std::span<const WeightView* const> inputs,
                                            std::int64_t most);

// nullopt where neither is a single number, or they are long.
std::optional<WeightView> product_of_constants(const WeightView& a, const WeightView& b);

}  // namespace ramus
