#include "passes/numerics/rank_tests.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>
#include <numeric>

namespace ramus {
namespace {

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

struct Ranking {
  std::vector<double> ranks;
  double tie_sum = 0;  // sum over ties of t^3 - t
};

Ranking rank(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  Ranking ranking{std::vector<double>(values.size()), 0};
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double tied = static_cast<double>(end - begin);
    const double mean_rank = static_cast<double>(begin) + (tied + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranking.ranks[order[i]] = mean_rank;
    ranking.tie_sum += tied * tied * tied - tied;
  }
  return ranking;
}

// ways[u]: number of orders of n1 + n2 distinct values with statistic u; the coefficients of the Gaussian binomial
// coefficient (n1 + n2 choose n1), built from prod (1 - q^(n2 + i)) / (1 - q^i).
std::vector<double> count_orders(std::size_t n1, std::size_t n2) {
  std::vector<double> ways(n1 * n2 + 1, 0.0);
  ways[0] = 1;
  for (std::size_t i = 1; i <= n1; ++i) {
    for (std::size_t u = ways.size(); u-- > n2 + i;) ways[u] -= ways[u - n2 - i];
    for (std::size_t u = i; u < ways.size(); ++u) ways[u] += ways[u - i];
  }
  return ways;
}

double exact_p(double u, std::size_t n1, std::size_t n2) {
  const std::vector<double> ways = count_orders(n1, n2);
  const double all = std::accumulate(ways.begin(), ways.end(), 0.0);
  // The counts are symmetric; those of small u are the exact ones when the large ones pass 2^53.
  const auto smaller = static_cast<std::ptrdiff_t>(std::min(u, static_cast<double>(n1 * n2) - u));
  const double tail = std::accumulate(ways.begin(), ways.begin() + smaller + 1, 0.0);
  return std::min(1.0, 2 * tail / all);
}

double normal_p(double u, double n1, double n2, double tie_sum) {
  const double n = n1 + n2;
  const double mean = n1 * n2 / 2;
  const double deviation = std::sqrt(n1 * n2 / 12 * (n + 1 - tie_sum / (n * (n - 1))));
  const double z = (std::max(u, n1 * n2 - u) - mean - 0.5) / deviation;
  return std::min(1.0, boost::math::erfc(z * boost::math::constants::one_div_root_two<double>()));
}

}  // namespace

std::vector<double> average_ranks(std::span<const double> values) { return rank(values).ranks; }

std::optional<MannWhitney> mann_whitney(std::span<const double> first, std::span<const double> second,
                                        std::int64_t exact_below) {
  if (first.empty() || second.empty() || !all_finite(first) || !all_finite(second)) return std::nullopt;
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  const Ranking ranking = rank(all);

  MannWhitney result;
  result.n1 = static_cast<std::int64_t>(first.size());
  result.n2 = static_cast<std::int64_t>(second.size());
  const double n1 = static_cast<double>(first.size());
  const double n2 = static_cast<double>(second.size());
  const auto first_end = ranking.ranks.begin() + static_cast<std::ptrdiff_t>(first.size());
  result.u = std::accumulate(ranking.ranks.begin(), first_end, 0.0) - n1 * (n1 + 1) / 2;
  result.auc = result.u / (n1 * n2);
  result.delta = 2 * result.auc - 1;

  const double n = n1 + n2;
  if (ranking.tie_sum == n * n * n - n) return result;  // one tie holds all values
  const bool exact = ranking.tie_sum == 0 && result.n1 < exact_below && result.n2 < exact_below;
  result.method = exact ? RankTestMethod::exact : RankTestMethod::normal;
  result.p = exact ? exact_p(result.u, first.size(), second.size()) : normal_p(result.u, n1, n2, ranking.tie_sum);
  return result;
}

std::optional<KruskalWallis> kruskal_wallis(std::span<const double> values, std::span<const int> group) {
  if (values.size() != group.size() || values.size() < 3 || !all_finite(values)) return std::nullopt;
  struct Group {
    double count = 0, sum = 0, rank_sum = 0;
  };
  const Ranking ranking = rank(values);
  std::map<int, Group> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Group& g = groups[group[i]];
    g.count += 1;
    g.sum += values[i];
    g.rank_sum += ranking.ranks[i];
  }
  const double n = static_cast<double>(values.size());
  const double untied = 1 - ranking.tie_sum / (n * n * n - n);
  if (groups.size() < 2 || ranking.tie_sum == n * n * n - n) return std::nullopt;

  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double total = 0, between = 0, weighted = 0;
  for (double value : values) total += (value - mean) * (value - mean);
  for (const auto& entry : groups) {
    const Group& g = entry.second;
    weighted += g.rank_sum * g.rank_sum / g.count;
    between += g.count * (g.sum / g.count - mean) * (g.sum / g.count - mean);
  }
  KruskalWallis result;
  result.n = static_cast<std::int64_t>(values.size());
  result.groups = static_cast<std::int64_t>(groups.size());
  result.h = std::max(0.0, (12 / (n * (n + 1)) * weighted - 3 * (n + 1)) / untied);
  result.p = boost::math::gamma_q(static_cast<double>(groups.size() - 1) / 2, result.h / 2);
  result.eta_squared = total > 0 ? std::min(1.0, between / total) : 0;
  return result;
}

}  // namespace ramus
