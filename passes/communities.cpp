#include "passes/communities.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "passes/numerics/louvain.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::size_t kFewestMembers = 4;

// A member is a block, or a head of one.
using Place = std::pair<std::size_t, std::optional<std::size_t>>;

struct CompositionGraph {
  std::vector<Place> places;  // by member
  PairGraph graph;
  std::vector<std::uint32_t> distances;  // by pair: blocks from one to the other

  std::size_t edges() const {
    return static_cast<std::size_t>(
        std::count_if(graph.pairs.begin(), graph.pairs.end(), [](const PairWeight& pair) { return pair.weight > 0; }));
  }
};

bool is_of(CommunityMembers of, const ComposedPair& pair) {
  return (pair.kind != CompositionKind::block) == (of == CommunityMembers::heads);
}

CompositionGraph graph_of(const StreamComposition& stream, CommunityMembers of) {
  std::map<std::pair<Place, Place>, double> weights;
  std::map<Place, std::uint32_t> members;
  for (const ComposedPair& pair : stream.pairs) {
    if (!is_of(of, pair)) continue;
    const Place from{pair.from, pair.from_head}, to{pair.to, pair.to_head};
    weights[{from, to}] += std::max(0.0, pair.composition.score - pair.composition.baseline);
    members[from] = members[to] = 0;
  }
  CompositionGraph found;
  for (auto& [place, number] : members) {
    number = static_cast<std::uint32_t>(found.places.size());
    found.places.push_back(place);
  }
  found.graph.members = static_cast<std::uint32_t>(found.places.size());
  for (const auto& [ends, weight] : weights) {
    found.graph.pairs.push_back({members[ends.first], members[ends.second], weight});
    found.distances.push_back(static_cast<std::uint32_t>(ends.second.first - ends.first.first));
  }
  return found;
}

class CommunityFinder {
 public:
  explicit CommunityFinder(const PassContext& context)
      : context_(context),
        runs_(static_cast<int>(context.options.number("communities.runs"))),
        permutations_(static_cast<int>(context.options.number("communities.permutations"))),
        most_pairs_(static_cast<std::size_t>(context.options.number("communities.pairs"))) {}

  Result<Findings> find() {
    for (const StreamComposition& stream : context_.found.composition) {
      for (const CommunityMembers of : {CommunityMembers::blocks, CommunityMembers::heads}) {
        if (auto status = search(stream, of); !status) return propagate(std::move(status.error()));
      }
    }
    if (left_out_ > 0) {
      findings_.notes.push_back({"", "communities",
                                 std::to_string(left_out_) + (left_out_ == 1 ? " stream was" : " streams were") +
                                     " not searched for communities: more composed pairs than communities.pairs"});
    }
    return std::move(findings_);
  }

 private:
  Status search(const StreamComposition& stream, CommunityMembers of) {
    const CompositionGraph composed = graph_of(stream, of);
    if (composed.graph.pairs.size() > most_pairs_) {
      ++left_out_;
      return {};
    }
    const std::string key = std::string(name_of(of)) + " " + std::to_string(stream.stream);
    RandomStream random(context_.seed, "communities of " + key);
    const CommunityRuns found = find_stable_communities(composed.graph, runs_, random);
    const auto& labels = found.best.labels;
    const auto with_edges = std::count_if(labels.begin(), labels.end(), [](int label) { return label >= 0; });
    if (static_cast<std::size_t>(with_edges) < kFewestMembers) return {};
    StreamCommunities answer;
    answer.stream = stream.stream;
    answer.of = of;
    for (std::size_t member = 0; member < labels.size(); ++member) {
      answer.members.push_back({composed.places[member].first, composed.places[member].second, labels[member]});
    }
    answer.pairs = static_cast<std::int64_t>(composed.graph.pairs.size());
    answer.edges = static_cast<std::int64_t>(composed.edges());
    answer.k = 1 + *std::max_element(labels.begin(), labels.end());
    answer.q = found.best.q;
    answer.stability = found.stability;
    answer.runs = runs_;
    answer.permutations = permutations_;
    const std::vector<std::uint32_t> one_stratum(composed.distances.size(), 0);
    auto any_order = compare(composed.graph, one_stratum, found.best.q, key + ", any order");
    if (!any_order) return propagate(std::move(any_order.error()));
    auto by_distance = compare(composed.graph, composed.distances, found.best.q, key + ", by distance");
    if (!by_distance) return propagate(std::move(by_distance.error()));
    answer.any_order = *any_order;
    answer.by_distance = *by_distance;
    findings_.communities.push_back(std::move(answer));
    return {};
  }

  Result<PermutedQ> compare(const PairGraph& graph, std::span<const std::uint32_t> strata, double found,
                            const std::string& key) const {
    std::vector<double> q(static_cast<std::size_t>(permutations_));
    auto status = for_each_index(q.size(), context_.cancelled, [&](std::size_t i) -> Status {
      RandomStream random(context_.seed, key, i);
      q[i] = find_best_communities(permuted(graph, strata, random), runs_, random).q;
      return {};
    });
    if (!status) return propagate(std::move(status.error()));
    return compare_with_permuted(found, q);
  }

  const PassContext& context_;
  const int runs_, permutations_;
  const std::size_t most_pairs_;
  std::size_t left_out_ = 0;
  Findings findings_;
};

}  // namespace

std::string_view name_of(CommunityMembers of) { return of == CommunityMembers::blocks ? "blocks" : "heads"; }

Result<Findings> find_communities_of_streams(const PassContext& context) { return CommunityFinder(context).find(); }

}  // namespace ramus
