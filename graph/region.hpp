// What lies between a fork and a join: the arms.
//
//                 ┌──────────────▶ (a) ─────────▶┐         fork   the join's immediate dominator: x
//     x ──────────┼──▶ (b1) ──▶ (b2) ───────────▶┤ join    arms   what is left in pieces once fork and join are gone:
//                 └─────────────────────────────▶┘                [a] [b1 b2] and a skip, an arm without nodes
//
// Where one piece feeds several inputs of the join, arms are taken per input instead, and what serves several inputs is
// shared:
//
//     x ──▶ (a) ──┬──▶ (b) ──▶┐
//                 │           ├ join      [b] [] shared: a      (overlapping, so open)
//                 └──────────▶┘
//
// A region is closed when the join post-dominates the fork, nothing inside is read from outside, and no two arms
// overlap. Nothing inside can read from outside: the fork dominates all of it.
// Reference: Johnson, Pearson, Pingali, "The program structure tree", PLDI 1994.
#pragma once

#include <optional>
#include <vector>

#include "graph/dominators.hpp"
#include "graph/limits.hpp"

namespace ramus {

struct Arm {
  std::vector<NodeId> nodes;          // ascending; without those that are shared
  std::vector<std::uint32_t> inputs;  // which of the join's distinct data inputs it feeds, ascending
  bool skip = false;                  // a direct edge from fork to join
};

struct Region {
  Vertex fork = Dataflow::kSource;  // a value, an operator with several outputs, or the source
  NodeId join;                      // !exists(): the sink
  ValueIds inputs;                  // of the join, or the sink: data, each once
  std::vector<Arm> arms;            // by the first input of the join that they feed
  std::vector<NodeId> shared;       // ascending
  std::vector<ValueId> crossing;    // values of the region, or the fork, that are read outside; ascending
  bool overlapping = false;
  bool closed = false;
};

// Finds regions one after the other; keeps scratch space of one word per vertex between calls.
class RegionFinder {
 public:
  RegionFinder(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
               const DominatorTree& post_dominators, const Limits& limits);

  // The region that ends at `join`; nullopt unless the join reads at least two different data values.
  // Time: linear in the region and its edges. Error: all calls together have taken more than limits.region_visits steps.
  Result<std::optional<Region>> find(NodeId join);

  // The region that ends at the sink: forks that never meet again; nullopt unless at least two different data values are
  // outputs of the graph. Its arms feed them in the graph's order.
  Result<std::optional<Region>> find_outputs();

 private:
  Result<std::optional<Region>> find_before(Vertex join, const ValueIds& inputs);
  bool inside(Vertex v) const { return stamp_[v] == now_; }
  Status sweep(Vertex fork, const ValueIds& inputs);
  void join_pieces();
  Vertex piece_of(Vertex v);
  void label_by_input(const ValueIds& inputs);
  void fill_arms(const ValueIds& inputs, Region& region);
  void find_crossing(Vertex join, Region& region) const;

  const Graph& graph_;
  const Dataflow& flow_;
  const DominatorTree& dominators_;
  const DominatorTree& post_dominators_;
  const Limits& limits_;
  std::uint64_t visits_ = 0;
  std::uint32_t now_ = 0;
  std::vector<std::uint32_t> stamp_;  // == now_ for vertices of the region at hand
  std::vector<Vertex> piece_;         // union-find
  std::vector<std::uint32_t> label_;  // the one input a vertex reaches, or kSeveral
  std::vector<Vertex> members_;       // the region at hand: after the sweep, every vertex before those that it reads
};

}  // namespace ramus
