// Pairs the anchors of two graphs (anchors.hpp): from those that are known to be the same, outwards along the links, wherever
// there is only one candidate.
//
//   known:   Conv ─┬─▶ Conv 3x3 ─▶┐        Conv' ─┬─▶ Conv' 3x3 ─▶┐
//                  └─▶ Conv 1x1 ─▶Concat          └─▶ Conv' 1x1 ─▶Concat'      each arm by its kind, or by its slot at
//                                                                              the concatenation
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugin/reattach/anchors.hpp"
#include "plugin/reattach/node_matching.hpp"

namespace ramus {

struct AnchorPair {
  AnchorId anchor = 0;  // of the other graph
  MatchBasis basis = MatchBasis::hash;
};

class AnchorMatcher {
 public:
  // Borrows both graphs.
  AnchorMatcher(const AnchorGraph& from, const AnchorGraph& to);

  // Two nodes that compute the same: so do their anchors.
  void add_same(std::size_t from_node, std::size_t to_node);
  void run();
  std::optional<AnchorPair> pair_of(AnchorId anchor) const { return pairs_[anchor]; }
  // Whether values of one name proved to be the same often enough to be taken for it elsewhere.
  bool names_hold() const { return names_hold_; }
  // Its value's name is that of another by what is known of its producers.
  bool is_refused(AnchorId anchor) const { return refused_.count(anchor) != 0; }

 private:
  using Links = std::vector<AnchorId>;
  using Wanted = std::map<AnchorId, AnchorId>;
  using Votes = std::map<AnchorId, std::set<AnchorId>>;

  bool is_free(AnchorId a, AnchorId b) const { return !pairs_[a] && !back_[b]; }
  bool pair(AnchorId a, AnchorId b, MatchBasis basis);
  bool are_alike(AnchorId a, AnchorId b) const;
  bool contradicts(AnchorId a, AnchorId b) const;

  void pair_inputs();
  void pair_outputs();
  void pair_by_values();
  std::pair<std::size_t, std::size_t> pair_wanted(const Wanted& wanted, bool unproven_too);
  void spread();
  void spread_to_consumers(AnchorId a, AnchorId b);
  void spread_to_producers(AnchorId a, AnchorId b);
  void pair_only_ones(const Links& a, const Links& b);

  const AnchorGraph& from_;
  const AnchorGraph& to_;
  std::vector<std::optional<AnchorPair>> pairs_;
  std::vector<std::optional<AnchorId>> back_;
  std::vector<AnchorId> fresh_;  // paired, neighbours not looked at
  std::set<AnchorId> refused_;
  bool names_hold_ = false;
};

}  // namespace ramus
