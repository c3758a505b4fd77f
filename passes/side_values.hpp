// Residual blocks that also read values from the side: attention masks, cached keys, position codes, other inputs, and what
// cross-attention attends to.
//
//                     mask ─────────▶┐
//     x ──┬──▶ (norm) ──▶ (attention) ──▶┐
//         └─────────────────────────────▶┤ Add ──▶ y         fork x, arms [norm attention] and a skip, crossing: mask
//
// By dominators alone the fork would be the source, for the mask reaches the join without passing x. A sum counts as
// residual all the same when one of its two operands is computed from the other, and whatever else goes into that comes
// from the side: from another input of the graph, or without features (shapes, indices, and masks made of them), or as keys
// and values of attention whose queries are computed from the skip.
//
//     encoder ──┬─▶ (k) ──▶┐
//               └─▶ (v) ──▶┤                               crossing: the encoder's output, whatever the two have in common
//     x ──┬──▶ (q) ──▶ (attention) ──▶┐                    above them; (k) and (v) belong to the block, if nothing else
//         └──────────────────────────▶┤ Add ──▶ y          reads them
//
// Why keys and values only: they say what a block may look up, and the block writes the answer into its own stream. Features
// that are added to the stream, multiplied with it or put beside it are another arm that computes, and the sum stays a sum.
#pragma once

#include <optional>
#include <vector>

#include "graph/region.hpp"
#include "passes/attention.hpp"

namespace ramus {

class SideValues {
 public:
  SideValues(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators, const AttentionCores& attention,
             const Limits& limits);

  // The region of a sum whose block reads side values; nullopt for any other node. Time: linear in what lies between the
  // two operands in the order of execution, and what that reads; after limits.region_visits steps it finds no more.
  std::optional<Region> find_region(NodeId sum);

 private:
  std::optional<Region> find_region(NodeId sum, ValueId skip, ValueId block, std::uint32_t skip_input);
  void sweep(Vertex fork, ValueId block);
  bool is_inside(Vertex v) const { return stamp_[v] == now_ && reached_[v]; }
  bool is_side(ValueId value, ValueId skip) const;
  bool is_attended_to(ValueId value, ValueId skip, std::vector<NodeId>& carriers);
  bool find_carriers(ValueId skip, std::vector<NodeId>& carriers);
  void take_in(std::vector<NodeId>& carriers);
  Region region_around(NodeId sum, Vertex fork, std::uint32_t skip_input) const;

  const Graph& graph_;
  const Dataflow& flow_;
  const DominatorTree& dominators_;
  std::vector<std::size_t> place_;      // by vertex, in topological order
  std::vector<bool> carries_features_;  // by value
  std::vector<std::uint32_t> stamp_;    // by vertex: == now_ where the block depends on it
  std::vector<bool> reached_;           // by vertex: computed from the skip, or carries keys or values into the block
  std::vector<bool> leads_to_core_;     // by node: between the projections and the core of an attention
  std::vector<bool> makes_keys_;        // by node: projects keys or values, and no queries
  std::vector<Vertex> members_;         // of the sweep at hand
  std::uint32_t now_ = 0;
  std::uint64_t steps_left_;
};

}  // namespace ramus
