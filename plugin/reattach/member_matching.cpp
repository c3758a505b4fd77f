#include "plugin/reattach/member_matching.hpp"

#include <map>
#include <string>
#include <tuple>

namespace ramus {
namespace {

constexpr int kMostRounds = 16;  // each finds neighbours of those found before; chains of equal nodes need one each

enum class Around { both, producers, readers };

// Anchor, operator, and the found nodes around.
using Place = std::tuple<AnchorId, std::string, std::uint64_t, std::uint64_t>;
using Marks = std::vector<std::optional<std::size_t>>;  // of a node: what it is in `to`

std::uint64_t mixed(std::uint64_t mark) {
  mark = (mark + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  return (mark ^ (mark >> 29)) * 0x94D049BB133111EBu;
}

// Of each node: the sum of marks of the nearest marked nodes on one side. Nodes without a mark are looked through.
std::vector<std::uint64_t> nearest(const std::vector<std::size_t>& order,
                                   const std::vector<std::vector<std::size_t>>& neighbours, const Marks& marks) {
  std::vector<std::uint64_t> sums(marks.size(), 0);
  for (const std::size_t n : order) {
    for (const std::size_t near : neighbours[n]) sums[n] += marks[near] ? mixed(*marks[near]) : sums[near];
  }
  return sums;
}

}  // namespace

MemberMatcher::MemberMatcher(const AnchorGraph& from, const AnchorGraph& to,
                             const std::vector<std::optional<AnchorId>>& anchor_pairs)
    : from_{from, Regions(from.graph().nodes.size())}, to_{to, Regions(to.graph().nodes.size())} {
  for (std::size_t n = 0; n < from_.region.size(); ++n) {
    if (const auto anchor = from.anchor_of_node(n)) from_.region[n] = anchor_pairs[*anchor];
  }
  for (std::size_t n = 0; n < to_.region.size(); ++n) to_.region[n] = to.anchor_of_node(n);
}

void MemberMatcher::run(std::vector<std::optional<std::size_t>>& matches) const {
  Marks marks_of_to(to_.region.size());
  for (const auto& match : matches) {
    if (match) marks_of_to[*match] = *match;
  }
  for (int round = 0; round < kMostRounds; ++round) {
    bool any = false;
    for (const Around around : {Around::both, Around::producers, Around::readers}) {
      const auto places = [&](const Side& side, const Marks& marks) {
        const std::vector<std::size_t>& order = side.graph.order();
        const std::vector<std::size_t> backwards(order.rbegin(), order.rend());
        const auto above = nearest(order, side.graph.producers(), marks);
        const auto below = nearest(backwards, side.graph.readers(), marks);
        std::map<Place, std::vector<std::size_t>> found;
        for (const std::size_t n : order) {
          if (marks[n] || !side.region[n]) continue;
          found[{*side.region[n], operator_family(side.graph.graph().nodes[n]),
                 around == Around::readers ? 0 : above[n], around == Around::producers ? 0 : below[n]}]
              .push_back(n);
        }
        return found;
      };
      const auto mine = places(from_, matches), theirs = places(to_, marks_of_to);
      for (const auto& [place, nodes] : mine) {
        const auto found = theirs.find(place);
        if (nodes.size() != 1 || found == theirs.end() || found->second.size() != 1) continue;
        matches[nodes.front()] = found->second.front();
        marks_of_to[found->second.front()] = found->second.front();
        any = true;
      }
    }
    if (!any) return;
  }
}

}  // namespace ramus
