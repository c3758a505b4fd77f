// The data flow of a Graph as a bipartite Boost graph: operators and values, with one source and one sink around them.
//
//              ┌▶ x ──▶ (conv) ──▶ y ──┐
//     source ──┤                       ├──▶ sink
//              └▶ (RandomNormal) ─▶ r ─┘
//
// The source feeds every graph input, captured value and operator that reads no data; the sink takes every graph output
// and every operator whose outputs nobody reads, so that each operator lies on a path from source to sink. Constants, what
// computes them, and values that nobody reads (the mask of a Dropout) are vertices without edges.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <span>
#include <utility>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

using Vertex = std::uint32_t;
using BoostDataflow = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

// What a node reads beside its main inputs, from elsewhere: the mask of an attention.
using AsideRead = std::pair<NodeId, ValueId>;

class Dataflow {
 public:
  // Values that a node reads `aside` (ascending; not all that it reads) flow to the sink instead of into it.
  explicit Dataflow(const Graph& graph, std::span<const AsideRead> aside = {});

  static constexpr Vertex kSource = 0;
  static constexpr Vertex kSink = 1;

  Vertex vertex(NodeId id) const { return 2 + id.index; }
  Vertex vertex(ValueId id) const { return 2 + nodes_ + id.index; }
  bool is_node(Vertex v) const { return v >= 2 && v < 2 + nodes_; }
  bool is_value(Vertex v) const { return v >= 2 + nodes_; }
  NodeId node(Vertex v) const { return NodeId(v - 2); }              // is_node(v)
  ValueId value(Vertex v) const { return ValueId(v - 2 - nodes_); }  // is_value(v)

  std::size_t size() const { return boost::num_vertices(edges_); }
  const BoostDataflow& edges() const { return edges_; }
  // Source first, sink last; vertices without edges are left out.
  std::span<const Vertex> topological_order() const { return order_; }

 private:
  std::uint32_t nodes_;
  BoostDataflow edges_;
  std::vector<Vertex> order_;
};

}  // namespace ramus
