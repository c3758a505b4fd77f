// The two ways in which experts stand in a graph: one by one, and as slices of stacked weights. See expert_mixtures.hpp.
#pragma once

#include <optional>

#include "passes/expert_mixtures.hpp"
#include "passes/router.hpp"

namespace ramus {

// What weighs an expert, or picks its tokens.
struct WeighedExpert {
  ValueId gate;                // differs from expert to expert
  Route route;                 // of the gate
  ValueId output;              // of the expert, before it is weighed
  ValueId weighed;             // and after
  std::vector<ValueId> roots;  // what only this expert makes; all of it lies before these
  std::vector<NodeId> weighing;
  std::size_t step = 0, operand = 0;  // of a chain: where it is added, and as which term
};

// f · g, perhaps cast or reshaped.
std::optional<WeighedExpert> find_weighed_expert(const WalkedGraph& walked, ValueId value);

// A sum, or a Scatter or Where that writes one expert's tokens over what it is given.
bool adds_experts(const Graph& graph, NodeId node);

struct ExpertStep {
  NodeId node;
  std::size_t reader = 0;   // the step that reads it; its own place at the root
  std::size_t operand = 0;  // as which term
  std::size_t experts = 0;  // weighed here and in the steps before
};

// The steps before a root that add experts up, each after its reader, and what they weigh.
struct ExpertChain {
  std::vector<ExpertStep> steps;
  std::vector<WeighedExpert> experts;  // in the order in which their terms stand in nested sums
};
ExpertChain find_expert_chain(const WalkedGraph& walked, NodeId root, std::vector<bool>& seen);

// A sum over an axis of experts, of what they made side by side.
struct ExpertStack {
  ValueId gate, outputs;
  Route route;
  ValueIds parts;                   // by expert, where they are concatenated
  std::vector<ExpertLayer> layers;  // where their weights are stacked, in order of execution
  std::int64_t experts = 0;
  std::vector<NodeId> joining;  // ascending, the join too
};
std::optional<ExpertStack> find_expert_stack(const WalkedGraph& walked, NodeId join);

// MoE and QMoE of com.microsoft.
bool is_expert_operator(const Node& node);
std::vector<ExpertLayer> layers_of_operator(const Graph& graph, NodeId node);

}  // namespace ramus
