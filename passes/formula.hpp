// What a handful of elementwise operators compute together, found by computing it.
//
//     x ──┬──▶ (Sigmoid) ──▶┐
//         └────────────────▶┤ Mul ──▶ y           y = x * sigmoid(x), whichever way an exporter wrote it down
//
// A formula has one value that it reads and one that is read of it. Constants of one element are numbers; those of more
// (a scale per channel) are unknowns. Reductions run over all samples: with x the elements of one row, a layer norm is a
// formula too.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "graph/dominators.hpp"
#include "graph/graph.hpp"

namespace ramus {

struct Formula {
  ValueId x, y;
  std::vector<NodeId> nodes;       // in topological order; the last one writes y
  std::vector<ValueId> constants;  // of more than one element, in the order in which they are read
  Dims axes;                       // of its reductions, ascending; empty where there are none
  std::size_t reductions = 0;
};

// Finds formulas of at most kMostNodes operators.
class FormulaFinder {
 public:
  static constexpr std::size_t kMostNodes = 20;

  FormulaFinder(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators);

  // All between a join and its fork; nullopt where that is not one formula. A node with one data input is a formula of
  // one node.
  std::optional<Formula> ending_at(NodeId end) const;
  // With the formula that ends in x, where nothing else reads x; nullopt where there is none.
  std::optional<Formula> widened(const Formula& formula) const;
  // With the operator that reads y.
  std::optional<Formula> extended(const Formula& formula) const;

 private:
  bool takes_part(NodeId node) const;
  std::optional<Formula> made_of(ValueId x, std::vector<NodeId> nodes) const;

  const Graph& graph_;
  const Dataflow& flow_;
  const DominatorTree& dominators_;
  std::vector<std::size_t> place_;  // in topological order
};

// y for the samples x, each of `constants` having one value throughout; nullopt where an operator cannot be computed.
std::optional<std::vector<double>> evaluate(const Graph& graph, const Formula& formula, std::span<const double> x,
                                            std::span<const double> constants);

}  // namespace ramus
