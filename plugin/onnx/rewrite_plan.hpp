// Which nodes and initializers a rewritten model has, and in which order.
//
//   original    c = Constant    i = Identity(x)    y = Add(i, c)    z = If(k){… reads i …}
//   rewritten                                      y = Add(x, c)    z = If(k){… reads x …}        c is a parameter
//   plan        initializer c   i = Identity(x)    y = Add(x, c)    z = If(k){… reads i …}
//
// A body's bytes stay as they are, so what it reads from outside must keep its name: the node that writes it comes back.
// Likewise a constant that cannot be an initializer: a fill of a shape, or any in IR version 3, where every initializer
// would have to be a graph input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "graph/graph.hpp"

namespace ramus::onnx_wire {

struct PlannedNode {
  std::optional<std::uint32_t> place;  // of the file's node; nullopt: to be encoded from the rewritten graph
  NodeId rewritten;                    // in the rewritten graph; !exists(): as the file has it
};

struct PlannedInitializer {
  std::string name;
  std::optional<std::uint32_t> constant;  // place of the Constant node whose value it is
  const WeightView* weight = nullptr;     // of the rewritten graph
};

struct RewritePlan {
  std::vector<PlannedInitializer> constants;            // IR version 3: Constant nodes before all others
  std::vector<PlannedNode> nodes;                       // each after those whose values it reads
  std::unordered_set<std::string> unread_initializers;  // only dropped nodes read them
  std::unordered_set<std::string> vanished_values;      // that no node writes any more
};

// `original` is the file's main graph, `rewritten` what patches made of it. Errors: internal, when `rewritten` is none of
// `original`'s making. `initializers_are_inputs`: IR version 3.
Result<RewritePlan> plan_rewrite(const Graph& original, const Graph& rewritten, bool initializers_are_inputs);

}  // namespace ramus::onnx_wire
