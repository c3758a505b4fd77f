// What holds for every Graph. Checked after each rewrite; a failure is a fault of the rewrite, not of the model.
#pragma once

#include "graph/graph.hpp"

namespace ramus {

// Producers and readers agree with the nodes' lists, only computed values have producers, parameters have weights, and
// the topological order holds every node once, after those that it reads. Error kind: internal.
Status verify(const Graph& graph);

}  // namespace ramus
