// How attention.cpp gets from a softmax to the products around it, and from these to projections.
#pragma once

#include <optional>
#include <vector>

#include "passes/unit_layout.hpp"

namespace ramus {

// One of the two products of attention, as a product of two computed values over labelled axes.
//   MatMul     a [… b2 b1 r k], b [… b2 b1 k c]     batch axes are labelled by their place from the end
//   Einsum     bhid,bhjd->bhij                      by their letters
struct Product {
  NodeId node;
  ValueId left, right;
  bool transpose_left = false, transpose_right = false;  // the last two axes (FusedMatMul, Gemm)
  std::string left_labels, right_labels, output_labels;  // Einsum only
};

// nullopt for other operators, and where one side is constant.
std::optional<Product> find_product(const Graph& graph, NodeId node);

// A graph in which walks are taken. All of them together may take so many steps: around real attention a walk has some ten,
// and a hostile graph may offer a hundred to each of a hundred thousand.
class WalkedGraph {
 public:
  explicit WalkedGraph(const Graph& graph);

  const Graph& graph;
  bool is_before(NodeId a, NodeId b) const { return place_[a.index] < place_[b.index]; }  // in the order of execution
  bool step() const { return left_ > 0 && left_-- > 0; }
  bool exhausted() const { return left_ == 0; }

 private:
  std::vector<std::size_t> place_;
  mutable std::uint64_t left_;
};

// A walk backwards from a value through operators that carry units, up to layers with weights.
struct PathToLayers {
  std::vector<NodeId> nodes;   // all that were passed, in order of execution
  std::vector<NodeId> layers;  // with weights, nearest first
};
PathToLayers walk_to_layers(const WalkedGraph& walked, ValueId from);

struct SourceOfUnits {
  NodeId layer;
  ValueId reads;
  std::int64_t units = 0;
  std::optional<UnitLayout> layout;  // at the end of the path; nullopt where it was lost
  std::vector<NodeId> path;          // between the layer and the end, in order of execution
};

// What the layers of a path have become at its end, nearest layer first; at most four.
std::vector<SourceOfUnits> sources_of(const WalkedGraph& walked, ValueId end);

// Forwards from a value of known layout to the first layer that reads it.
struct ReadingLayer {
  NodeId layer;
  std::int64_t inputs = 0;
  std::optional<UnitAxis> axis;  // of the layer's inputs
  std::int64_t base = 0;
  std::vector<NodeId> path;
};
std::optional<ReadingLayer> find_reading_layer(const WalkedGraph& walked, ValueId from, const UnitLayout& layout);

// What of a layout's axes a product lines up (heads) and what it does not (the units inside a head).
struct Operand {
  std::vector<std::pair<int, UnitAxis>> batch;  // by label
  std::vector<UnitAxis> inner;
};
std::optional<Operand> operand_of(const Product& product, bool left, const UnitLayout& layout);

}  // namespace ramus
