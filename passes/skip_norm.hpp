// A sum and the norm after it in one operator, as ONNX Runtime fuses them.
//
//     SkipLayerNormalization(input, skip, …) = norm(input + skip)         output 0
//                                              input + skip               output 3, where it is asked for
//     EmbedLayerNormalization(ids, …)        = norm(sum of embeddings)    output 0;  the sum: output 2
//
// Source: microsoft/onnxruntime docs/ContribOperators.md.
#pragma once

#include <optional>
#include <string>

#include "graph/graph.hpp"

namespace ramus {

// SkipLayerNormalization, SkipSimplifiedLayerNormalization: a residual sum.
bool is_skip_norm(const Node& node);

// The sum before the norm, of these and of EmbedLayerNormalization; nullopt where it is not written.
std::optional<ValueId> sum_before_norm(const Node& node);

// The norm inside, as an operator of its own is called; empty for other operators.
std::string norm_inside(const Node& node);

}  // namespace ramus
