// A graph reduced to what optimisers keep: its anchors, which are graph inputs, operators with a weight matrix, and nodes
// where values of two anchors meet. Everything else is a function of one anchor, and belongs to it.
//
//   x ─▶ Conv ─▶ BatchNorm ─▶ Relu ─┬─▶ Conv ─▶ Relu ─▶ Add ─▶        anchors: x, Conv, Conv, Add
//                                   └──────────────────▶              of the first Conv: BatchNorm and Relu
//
// Folding a batch norm, fusing an activation, writing a layer norm in one node or in nine: the anchors stay. Made from
// what a report says of a graph alone, so that it can be made of a model that is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/report.hpp"

namespace ramus {

using AnchorId = std::size_t;

// A value that an anchor reads, or that reads it.
struct AnchorLink {
  AnchorId anchor = 0;
  std::size_t slot = 0;   // place among the data inputs of the reader; 0 for all where their order says nothing
  std::uint64_t way = 0;  // which outputs of nodes with several it passed; 0: none
};

struct Anchor {
  std::optional<std::size_t> node;  // place in ReportGraph::nodes; nullopt for graph inputs
  std::string family;               // operator, without domain and fusions: "Conv" of FusedConv
  std::string dims;                 // of its weight, ascending; empty: none, or not known
  bool commutes = false;            // the order of its inputs says nothing
  std::vector<AnchorLink> producers;
  std::vector<AnchorLink> consumers;
  std::vector<std::size_t> members;  // other nodes that are functions of it, in topological order
};

// Of one family, and of weights of one size as far as that is known.
bool are_alike(const Anchor& a, const Anchor& b);

class AnchorGraph {
 public:
  // Borrows the graph.
  explicit AnchorGraph(const ReportGraph& graph);

  const ReportGraph& graph() const { return graph_; }
  const std::vector<Anchor>& anchors() const { return anchors_; }
  // Graph inputs are the first anchors, in their order.
  std::size_t input_count() const { return graph_.inputs.size(); }
  // Of each node: the nodes whose values it reads, and that read its values, each once.
  const std::vector<std::vector<std::size_t>>& producers() const { return producers_; }
  const std::vector<std::vector<std::size_t>>& readers() const { return readers_; }
  // Places of nodes, each after those whose values it reads; without nodes on cycles.
  const std::vector<std::size_t>& order() const { return order_; }
  // nullopt: a constant, or a node on a cycle.
  std::optional<AnchorId> anchor_of_node(std::size_t node) const { return of_node_[node]; }
  std::optional<AnchorId> anchor_of_value(const std::string& value) const;

 private:
  struct Source {
    AnchorId anchor = 0;
    std::uint64_t way = 0;
  };

  void link_nodes();
  std::vector<std::size_t> topological_order() const;
  void place(std::size_t node);
  void make_anchor(std::size_t node, const std::vector<Source>& data);

  const ReportGraph& graph_;
  std::vector<std::vector<std::size_t>> producers_, readers_;
  std::vector<std::size_t> order_;
  std::vector<Anchor> anchors_;
  std::vector<std::optional<AnchorId>> of_node_;
  std::unordered_map<std::string, Source> sources_;  // of values that are no constants
};

// "FusedConv" of "com.microsoft.FusedConv".
std::string_view without_domain(std::string_view op);

// "Conv" of "com.microsoft.FusedConv", "MatMul" of "Gemm", "Add" of "com.microsoft.SkipLayerNormalization".
std::string operator_family(const ReportGraphNode& node);

}  // namespace ramus
