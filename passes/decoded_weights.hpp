// Weights as floats, each decoded once for all that ask one after the other.
#pragma once

#include <map>

#include "graph/graph.hpp"
#include "graph/limits.hpp"

namespace ramus {

// Borrows both.
class DecodedWeights {
 public:
  DecodedWeights(const Graph& graph, const Limits& limits) : graph_(graph), limits_(limits) {}

  // Empty where it cannot be read. Until the next call: beyond some size all are forgotten, and decoded again.
  const FloatView& operator[](WeightId id) {
    if (const auto known = decoded_.find(id); known != decoded_.end()) return known->second;
    if (elements_ > kMostKept) {
      decoded_.clear();
      elements_ = 0;
    }
    FloatView& values = decoded_[id];
    if (auto read = graph_[id].floats(limits_)) values = std::move(*read);
    elements_ += values.size();
    return values;
  }

 private:
  static constexpr std::int64_t kMostKept = 1 << 26;  // a quarter of a gigabyte; queries, keys and values fit

  const Graph& graph_;
  const Limits& limits_;
  std::map<WeightId, FloatView> decoded_;
  std::int64_t elements_ = 0;
};

}  // namespace ramus
