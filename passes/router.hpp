// Routers: what says how much of each expert a token takes.
//
//     x ──▶ (router) ──▶ Softmax ──▶ g [tokens, experts] ──▶ Slice e ──▶ g_e          a route: Softmax, cut out
//     x ──▶ (router) ──▶ TopK ──▶ OneHot ──▶ Gather e ──▶ NonZero ──▶ tokens of e      a route: TopK, cut out
//
// A route leads back from a weight, a mask or a list of tokens to the operators that decided: Softmax, TopK, ArgMax, Hardmax.
// Nothing but slices, comparisons, masks, norms and changes of shape lies on it. It has a cut where a part for one expert was
// taken. A sigmoid decides about one value and not between several: alone it makes a gate, not a route.
#pragma once

#include <optional>
#include <vector>

#include "passes/attention_walk.hpp"

namespace ramus {

struct Route {
  std::vector<NodeId> deciders;  // ascending
  std::vector<NodeId> passed;    // between them and the weight, ascending
  bool cut = false;
};

// nullopt: what the value is made of is not decided by a router alone.
std::optional<Route> find_route(const WalkedGraph& walked, ValueId from);

// Whether a weight is one number for all channels of what it weighs, as far as shapes are known; `channels` is the axis of
// these, counted from the front. The weights of a selective kernel (Li et al. 2019) differ from channel to channel.
bool is_one_for_all_channels(const Graph& graph, ValueId weight, ValueId weighed, std::size_t channels);

// Whether one of the deciders reads what `made` is made into: a router decides before the experts run.
bool depends_on(const WalkedGraph& walked, const std::vector<NodeId>& deciders, const std::vector<NodeId>& made);

}  // namespace ramus
