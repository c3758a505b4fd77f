// Analyses of a Graph that several passes need: computed at first use, kept for the run, gone with the Graph.
#pragma once

#include <memory>
#include <mutex>

#include "graph/channel_flow.hpp"
#include "graph/dominators.hpp"
#include "graph/limits.hpp"
#include "passes/attention.hpp"
#include "passes/expert_mixtures.hpp"

namespace ramus {

class Analyses {
 public:
  Analyses(const Graph& graph, const Limits& limits) : graph_(graph), limits_(limits) {}

  const Dataflow& dataflow() const;
  const DominatorTree& dominators() const;
  const DominatorTree& post_dominators() const;
  const ChannelFlow& channel_flow() const;
  const AttentionCores& attention() const;
  const ExpertMixtures& experts() const;

 private:
  template <class T, class Make>
  const T& once(std::unique_ptr<const T>& kept, Make make) const;

  const Graph& graph_;
  const Limits limits_;
  mutable std::recursive_mutex mutex_;
  mutable std::unique_ptr<const Dataflow> dataflow_;
  mutable std::unique_ptr<const DominatorTree> dominators_, post_dominators_;
  mutable std::unique_ptr<const ChannelFlow> channel_flow_;
  mutable std::unique_ptr<const AttentionCores> attention_;
  mutable std::unique_ptr<const ExpertMixtures> experts_;
};

}  // namespace ramus
