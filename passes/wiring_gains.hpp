// The gains (graph/channel_gain.hpp) that are folded into the matrix of a wiring.
//
//     P ──▶ relu ──▶ gain g ──▶ L ──▶ gain h          M[i, j] = |h[i]| |K[i, j]| |g[j]|
#pragma once

#include <vector>

#include "passes/wiring.hpp"

namespace ramus {

// By column of a segment of a wiring: the product of the gains between P, or the last nonlinearity, and L; empty where
// there are none.
std::vector<double> column_scales(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring, std::size_t place);

// Those of all segments, one after the other.
std::vector<std::vector<double>> input_scales(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring);

// By unit of a layer: the product of the gains that follow it; empty where none do.
std::vector<double> output_scales(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer);

}  // namespace ramus
