// The windows of convolutions and poolings over two axes, from their attributes.
#pragma once

#include <optional>

#include "graph/graph.hpp"
#include "passes/numerics/linearised_kernels.hpp"

namespace ramus {

// Of a Conv, MaxPool or AveragePool over two axes. nullopt for other ranks, and where attributes do not fit. Where
// auto_pad asks for the input's size and that is not known, the size counts as a multiple of the stride.
std::optional<SlidingWindows> windows_of(const Graph& graph, const Node& node);

// A Pad as windows of one position, which it moves; nullopt where it pads other axes than the last two of four, or by
// numbers that are computed.
std::optional<SlidingWindows> windows_of_pad(const Graph& graph, const Node& pad);

}  // namespace ramus
