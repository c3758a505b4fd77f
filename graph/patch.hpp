// A rewrite as a value: a pass proposes it, apply() makes a new Graph of it and checks the result.
//
//   x ──▶ (Identity) ──▶ y ──▶ (relu)          drop Identity, redirect y to x          x ──▶ (relu)
//
//   a ──▶ (+) ──▶ s ──▶ (+) ──▶ y              drop both, add Sum(a, b, c) that writes y      a, b, c ──▶ (Sum) ──▶ y
//   b ───▶┘       c ─────▶┘
//
// Whatever a dropped node stood for in the file passes to the node whose output takes its place (or, where a graph input
// does, to its first reader), and to the added nodes that say so, so that every new node still knows its original ones.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

struct AddedNode {
  std::string op;
  std::vector<std::string> inputs;   // values of the graph (read through the redirects), of `add_parameters`, of `add`
  std::vector<std::string> outputs;  // new values, or such whose producer is dropped
  std::vector<NodeId> stands_for;    // not empty; whose origins it takes over, and behind the last of which it stands
  std::string name = {};
  std::vector<Attribute> attributes = {};
};

struct Patch {
  std::set<NodeId> drop;
  std::map<ValueId, ValueId> redirect;       // readers of the first read the second; may chain, not circle
  std::map<ValueId, WeightView> parameters;  // the value becomes a parameter; its producer must be dropped
  std::vector<AddedNode> add;
  std::map<std::string, WeightView> add_parameters;  // by the names of their values, which are new

  bool empty() const {
    return drop.empty() && redirect.empty() && parameters.empty() && add.empty() && add_parameters.empty();
  }
};

// Errors: whatever GraphBuilder::finish or verify finds wrong with the outcome.
Result<Graph> apply(const Graph& graph, const Patch& patch);

// Names that neither the graph nor any body inside it uses.
class FreshNames {
 public:
  explicit FreshNames(const Graph& graph) { collect(graph); }

  // `wanted`, or else `wanted.1`, `wanted.2` ...; the same is never given twice.
  std::string take(const std::string& wanted);

 private:
  void collect(const Graph& graph);

  std::unordered_set<std::string> taken_;
};

}  // namespace ramus
