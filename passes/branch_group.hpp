// The facts about branches that finders return and everything later reads.
//
//   a group   fork ─┬─▶ branch 0 ─▶┐          units: where the join is a concatenation, branch b owns the channels
//                   ├─▶ branch 1 ─▶┤ join            [begin, end) of the join's output
//                   └─▶ branch 2 ─▶┘          layers: the ranges of units that a branch owns in layers inside it
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"
#include "graph/region.hpp"
#include "graph/weight_view.hpp"

namespace ramus {

enum class BranchKind {
  concat,       // the join concatenates channels
  sum,          // a sum of arms that all compute
  residual,     // a sum with an arm that is a skip, or a projection: linear operators only
  gate,         // a product whose one arm ends in sigmoid, hard-sigmoid, softmax or tanh, or is broadcast
  split,        // a concatenation of parts that a split or slices took from one value
  towers,       // separate inputs that meet
  other,        // any other join of two computed values, named by its operator
  grouped,      // a convolution with groups, carried back and forth as far as channels stay apart
  conditional,  // the bodies of an If: one of them runs
  outputs,      // forks that never meet again: each branch ends in an output of the graph
  heads,    // attention heads: ranges of the layers that make queries, keys and values, and of that which reads them
  experts,  // arms, or slices of stacked weights, that a router weighs or chooses from
};
std::string_view name_of(BranchKind kind);

// What a concatenation strings together; only channels are units.
enum class ConcatAxis { channels, space, batch };
std::string_view name_of(ConcatAxis axis);

// Units [begin, end) of a layer: of a node with weights, or of a join.
struct UnitRange {
  NodeId layer;
  std::int64_t begin = 0, end = 0;
  friend bool operator==(const UnitRange&, const UnitRange&) = default;
};

struct Branch {
  std::vector<NodeId> nodes;     // ascending; grouped branches, heads and stacked experts share theirs
  std::string body;              // conditional: the attribute of the join that holds its nodes, then_branch
  std::vector<NodeId> weighing;  // experts one by one: of its nodes, those that weigh it or pick its tokens; ascending
  ValueId output;                // outputs: the graph's output that it ends in; experts one by one: what it makes
                                 // before that is weighed
  bool skip = false;             // no nodes: the fork's value itself
  bool projection = false;       // the linear arm of a residual
  std::optional<UnitRange> units;  // at the join, where it concatenates channels; and of grouped
  std::vector<UnitRange> layers;   // in the order of the nodes; heads: queries, keys, values
  std::vector<UnitRange> inputs;   // heads: of the inputs, not the units, of the layer that reads them
  std::int64_t parameters = 0;     // elements of the weights it reads; those that share nodes count their share
  std::int64_t macs = 0;           // multiply-accumulates of one sample; 0 where a layer's shape is not known
  std::optional<std::array<std::int64_t, 2>> kernel;  // largest height and width of its convolutions
};

struct BranchGroup {
  BranchKind kind = BranchKind::concat;
  NodeId join;                      // grouped: the last of its convolutions; heads: the layer that reads them; outputs:
                                    // !exists()
  Vertex fork = Dataflow::kSource;  // a vertex of the data flow of the normal form
  std::optional<std::int64_t> axis;  // of a concatenation, counted from the front
  std::optional<ConcatAxis> along;   // of a concatenation whose axis is known
  bool closed = true;
  bool leaking = false;           // grouped: an operator inside lets neighbouring channels in (LRN)
  std::vector<ValueId> crossing;  // values read outside, or from outside (masks of heads); they keep the group open
  std::vector<NodeId> shared;     // nodes that serve several arms
  std::vector<Branch> branches;
};

// Whether all branches hold the same nodes, and differ in the units that are theirs: grouped, heads, stacked experts.
bool shares_nodes(const BranchGroup& group);

// By branch: what it brings to the join, in the order of the join's inputs; of outputs and of experts one by one,
// Branch::output. Empty for skips, and for branches that share their nodes. Time: linear in the group.
std::vector<ValueIds> ends_of_branches(const Graph& graph, const BranchGroup& group);

// A branch of the nodes of an arm, described.
Branch branch_of(const Graph& graph, const Arm& arm);

// Fills layers (each whole), parameters, macs and kernel from the branch's nodes.
void describe_branch(const Graph& graph, Branch& branch);

// Elements of a weight that counts as parameters: not the integers that shapes, axes and indices are made of.
std::int64_t parameters_in(const WeightView& weight);

}  // namespace ramus
