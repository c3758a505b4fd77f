// Operators that can be pushed through a sum exactly, and what each term then gets.
//
//   (a + b) ──▶ (Conv: W, bias) ──▶ y          y = Conv(a: W, bias) + Conv(b: W)
//   (a + b) ──▶ (BatchNormalization) ──▶ y     y = BN(a) + BN(b, without mean and shift)
//
// Exact in real numbers, so up to rounding in floating ones. Not among them, though is_linear_operator lets a stream go on
// across them: max pooling, casts, quantisation, padding by a constant other than 0.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

// The first term gets the operator as it is; the others get it without its constant part.
struct Distribution {
  std::size_t data = 0;              // which input is the sum
  bool crosses_batch = false;        // along the first dimension, too, no term may be broadcast
  bool only_adds = false;            // the operator is nothing but its constant part: the others stay as they are
  std::vector<std::size_t> dropped;  // trailing inputs that the others do without
  std::vector<std::size_t> zeroed;   // inputs that are zeros for the others
};

// nullopt: it cannot be, or not exactly. What holds of it, holds of terms of one shape.
std::optional<Distribution> find_distribution(const Graph& graph, NodeId node, std::int64_t opset);

}  // namespace ramus
