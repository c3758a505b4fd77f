#include "passes/analyses.hpp"

namespace ramus {

template <class T, class Make>
const T& Analyses::once(std::unique_ptr<const T>& kept, Make make) const {
  const std::scoped_lock lock(mutex_);
  if (!kept) kept = std::make_unique<const T>(make());
  return *kept;
}

const Dataflow& Analyses::dataflow() const {
  return once(dataflow_, [&] { return Dataflow(graph_); });
}
const DominatorTree& Analyses::dominators() const {
  return once(dominators_, [&] { return DominatorTree::dominators(dataflow()); });
}
const DominatorTree& Analyses::post_dominators() const {
  return once(post_dominators_, [&] { return DominatorTree::post_dominators(dataflow()); });
}
const ChannelFlow& Analyses::channel_flow() const {
  return once(channel_flow_, [&] { return ChannelFlow(graph_, limits_); });
}
const AttentionCores& Analyses::attention() const {
  return once(attention_, [&] { return find_attention(graph_); });
}
const ExpertMixtures& Analyses::experts() const {
  return once(experts_, [&] { return find_expert_mixtures(graph_, dataflow(), dominators(), attention()); });
}

}  // namespace ramus
