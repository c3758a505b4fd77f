// What kind of branches meet at a join, if they are branches at all.
//
//     Concat                         concat; split where a Split or slices of one value are the fork, and both cut and join
//                                    channels (space: a roll, a tiling; from space to channels: space to depth)
//     Add, Sum                       residual with a skip or a projection, else sum (SkipLayerNormalization is one)
//     Mul                            gate where an arm ends in sigmoid, hard-sigmoid, softmax or tanh, or is broadcast
//     Sub, Div, Min, Max, MatMul …   other
//     at separate inputs             towers, whatever the operator
//
// No branches meet where an exporter took one operator apart: in x · sigmoid(x), in x - mean(x), in a gelu. Such a join has
// arms of elementwise operators and reductions only. Nor do they in a sum whose operands differ in shape (a bias or a mask
// that is computed), or among shapes and indices, or inside attention (attention.hpp).
#pragma once

#include <optional>

#include "graph/region.hpp"
#include "passes/branch_group.hpp"

namespace ramus {

bool is_sum(const Node& node);

// Which operators may join branches: those of the table above.
bool may_join_branches(const Graph& graph, NodeId node);

// Of a Concat: what it strings together, and which axis of the value at the fork holds the channels. nullopt: not known.
struct ConcatFacts {
  std::optional<ConcatAxis> along;
  std::optional<std::int64_t> channels_at_fork;
};

// nullopt: no branches meet here. Marks the projections among `branches`, which are the region's arms in order.
std::optional<BranchKind> find_branch_kind(const Graph& graph, const Dataflow& flow, const Region& region,
                                           const ConcatFacts& concat, std::vector<Branch>& branches);

}  // namespace ramus
