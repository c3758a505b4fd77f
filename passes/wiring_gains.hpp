// The gains (graph/channel_gain.hpp) that are folded into the matrix of a wiring.
//
//     P ──▶ relu ──▶ gain g ──▶ L ──▶ gain h          M[i, j] = |h[i]| |K[i, j]| |g[j]|
#pragma once

#include <vector>

#include "passes/wiring.hpp"

namespace ramus {

// By channel of what the node reads, or one for all; empty where it has no gain that can be read.
std::vector<double> channel_gains(const Graph& graph, NodeId node, int axis, std::int64_t channels);

// The products of the gains between P, or the last nonlinearity, and L.
InputScales input_scales(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring);

// By unit of a layer: the product of the gains that follow it; empty where none do.
std::vector<double> output_scales(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer);

}  // namespace ramus
