#include "graph/dominators.hpp"

#include <algorithm>
#include <numeric>

namespace ramus {

DominatorTree::DominatorTree(std::size_t vertices, Vertex root)
    : root_(root), parent_(vertices), jump_(vertices), depth_(vertices, 0) {
  std::iota(parent_.begin(), parent_.end(), Vertex{0});
  std::iota(jump_.begin(), jump_.end(), Vertex{0});
}

void DominatorTree::attach(Vertex v, Vertex parent) {
  parent_[v] = parent;
  depth_[v] = depth_[parent] + 1;
  const Vertex far = jump_[parent];
  jump_[v] = depth_[parent] - depth_[far] == depth_[far] - depth_[jump_[far]] ? jump_[far] : parent;
}

Vertex DominatorTree::ancestor_at(Vertex v, std::uint32_t depth) const {
  while (depth_[v] > depth) v = depth_[jump_[v]] >= depth ? jump_[v] : parent_[v];
  return v;
}

Vertex DominatorTree::nearest_common_ancestor(Vertex a, Vertex b) const {
  const std::uint32_t depth = std::min(depth_[a], depth_[b]);
  a = ancestor_at(a, depth);
  b = ancestor_at(b, depth);
  while (a != b) {                     // equal depths have jumps of equal length
    if (depth_[a] == 0) return root_;  // one of them is not connected
    const bool jump = jump_[a] != jump_[b];
    a = jump ? jump_[a] : parent_[a];
    b = jump ? jump_[b] : parent_[b];
  }
  return a;
}

bool DominatorTree::dominates(Vertex a, Vertex b) const {
  return depth_[b] >= depth_[a] && ancestor_at(b, depth_[a]) == a;
}

DominatorTree DominatorTree::dominators(const Dataflow& flow) {
  DominatorTree tree(flow.size(), Dataflow::kSource);
  for (const Vertex v : flow.topological_order()) {
    if (v == tree.root_) continue;
    const auto [first, last] = boost::in_edges(v, flow.edges());
    if (first == last) continue;  // the sink of a graph without vertices
    Vertex meet = static_cast<Vertex>(boost::source(*first, flow.edges()));
    for (auto edge = std::next(first); edge != last; ++edge) {
      meet = tree.nearest_common_ancestor(meet, static_cast<Vertex>(boost::source(*edge, flow.edges())));
    }
    tree.attach(v, meet);
  }
  return tree;
}

DominatorTree DominatorTree::post_dominators(const Dataflow& flow) {
  DominatorTree tree(flow.size(), Dataflow::kSink);
  const auto order = flow.topological_order();
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (*it == tree.root_) continue;
    const auto [first, last] = boost::out_edges(*it, flow.edges());
    if (first == last) continue;  // the source of a graph without vertices
    Vertex meet = static_cast<Vertex>(boost::target(*first, flow.edges()));
    for (auto edge = std::next(first); edge != last; ++edge) {
      meet = tree.nearest_common_ancestor(meet, static_cast<Vertex>(boost::target(*edge, flow.edges())));
    }
    tree.attach(*it, meet);
  }
  return tree;
}

}  // namespace ramus
