// Graphs and regions as text, for tests, logs and goldens.
#pragma once

#include <string>

#include "graph/region.hpp"

namespace ramus {

// One line per node, in the model's order:  y = Clip(x, _, max)   where _ is left out
std::string to_text(const Graph& graph);

// One line:  stem -> [a] [b1 b2] [] -> y   fork value, arms by node names, join node; then, where there are any,
// "shared: …", "crossing: …" and "open". The source is written as "source".
std::string to_text(const Graph& graph, const Dataflow& flow, const Region& region);

}  // namespace ramus
