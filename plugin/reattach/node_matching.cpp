#include "plugin/reattach/node_matching.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "plugin/reattach/anchor_matching.hpp"
#include "plugin/reattach/anchors.hpp"
#include "plugin/reattach/member_matching.hpp"

namespace ramus {
namespace {

template <class Keep>
std::vector<std::size_t> nodes_of(const AnchorGraph& graph, Keep keep) {
  std::vector<std::size_t> nodes;
  for (std::size_t n = 0; n < graph.graph().nodes.size(); ++n) {
    if (keep(n)) nodes.push_back(n);
  }
  return nodes;
}

class NodeMatcher {
 public:
  NodeMatcher(const ReportGraph& from, const ReportGraph& to) : from_(from), to_(to), matches_(from.nodes.size()) {}

  std::vector<std::optional<NodeMatch>> run() {
    match_by_hash();
    AnchorMatcher matcher(from_, to_);
    for (std::size_t n = 0; n < matches_.size(); ++n) {
      if (matches_[n]) matcher.add_same(n, matches_[n]->node);
    }
    matcher.run();
    std::vector<std::optional<AnchorId>> anchors(from_.anchors().size());
    for (AnchorId a = 0; a < anchors.size(); ++a) {
      const auto pair = matcher.pair_of(a);
      if (!pair) continue;
      anchors[a] = pair->anchor;
      const auto node = from_.anchors()[a].node, other = to_.anchors()[pair->anchor].node;
      if (node && other) match(*node, *other, pair->basis);
      match_by_values(from_.anchors()[a].members, to_.anchors()[pair->anchor].members);
    }
    if (matcher.names_hold()) {
      const auto is_open = [&](std::size_t n) {
        const auto anchor = from_.anchor_of_node(n);
        return !anchor || from_.anchors()[*anchor].node != n || !matcher.is_refused(*anchor);
      };
      match_by_values(nodes_of(from_, is_open), nodes_of(to_, [](std::size_t) { return true; }));
    }
    match_by_place(anchors);
    return std::move(matches_);
  }

 private:
  void match(std::size_t node, std::size_t other, MatchBasis basis) {
    if (matches_[node]) return;
    matches_[node] = NodeMatch{other, basis};
  }

  // Nodes of one hash are interchangeable; where there are fewer of them now, several were merged into the last.
  void match_by_hash() {
    std::map<std::string_view, std::vector<std::size_t>> known;
    for (std::size_t n = 0; n < to_.graph().nodes.size(); ++n) known[to_.graph().nodes[n].hash].push_back(n);
    std::map<std::string_view, std::size_t> seen;
    for (std::size_t n = 0; n < matches_.size(); ++n) {
      const std::string& hash = from_.graph().nodes[n].hash;
      const auto others = known.find(hash);
      if (others == known.end()) continue;
      const std::size_t nth = seen[hash]++;
      match(n, others->second[std::min(nth, others->second.size() - 1)], MatchBasis::hash);
    }
  }

  // Of two sets of nodes: those that write values of one name by one operator.
  void match_by_values(const std::vector<std::size_t>& mine, const std::vector<std::size_t>& theirs) {
    std::map<std::pair<std::string, std::string>, std::size_t> known;  // family and output
    for (const std::size_t n : theirs) {
      const ReportGraphNode& node = to_.graph().nodes[n];
      for (const std::string& output : node.outputs) known.emplace(std::pair(operator_family(node), output), n);
    }
    for (const std::size_t n : mine) {
      const ReportGraphNode& node = from_.graph().nodes[n];
      for (const std::string& output : node.outputs) {
        const auto found = known.find({operator_family(node), output});
        if (!output.empty() && found != known.end()) match(n, found->second, MatchBasis::values);
      }
    }
  }

  void match_by_place(const std::vector<std::optional<AnchorId>>& anchors) {
    std::vector<std::optional<std::size_t>> found(matches_.size());
    for (std::size_t n = 0; n < matches_.size(); ++n) {
      if (matches_[n]) found[n] = matches_[n]->node;
    }
    MemberMatcher(from_, to_, anchors).run(found);
    for (std::size_t n = 0; n < matches_.size(); ++n) {
      if (found[n]) match(n, *found[n], MatchBasis::place);
    }
  }

  AnchorGraph from_, to_;
  std::vector<std::optional<NodeMatch>> matches_;
};

}  // namespace

std::string_view name_of(MatchBasis basis) {
  switch (basis) {
    case MatchBasis::hash:
      return "hash";
    case MatchBasis::values:
      return "values";
    case MatchBasis::place:
      break;
  }
  return "place";
}

std::vector<std::optional<NodeMatch>> match_nodes(const ReportGraph& from, const ReportGraph& to) {
  return NodeMatcher(from, to).run();
}

}  // namespace ramus
