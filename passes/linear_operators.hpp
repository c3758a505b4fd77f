// Kinds of operators that the finders of branches tell apart.
#pragma once

#include "graph/graph.hpp"

namespace ramus {

// What may stand on the skip of a residual block: 1×1 convolution, batch norm, pooling, pad, slice or crop, cast and
// quantisation, scale or shift by constants. (Max pooling is not linear; ResNets use it where others average.)
bool is_linear_operator(const Graph& graph, NodeId node);

// Of these, those that a sum can be pushed through: not max pooling, rounding, nor pads other than zeros.
bool distributes_over_sums(const Graph& graph, NodeId node);

// What a Pad adds is 0, or what is there already; false where that is computed.
bool pads_with_zeros(const Graph& graph, const Node& pad);

// Each element of the output depends on the same element of one data input: activations, scales, casts.
bool is_elementwise(const Graph& graph, NodeId node);

// Reductions, pooling over everything, and elementwise arithmetic of several values: what norms and activations that an
// exporter took apart consist of, together with the elementwise operators.
bool is_statistic(const Graph& graph, NodeId node);

}  // namespace ramus
