#include "passes/numerics/louvain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/passes/numerics/uniform.hpp"

namespace ramus {
namespace {

using Labels = std::vector<int>;

double exponential(RandomStream& random) { return -std::log(1 - random.unit()); }

// All pairs, with weights of `weigh(a, b)`.
template <class Weigh>
PairGraph complete_graph(std::uint32_t members, Weigh weigh) {
  PairGraph graph{members, {}};
  for (std::uint32_t a = 0; a < members; ++a) {
    for (std::uint32_t b = a + 1; b < members; ++b) graph.pairs.push_back({a, b, weigh(a, b)});
  }
  return graph;
}

PairGraph random_graph(std::uint32_t members, double share, RandomStream& random) {
  return complete_graph(members, [&](auto, auto) { return random.unit() < share ? exponential(random) : 0.0; });
}

// The definition: a sum over all ordered pairs of members.
double by_definition(const PairGraph& graph, const Labels& labels) {
  std::vector<std::vector<double>> a(graph.members, std::vector<double>(graph.members, 0.0));
  std::vector<double> degree(graph.members, 0.0);
  double twice = 0, q = 0;
  for (const PairWeight& pair : graph.pairs) {
    a[pair.a][pair.b] = a[pair.b][pair.a] = pair.weight;
    degree[pair.a] += pair.weight;
    degree[pair.b] += pair.weight;
    twice += 2 * pair.weight;
  }
  for (std::size_t i = 0; i < graph.members; ++i) {
    for (std::size_t j = 0; j < graph.members; ++j) {
      if (labels[i] == labels[j]) q += (a[i][j] - degree[i] * degree[j] / twice) / twice;
    }
  }
  return q;
}

// Over all partitions of the members.
double highest_q(const PairGraph& graph) {
  Labels labels(graph.members, 0);
  double best = -1;
  const auto extend = [&](const auto& self, std::size_t member, int k) -> void {
    if (member == labels.size()) {
      best = std::max(best, by_definition(graph, labels));
      return;
    }
    for (labels[member] = 0; labels[member] <= k; ++labels[member]) {
      self(self, member + 1, std::max(k, labels[member] + 1));
    }
  };
  extend(extend, 0, 0);
  return best;
}

std::vector<std::uint32_t> distances(const PairGraph& graph) {
  std::vector<std::uint32_t> all;
  for (const PairWeight& pair : graph.pairs) all.push_back(pair.b - pair.a);
  return all;
}

// The p of the best of five runs beside 99 permutations.
double p_of(const PairGraph& graph, const std::vector<std::uint32_t>& strata, RandomStream& random) {
  constexpr int kRuns = 5;
  const double found = find_best_communities(graph, kRuns, random).q;
  std::vector<double> null(99);
  for (double& q : null) q = find_best_communities(permuted(graph, strata, random), kRuns, random).q;
  return compare_with_permuted(found, null).p;
}

TEST_CASE("two triangles that one edge joins are two communities") {
  const PairGraph graph{6, {{0, 1, 1}, {0, 2, 1}, {1, 2, 1}, {2, 5, 1}, {3, 4, 1}, {3, 5, 1}, {4, 5, 1}}};
  RandomStream random(0, "triangles");
  const CommunityRuns found = find_stable_communities(graph, 25, random);
  CHECK(found.best.labels == Labels{0, 0, 0, 1, 1, 1});
  CHECK(found.best.q == doctest::Approx(6.0 / 7 - 0.5));
  CHECK(found.stability == 1);
}

TEST_CASE("Q is what the double sum over all members says") {
  RandomStream random(1, "definition");
  for (int i = 0; i < 40; ++i) {
    const PairGraph graph = random_graph(4 + random.below(9), 0.6, random);
    Labels labels(graph.members);
    for (int& label : labels) label = static_cast<int>(random.below(3));
    CHECK(newman_q(graph, labels) == doctest::Approx(by_definition(graph, labels)).epsilon(1e-12));
  }
}

TEST_CASE("of up to seven members no partition has a higher Q than the best of 25 runs") {
  RandomStream random(2, "all partitions");
  for (int i = 0; i < 60; ++i) {
    const PairGraph graph = random_graph(4 + random.below(4), i % 2 == 0 ? 0.5 : 1, random);
    const Communities found = find_best_communities(graph, 25, random);
    if (found.q == 0) continue;
    CHECK(std::abs(found.q - highest_q(graph)) < 1e-9);
    Labels labels = found.labels;
    std::replace(labels.begin(), labels.end(), -1, 6);  // without edges: alone or together, Q is the same
    CHECK(std::abs(found.q - by_definition(graph, labels)) < 1e-12);
  }
}

TEST_CASE("planted communities are found, whatever the unit of the weights, and by every run") {
  RandomStream random(3, "planted");
  Labels planted;
  for (int member = 0; member < 24; ++member) planted.push_back(member % 3);
  random.shuffle(std::span(planted).subspan(3));  // the first three show the order of the labels
  PairGraph graph =
      complete_graph(24, [&](auto a, auto b) { return random.unit() + (planted[a] == planted[b] ? 1 : 0); });
  for (const double unit : {1.0, 1e-12, 1e12}) {
    for (PairWeight& pair : graph.pairs) pair.weight *= unit;
    const CommunityRuns found = find_stable_communities(graph, 25, random);
    CHECK(found.best.labels == planted);
    CHECK(found.stability == 1);
    for (PairWeight& pair : graph.pairs) pair.weight /= unit;
  }
  CHECK(p_of(graph, std::vector<std::uint32_t>(graph.pairs.size(), 0), random) == 0.01);
  CHECK(p_of(graph, distances(graph), random) <= 0.05);
}

TEST_CASE("where many partitions are equally good, runs disagree") {
  PairGraph ring{30, {}};
  for (std::uint32_t member = 0; member < 30; ++member) ring.pairs.push_back({member, (member + 1) % 30, 1});
  RandomStream random(4, "ring");
  CHECK(find_stable_communities(ring, 25, random).stability < 0.9);
}

TEST_CASE("a member without edges is in no community, and a graph without edges has none") {
  RandomStream random(5, "silent");
  const Communities found = find_communities({5, {{0, 1, 1}, {1, 2, 0}, {3, 4, 2}}}, random);
  CHECK(found.labels == Labels{0, 0, -1, 1, 1});
  CHECK(found.q == doctest::Approx(1 - (1.0 / 9 + 4.0 / 9)));
  CHECK(find_communities({3, {{0, 1, 0}}}, random).labels == Labels{-1, -1, -1});
  CHECK(find_communities({0, {}}, random).q == 0);
}

TEST_CASE("equal weights between all members make one community") {
  RandomStream random(6, "complete");
  const Communities found = find_communities(complete_graph(9, [](auto, auto) { return 0.5; }), random);
  CHECK(found.labels == Labels(9, 0));
  CHECK(found.q == 0);
}

TEST_CASE("a permutation deals the weights of a stratum to its pairs") {
  RandomStream random(7, "permuted");
  const PairGraph graph = random_graph(12, 0.7, random);
  const auto strata = distances(graph);
  const PairGraph other = permuted(graph, strata, random);
  std::size_t moved = 0;
  for (std::uint32_t stratum = 1; stratum < 12; ++stratum) {
    std::vector<double> before, after;
    for (std::size_t i = 0; i < graph.pairs.size(); ++i) {
      CHECK(other.pairs[i].a == graph.pairs[i].a);
      CHECK(other.pairs[i].b == graph.pairs[i].b);
      moved += other.pairs[i].weight != graph.pairs[i].weight;
      if (strata[i] == stratum) before.push_back(graph.pairs[i].weight);
      if (strata[i] == stratum) after.push_back(other.pairs[i].weight);
    }
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    CHECK(before == after);
  }
  CHECK(moved > 20);
}

TEST_CASE("permutations that reach what was found count, equal ones too") {
  const std::vector<double> null = {0.1, 0.2, 0.3};
  CHECK(compare_with_permuted(0.2, null).p == 0.75);
  CHECK(compare_with_permuted(0.4, null).p == 0.25);
  CHECK(*compare_with_permuted(0.4, null).z == doctest::Approx(2));
  CHECK(compare_with_permuted(0.1, std::vector<double>(9, 0.1)).p == 1);
  CHECK_FALSE(compare_with_permuted(0.1, std::vector<double>(9, 0.1)).z);
}

TEST_CASE("of weights without order p is uniform") {
  RandomStream random(8, "uniform");
  std::vector<double> ps;
  for (int i = 0; i < 300; ++i) {
    const PairGraph graph = random_graph(8, 0.8, random);
    ps.push_back(p_of(graph, std::vector<std::uint32_t>(graph.pairs.size(), 0), random));
  }
  CHECK(testing::distance_from_uniform(ps) < testing::largest_distance(300));
}

TEST_CASE("weights that fall with distance are communities in any order, and none by distance") {
  RandomStream random(9, "distance");
  std::vector<double> any_order, by_distance;
  for (int i = 0; i < 300; ++i) {
    const PairGraph graph = complete_graph(
        12, [&](auto a, auto b) { return (1 + random.unit()) * std::exp(-0.5 * static_cast<double>(b - a)); });
    by_distance.push_back(p_of(graph, distances(graph), random));
    if (i < 30) any_order.push_back(p_of(graph, std::vector<std::uint32_t>(graph.pairs.size(), 0), random));
  }
  std::sort(any_order.begin(), any_order.end());
  CHECK(any_order[15] <= 0.05);
  CHECK(testing::distance_from_uniform(by_distance) < testing::largest_distance(300));
}

}  // namespace
}  // namespace ramus
