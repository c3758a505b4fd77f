// Dominators and post-dominators of a data flow.
//
//   v dominates w       when every path from the source to w passes v
//   v post-dominates w  when every path from w to the sink passes v
//
// A data flow has no cycles, so one sweep in topological order is exact: the immediate dominator of a vertex is the
// nearest common ancestor of its predecessors in the tree built so far. Ancestors are found through jump pointers of
// lengths 1, 3, 7 ... (Myers, "An applicative random-access stack", 1983), which makes the whole O(E log V).
//
// Why not boost::lengauer_tarjan_dominator_tree: its path compression recurses once per vertex of a chain, and a long
// plain model would overflow the stack. The tests compare the two on small graphs.
#pragma once

#include <span>
#include <vector>

#include "graph/dataflow.hpp"

namespace ramus {

class DominatorTree {
 public:
  static DominatorTree dominators(const Dataflow& flow);
  static DominatorTree post_dominators(const Dataflow& flow);

  Vertex root() const { return root_; }
  // The immediate (post-)dominator; the root and parameters are their own.
  Vertex parent(Vertex v) const { return parent_[v]; }
  std::uint32_t depth(Vertex v) const { return depth_[v]; }  // 0 for the root
  bool dominates(Vertex a, Vertex b) const;                  // true for a == b
  // The root, where one of the two is a parameter or a value that nobody reads.
  Vertex nearest_common_ancestor(Vertex a, Vertex b) const;

 private:
  DominatorTree(std::size_t vertices, Vertex root);
  void attach(Vertex v, Vertex parent);
  Vertex ancestor_at(Vertex v, std::uint32_t depth) const;

  Vertex root_;
  std::vector<Vertex> parent_, jump_;
  std::vector<std::uint32_t> depth_;
};

}  // namespace ramus
