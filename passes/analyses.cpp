#include "passes/analyses.hpp"

#include <algorithm>

namespace ramus {

namespace {

// What is made of the values that queries, keys and values are made of belongs to the same branches.
std::vector<AsideRead> come_from_elsewhere(const Dataflow& flow, const AttentionCores& cores) {
  const auto reads_aside = [](const Attention& attention) { return !attention.aside.empty(); };
  if (std::none_of(cores.all.begin(), cores.all.end(), reads_aside)) return {};
  const DominatorTree dominators = DominatorTree::dominators(flow);
  std::vector<AsideRead> elsewhere;
  for (const Attention& attention : cores.all) {
    for (const AsideRead& aside : attention.aside) {
      const bool own = std::any_of(attention.layers.begin(), attention.layers.end(), [&](const HeadLayer& layer) {
        return layer.role != HeadRole::output &&
               dominators.dominates(flow.vertex(layer.reads), flow.vertex(aside.second));
      });
      if (!own && !attention.layers.empty()) elsewhere.push_back(aside);
    }
  }
  std::sort(elsewhere.begin(), elsewhere.end());
  elsewhere.erase(std::unique(elsewhere.begin(), elsewhere.end()), elsewhere.end());
  return elsewhere;
}

}  // namespace

template <class T, class Make>
const T& Analyses::once(std::unique_ptr<const T>& kept, Make make) const {
  const std::scoped_lock lock(mutex_);
  if (!kept) kept = std::make_unique<const T>(make());
  return *kept;
}

const Dataflow& Analyses::dataflow() const {
  return once(dataflow_, [&] { return Dataflow(graph_); });
}
const std::vector<AsideRead>& Analyses::aside() const {
  return once(aside_, [&] { return come_from_elsewhere(dataflow(), attention()); });
}
const DominatorTree& Analyses::dominators() const {
  return once(dominators_, [&] {
    if (aside().empty()) return DominatorTree::dominators(dataflow());
    return DominatorTree::dominators(Dataflow(graph_, aside()));
  });
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

}  // namespace ramus
