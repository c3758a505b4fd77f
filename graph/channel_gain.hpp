// Operators that multiply each channel by a constant of its own.
//
//     BatchNormalization(x, gamma, beta, mean, variance)          gamma / sqrt(variance + epsilon)
//     Mul(x, c), Mul(c, x), Div(x, c)    c [C, 1, 1] in NCHW, or [] c, or 1 / c
//     LayerNormalization(x, gamma, …), and other norms            gamma, once what it reads has been normalised
#pragma once

#include "graph/graph.hpp"

namespace ramus {

// The parameter that holds one number for each of `channels` along `axis`, or one for all; nullptr where the node scales
// in another way, or not by a constant.
const WeightView* find_channel_gain(const Graph& graph, NodeId node, int axis, std::int64_t channels);

}  // namespace ramus
