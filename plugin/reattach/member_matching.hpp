// Pairs nodes that are functions of paired anchors (anchors.hpp): those of one operator that alone stand between the same
// nodes already found.
//
//   Concat ─┬─▶ Slice ───────────▶ Concat      the one Slice is read by Concat, the other by Conv
//           └─▶ Slice ─▶ Conv ─▶┘
#pragma once

#include <optional>
#include <vector>

#include "plugin/reattach/anchors.hpp"

namespace ramus {

class MemberMatcher {
 public:
  // Borrows both graphs. `anchor_pairs`: by anchor of `from`.
  MemberMatcher(const AnchorGraph& from, const AnchorGraph& to,
                const std::vector<std::optional<AnchorId>>& anchor_pairs);

  // Adds to `matches`, by place in from's nodes. Nodes of `to` that are taken already are left alone.
  void run(std::vector<std::optional<std::size_t>>& matches) const;

 private:
  using Regions = std::vector<std::optional<AnchorId>>;
  struct Side {
    const AnchorGraph& graph;
    Regions region;  // of each node: the anchor of `to`; nullopt: none is paired
  };

  Side from_, to_;
};

}  // namespace ramus
