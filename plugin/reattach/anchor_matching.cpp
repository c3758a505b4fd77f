#include "plugin/reattach/anchor_matching.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace ramus {
namespace {

// What two anchors around a pair must have in common to be each other's: their kinds, and where they hang.
using LinkKey = std::tuple<std::string, std::size_t, std::uint64_t>;

std::string kind_of(const Anchor& anchor) { return anchor.family + anchor.dims; }

std::map<LinkKey, std::vector<AnchorId>> by_key(const AnchorGraph& graph, const std::vector<AnchorLink>& links) {
  std::map<LinkKey, std::vector<AnchorId>> groups;
  for (const AnchorLink& link : links) {
    groups[{kind_of(graph.anchors()[link.anchor]), link.slot, link.way}].push_back(link.anchor);
  }
  return groups;
}

// An anchor's kind and those of its neighbours.
std::string surroundings(const AnchorGraph& graph, AnchorId id) {
  const Anchor& anchor = graph.anchors()[id];
  std::string text;
  for (const auto* links : {&anchor.producers, &anchor.consumers}) {
    std::vector<std::string> kinds;
    for (const AnchorLink& link : *links) {
      kinds.push_back(kind_of(graph.anchors()[link.anchor]) + "@" + std::to_string(link.slot));
    }
    std::sort(kinds.begin(), kinds.end());
    for (const std::string& kind : kinds) text += kind + ";";
    text += "|";
  }
  return text;
}

std::map<std::string, std::vector<AnchorId>> by_surroundings(const AnchorGraph& graph,
                                                             const std::vector<AnchorId>& list) {
  std::map<std::string, std::vector<AnchorId>> groups;
  for (const AnchorId id : list) groups[surroundings(graph, id)].push_back(id);
  return groups;
}

}  // namespace

AnchorMatcher::AnchorMatcher(const AnchorGraph& from, const AnchorGraph& to)
    : from_(from), to_(to), pairs_(from.anchors().size()), back_(to.anchors().size()) {}

void AnchorMatcher::add_same(std::size_t from_node, std::size_t to_node) {
  const auto a = from_.anchor_of_node(from_node), b = to_.anchor_of_node(to_node);
  if (a && b) pair(*a, *b, MatchBasis::hash);
}

void AnchorMatcher::run() {
  pair_inputs();
  pair_by_values();
  pair_outputs();
  spread();
}

bool AnchorMatcher::are_alike(AnchorId a, AnchorId b) const {
  return ramus::are_alike(from_.anchors()[a], to_.anchors()[b]);
}

bool AnchorMatcher::pair(AnchorId a, AnchorId b, MatchBasis basis) {
  if (!is_free(a, b)) return false;
  pairs_[a] = AnchorPair{b, basis};
  back_[b] = a;
  fresh_.push_back(a);
  return true;
}

// An ordered input of both comes from anchors that are paired with others.
bool AnchorMatcher::contradicts(AnchorId a, AnchorId b) const {
  const Anchor &of_a = from_.anchors()[a], &of_b = to_.anchors()[b];
  if (of_a.commutes || of_a.producers.size() != of_b.producers.size()) return false;
  for (std::size_t i = 0; i < of_a.producers.size(); ++i) {
    const AnchorId p = of_a.producers[i].anchor, q = of_b.producers[i].anchor;
    const bool p_elsewhere = pairs_[p] && pairs_[p]->anchor != q, q_elsewhere = back_[q] && *back_[q] != p;
    if (p_elsewhere || q_elsewhere) return true;
  }
  return false;
}

void AnchorMatcher::pair_inputs() {
  const auto& inputs = from_.graph().inputs;
  const auto& others = to_.graph().inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto same = std::find(others.begin(), others.end(), inputs[i]);
    if (same != others.end()) {
      pair(i, static_cast<AnchorId>(same - others.begin()), MatchBasis::values);
    }
  }
  if (inputs.size() != others.size()) return;
  for (std::size_t i = 0; i < inputs.size(); ++i) pair(i, i, MatchBasis::place);
}

void AnchorMatcher::pair_outputs() {
  const auto& outputs = from_.graph().outputs;
  const auto& others = to_.graph().outputs;
  if (outputs.size() != others.size()) return;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto a = from_.anchor_of_value(outputs[i]), b = to_.anchor_of_value(others[i]);
    if (a && b && are_alike(*a, *b) && !contradicts(*a, *b)) pair(*a, *b, MatchBasis::place);
  }
}

// Values of one name vote for their anchors. Numbered names may be given anew to other values: at first, a pair needs a
// producer that agrees and none that does not. Where names prove true so often, those behind an unknown producer count too.
void AnchorMatcher::pair_by_values() {
  constexpr std::size_t kProofs = 3, kProofsPerFault = 10;
  const auto has_own = [](const AnchorGraph& graph, AnchorId id, const std::string& value) {
    const auto node = graph.anchors()[id].node;
    if (!node) return false;
    const std::vector<std::string>& outputs = graph.graph().nodes[*node].outputs;
    return std::find(outputs.begin(), outputs.end(), value) != outputs.end();
  };
  Votes own, any, any_back;
  for (const ReportGraphNode& node : from_.graph().nodes) {
    for (const std::string& output : node.outputs) {
      const auto a = from_.anchor_of_value(output), b = to_.anchor_of_value(output);
      if (!a || !b || !are_alike(*a, *b)) continue;
      any[*a].insert(*b);
      any_back[*b].insert(*a);
      if (has_own(from_, *a, output) && has_own(to_, *b, output)) own[*a].insert(*b);
    }
  }
  Wanted wanted;
  for (const auto& [a, candidates] : any) {
    // What an anchor writes itself says more than what its functions write.
    const auto decided = own.find(a);
    const bool is_own = decided != own.end();
    const std::set<AnchorId>& named = is_own ? decided->second : candidates;
    const AnchorId b = *named.begin();
    if (named.size() == 1 && (is_own || any_back[b].size() == 1) && is_free(a, b)) wanted.emplace(a, b);
  }
  const auto [proofs, faults] = pair_wanted(wanted, false);
  names_hold_ = proofs >= kProofs && proofs >= kProofsPerFault * faults;
  if (names_hold_) pair_wanted(wanted, true);
}

// How many pairs their producers prove, and how many they deny. Producers come before their consumers, so what is said of
// them is settled.
std::pair<std::size_t, std::size_t> AnchorMatcher::pair_wanted(const Wanted& wanted, bool unproven_too) {
  std::size_t proofs = 0, faults = 0;
  for (const auto& [a, b] : wanted) {
    std::size_t agree = 0, differ = 0;
    const auto& producers = to_.anchors()[b].producers;
    for (const AnchorLink& link : from_.anchors()[a].producers) {
      const auto& other = pairs_[link.anchor];
      if (!other) continue;  // nothing is known of it
      const bool found = std::any_of(producers.begin(), producers.end(), [&](const AnchorLink& own) {
        return own.anchor == other->anchor && own.slot == link.slot;
      });
      ++(found ? agree : differ);
    }
    proofs += differ == 0 && agree > 0;
    faults += differ > 0;
    if (differ > 0) refused_.insert(a);
    if (differ == 0 && (agree > 0 || unproven_too)) pair(a, b, MatchBasis::values);
  }
  return {proofs, faults};
}

void AnchorMatcher::spread() {
  while (!fresh_.empty()) {
    const AnchorId a = fresh_.back();
    fresh_.pop_back();
    spread_to_consumers(a, pairs_[a]->anchor);
    spread_to_producers(a, pairs_[a]->anchor);
  }
}

// Both sides have the same number of them; one each is left, or one each with the same surroundings.
void AnchorMatcher::pair_only_ones(const Links& a, const Links& b) {
  if (a.size() != b.size()) return;
  const auto left = [](const Links& list, const auto& is_open) {
    std::set<AnchorId> open;
    std::copy_if(list.begin(), list.end(), std::inserter(open, open.end()), is_open);
    return Links(open.begin(), open.end());
  };
  const Links open = left(a, [&](AnchorId id) { return !pairs_[id]; });
  const Links others = left(b, [&](AnchorId id) { return !back_[id]; });
  if (open.size() != others.size()) return;
  if (open.size() == 1) {
    if (!contradicts(open.front(), others.front())) pair(open.front(), others.front(), MatchBasis::place);
    return;
  }
  const auto groups = by_surroundings(from_, open), groups_of_others = by_surroundings(to_, others);
  for (const auto& [text, ids] : groups) {
    const auto found = groups_of_others.find(text);
    if (ids.size() != 1 || found == groups_of_others.end() || found->second.size() != 1) continue;
    if (!contradicts(ids.front(), found->second.front())) pair(ids.front(), found->second.front(), MatchBasis::place);
  }
}

void AnchorMatcher::spread_to_consumers(AnchorId a, AnchorId b) {
  const auto mine = by_key(from_, from_.anchors()[a].consumers), theirs = by_key(to_, to_.anchors()[b].consumers);
  for (const auto& [key, ids] : mine) {
    if (const auto found = theirs.find(key); found != theirs.end()) pair_only_ones(ids, found->second);
  }
}

void AnchorMatcher::spread_to_producers(AnchorId a, AnchorId b) {
  if (from_.anchors()[a].producers.size() != to_.anchors()[b].producers.size()) return;
  const auto mine = by_key(from_, from_.anchors()[a].producers), theirs = by_key(to_, to_.anchors()[b].producers);
  for (const auto& [key, ids] : mine) {
    if (const auto found = theirs.find(key); found != theirs.end()) pair_only_ones(ids, found->second);
  }
}

}  // namespace ramus
