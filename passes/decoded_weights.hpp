// Weights as floats, each decoded once for all that ask.
#pragma once

#include <map>

#include "graph/graph.hpp"
#include "graph/limits.hpp"

namespace ramus {

// Borrows both.
class DecodedWeights {
 public:
  DecodedWeights(const Graph& graph, const Limits& limits) : graph_(graph), limits_(limits) {}

  // Empty where it cannot be read.
  const FloatView& operator[](WeightId id) {
    const auto [known, is_new] = decoded_.try_emplace(id);
    if (is_new) {
      if (auto values = graph_[id].floats(limits_)) known->second = std::move(*values);
    }
    return known->second;
  }

 private:
  const Graph& graph_;
  const Limits& limits_;
  std::map<WeightId, FloatView> decoded_;
};

}  // namespace ramus
