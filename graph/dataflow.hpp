// The data flow of a Graph as a bipartite Boost graph: operators and values, with one source and one sink around them.
//
//              ┌▶ x ──▶ (conv) ──▶ y ──┐
//     source ──┤                       ├──▶ sink
//              └▶ (RandomNormal) ─▶ r ─┘
//
// The source feeds every graph input, captured value and operator that reads no data; the sink takes every graph output.
// Constants, what computes them, and whatever no graph output depends on (the mask of a Dropout, a head that was cut off)
// are vertices without edges.
#pragma once

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

using Vertex = std::uint32_t;
// 16 bytes an edge and 8 a vertex; an adjacency_list takes 350 for an operator and its value.
using BoostDataflow = boost::compressed_sparse_row_graph<boost::bidirectionalS, boost::no_property, boost::no_property,
                                                         boost::no_property, std::uint32_t, std::uint32_t>;

// By node: its place in the topological order.
std::vector<std::size_t> topological_places(const Graph& graph);

// By node: whether an output of the graph depends on it; what computes constants for one is live too.
std::vector<bool> find_live_nodes(const Graph& graph);

class Dataflow {
 public:
  explicit Dataflow(const Graph& graph);

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
  bool is_connected(NodeId id) const { return boost::in_degree(vertex(id), edges_) > 0; }

 private:
  std::uint32_t nodes_;
  BoostDataflow edges_;
  std::vector<Vertex> order_;
};

}  // namespace ramus
