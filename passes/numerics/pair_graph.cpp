#include "passes/numerics/pair_graph.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace ramus {
namespace {

constexpr double kEqualQ = 1e-9;  // sums of the same weights in another order differ by less

}  // namespace

double newman_q(const PairGraph& graph, std::span<const int> labels) {
  std::vector<double> volume(graph.members, 0.0);
  double inside = 0, total = 0;
  for (const PairWeight& pair : graph.pairs) {
    if (!(pair.weight > 0)) continue;
    for (const std::uint32_t end : {pair.a, pair.b}) volume[static_cast<std::size_t>(labels[end])] += pair.weight;
    if (labels[pair.a] == labels[pair.b]) inside += 2 * pair.weight;
    total += 2 * pair.weight;
  }
  if (!(total > 0)) return 0;
  double by_chance = 0;
  for (const double each : volume) by_chance += (each / total) * (each / total);
  return inside / total - by_chance;
}

PairGraph permuted(const PairGraph& graph, std::span<const std::uint32_t> strata, RandomStream& stream) {
  std::map<std::uint32_t, std::vector<std::size_t>> places;
  for (std::size_t pair = 0; pair < graph.pairs.size(); ++pair) places[strata[pair]].push_back(pair);
  PairGraph other = graph;
  for (const auto& [stratum, pairs] : places) {
    std::vector<std::size_t> from = pairs;
    stream.shuffle(std::span(from));
    for (std::size_t i = 0; i < pairs.size(); ++i) other.pairs[pairs[i]].weight = graph.pairs[from[i]].weight;
  }
  return other;
}

PermutedQ compare_with_permuted(double found, std::span<const double> permuted) {
  PermutedQ test;
  if (permuted.empty()) return test;
  const auto n = static_cast<double>(permuted.size());
  test.mean = std::accumulate(permuted.begin(), permuted.end(), 0.0) / n;
  double squares = 0;
  for (const double each : permuted) squares += (each - test.mean) * (each - test.mean);
  if (permuted.size() > 1) test.sd = std::sqrt(squares / (n - 1));
  if (test.sd <= kEqualQ) test.sd = 0;
  if (test.sd > 0) test.z = (found - test.mean) / test.sd;
  const auto reaches = [&](double each) { return each >= found - kEqualQ; };
  test.p = (1 + static_cast<double>(std::count_if(permuted.begin(), permuted.end(), reaches))) / (1 + n);
  return test;
}

}  // namespace ramus
