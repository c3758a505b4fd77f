// Mixtures of experts: where the model computes several ways and takes of each what a router says.
//
//     x ─┬▶ (router) ─▶ Softmax ─┬─ g_0 ─────────┐
//        │                       └─ g_1 ──────┐  │              one by one   the arms are the experts; Mul, Where with a mask,
//        ├▶ (expert 0) ───────────────────────┼▶ Mul ─▶┐                     or Scatter of the tokens chosen; Add, Sum, or each
//        └▶ (expert 1) ─────────────────────▶ Mul ────▶┤ Add                 Scatter into the one before (Mixtral)
//
//     experts side by side (Concat) · g ─▶ ReduceSum                         the same, where MatMul or Einsum may do both
//     x ─▶ MatMul W1 [E, in, hidden] ─▶ act ─▶ MatMul W2 [E, hidden, out] · g ─▶ ReduceSum      stacked: expert e is the slice
//     x, router ─▶ MoE, QMoE (com.microsoft)                                                    e of each weight
//
// What tells it from other sums of products: each weight has a route to one router (router.hpp), which decides between the
// arms; it is one number for all channels of an arm; and the router does not read what the arms compute. So a selective
// kernel (SK), squeeze and excite, a gated linear unit and attention are none. Weights of convolutions that are mixed
// before they are used (CondConv) are not found, nor are two experts with weights σ and 1 - σ.
// Reference: Shazeer et al., "Outrageously large neural networks: the sparsely-gated mixture-of-experts layer", 2017.
#pragma once

#include <map>
#include <vector>

#include "graph/dominators.hpp"
#include "passes/attention.hpp"

namespace ramus {

inline constexpr std::int64_t kMostExperts = 1024;  // 256 is the most that published models have, per layer

// A node that holds the same layer of all experts, their units one expert after the other.
struct ExpertLayer {
  NodeId layer;
  std::int64_t experts = 0;
  std::int64_t units = 0;    // of one expert
  std::int64_t weights = 0;  // of one expert
};

struct ExpertMixture {
  NodeId join;
  Vertex fork = Dataflow::kSource;
  std::int64_t experts = 0;
  std::vector<std::vector<NodeId>> arms;  // by expert, ascending; one for all where they are stacked
  std::vector<NodeId> shared;             // router, and what weighs and adds up for several; ascending
  std::vector<NodeId> joining;            // what weighs and adds up, the join too; ascending
  ValueIds outputs;                       // by arm: what an expert makes, before it is weighed; none where stacked
  ValueIds terms;                         // of the join's inputs, those that come from experts
  std::vector<ExpertLayer> layers;        // stacked: in order of execution
  bool is_stacked() const { return arms.size() == 1; }
};

struct ExpertMixtures {
  const ExpertMixture* at(NodeId join) const;  // nullptr: none ends there

  std::vector<ExpertMixture> all;  // by their joins, in order of execution
  std::vector<bool> joining;       // by node: joins there are the mixture's
  std::map<NodeId, std::size_t> by_join;
  bool complete = true;  // false: the graph asked for too many steps, and later mixtures were not looked for
};

// Time: linear in the graph, and in what lies between the fork and the join of each mixture.
ExpertMixtures find_expert_mixtures(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
                                    const AttentionCores& attention);

}  // namespace ramus
