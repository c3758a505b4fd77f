// Attention as one operator: queries, keys and values side by side on the last axis, or a tensor for each.
//
//     Attention (com.microsoft)   x [B, S, in], weights [in, 3 · heads · d]      its own projections
//     MultiHeadAttention          q, k, v [B, S, heads · d]; or q [B, S, heads, 3, d], or k [B, S, heads, 2, d], packed
//     GroupQueryAttention         q [B, S, heads · d], k and v [B, S, kv_heads · d]; or all packed in q
//     Attention (ai.onnx)         the same, or [B, heads, S, d]
// Source: onnx/onnx docs/Operators.md (opset 23); microsoft/onnxruntime docs/ContribOperators.md.
#pragma once

#include "passes/attention.hpp"
#include "passes/attention_walk.hpp"

namespace ramus {

bool is_attention_operator(const Node& node);

Attention attention_of_operator(const WalkedGraph& walked, NodeId node);

}  // namespace ramus
