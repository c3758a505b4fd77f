// Attention: where the model compares queries with keys and takes a weighted mean of values.
//
//     x ─┬▶ (q) ─▶ heads ─▶┐
//        │                 ├ MatMul ─▶ scale ─▶ mask ─▶ Softmax ─▶┐
//        ├▶ (k) ─▶ heads ─▶┘                                      ├ MatMul ─▶ merge ─▶ (o) ─▶
//        └▶ (v) ─▶ heads ─────────────────────────────────────────┘
//
//     core        both products and all between them: joins that are no branches (a mask's Add is no residual)
//     head h      the units of q, k, v, and the inputs of o, that only it uses:
//                 Reshape [B, S, 4, 16]: q [16h, 16h + 16);  one layer of 192 units for all three: k [64 + 16h, …)
//
// Recognised: MatMul, FusedMatMul, Gemm or Einsum on both sides of a Softmax, or of Exp / ReduceSum; between them scales,
// masks, casts, dropout, changes of shape. Keys and values repeated for groups of queries (Expand, Tile, Gather). Rotary
// embeddings and norms on the way. The operators Attention (ai.onnx and com.microsoft), QAttention, PackedAttention,
// MultiHeadAttention, GroupQueryAttention, SparseAttention, DecoderMaskedMultiHeadAttention, DecoderMaskedSelfAttention,
// PackedMultiHeadAttention. One head is attention as well. Not recognised: attention without a softmax over scores.
// Reference: Vaswani et al., "Attention is all you need", 2017; Shazeer 2019 and Ainslie et al. 2023 for shared keys.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

inline constexpr std::int64_t kMostHeads = 1024;  // 128 is the most that published models have

enum class HeadRole { query, key, value, output };
std::string_view name_of(HeadRole role);

struct HeadRange {
  std::int64_t begin = 0, end = 0;
  friend bool operator==(const HeadRange&, const HeadRange&) = default;
};

// A layer whose units (output: whose inputs) belong to heads.
struct HeadLayer {
  HeadRole role = HeadRole::query;
  NodeId layer;  // a node with weights: a projection, or an operator that holds the projections
  ValueId reads;
  std::vector<HeadRange> ranges;  // by head; shared keys and values repeat theirs. Empty: they are no ranges
};

struct Attention {
  NodeId scores, softmax, product;  // one and the same for an operator
  std::int64_t heads = 1;
  std::vector<HeadLayer> layers;      // queries, keys, values, output; those that were found
  std::vector<NodeId> core;           // from the products with the keys to that with the values, ascending
  std::vector<NodeId> paths;          // from the projections to the core, ascending
  std::vector<NodeId> merge;          // from the core to the layer that reads it, in order of execution
  std::vector<std::string> left_out;  // "key: units of one head of 'k' do not lie side by side"
};

struct AttentionCores {
  std::vector<Attention> all;  // by their softmax, in order of execution
  std::vector<bool> inside;    // by node: joins there are attention, not branches
  bool complete = true;        // false: the graph asked for too many steps, and later attention was not looked for

  bool holds(NodeId node) const { return inside[node.index]; }
};

// Whether the value only says how: an integer (but not to an operator that takes masks of them), or something computed from
// shapes alone, such as the divisor of scores.
bool says_how(const Graph& graph, NodeId reader, ValueId value);

// Time: linear in the graph; around each softmax no more than some hundred nodes are looked at.
AttentionCores find_attention(const Graph& graph);

}  // namespace ramus
