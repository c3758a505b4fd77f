// A rewrite as a value: a pass proposes it, apply() makes a new Graph of it and checks the result.
//
//   x ──▶ (Identity) ──▶ y ──▶ (relu)          drop Identity, redirect y to x          x ──▶ (relu)
//
//   x ──▶ (QLinearConv) ──▶ y                  replace it                                    x ──▶ (Conv) ──▶ y
//
// Whatever a dropped node stood for in the file passes to the node whose output takes its place (or, where a graph input
// does, to its first reader), so that every new node still knows its original ones.
#pragma once

#include <map>
#include <set>

#include "graph/graph.hpp"

namespace ramus {

struct Patch {
  std::set<NodeId> drop;
  std::map<ValueId, ValueId> redirect;       // readers of the first read the second; may chain, not circle
  std::map<ValueId, WeightView> parameters;  // the value becomes a parameter; its producer must be dropped
  // Nodes in the place of one, by value names; they write those of its outputs that somebody reads.
  std::map<NodeId, std::vector<GraphBuilder::NewNode>> replace;
  std::map<std::string, WeightView> constants;  // parameters that were not there

  bool empty() const { return drop.empty() && redirect.empty() && parameters.empty() && replace.empty(); }
};

// Errors: whatever GraphBuilder::finish or verify finds wrong with the outcome.
Result<Graph> apply(const Graph& graph, const Patch& patch);

}  // namespace ramus
