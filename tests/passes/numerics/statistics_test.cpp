#include "passes/numerics/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "passes/numerics/random.hpp"
#include "passes/numerics/random_filters.hpp"

namespace ramus {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double relative = 1e-10) { return doctest::Approx(value).epsilon(relative); }

// How often a random order of first + second has a U at least as far from the middle, by going through all splits.
double p_by_enumeration(std::vector<double> first, const std::vector<double>& second) {
  const double observed = std::abs(mann_whitney(first, second)->auc - 0.5);
  std::vector<double> all = first;
  all.insert(all.end(), second.begin(), second.end());
  std::vector<int> in_first(all.size(), 0);
  std::fill(in_first.end() - static_cast<std::ptrdiff_t>(first.size()), in_first.end(), 1);
  int splits = 0, extreme = 0;
  do {
    double pairs = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < all.size(); ++j) pairs += in_first[i] == 1 && in_first[j] == 0 && all[i] > all[j];
    }
    const double auc = pairs / static_cast<double>(first.size() * second.size());
    ++splits;
    extreme += std::abs(auc - 0.5) >= observed - 1e-12 ? 1 : 0;
  } while (std::next_permutation(in_first.begin(), in_first.end()));
  return static_cast<double>(extreme) / splits;
}

TEST_CASE("enrichment: the two examples of the branch article") {
  CHECK(find_enrichment({9, 9, 32, 256})->p == near(2.4847210327344655e-09));
  CHECK(find_enrichment({30, 30, 96, 480})->p == near(1.6794181448967342e-23));
}

TEST_CASE("enrichment: the tail is the sum of what is left of it") {
  for (std::int64_t hits = 0; hits <= 8; ++hits) {
    double sum = 0;
    for (std::int64_t x = hits; x <= 8; ++x) sum += std::exp(log_hypergeometric_mass({x, 8, 15, 40}));
    CHECK(find_enrichment({hits, 8, 15, 40})->p == near(sum));
  }
  CHECK(find_enrichment({0, 8, 15, 40})->p == 1.0);
}

TEST_CASE("enrichment: a p below the smallest double is still known by its logarithm") {
  const auto e = find_enrichment({5000, 5000, 10000, 100000});
  CHECK(e->p == 0.0);
  CHECK(e->log_p ==
        near(std::lgamma(10001.0) - std::lgamma(5001.0) + std::lgamma(95001.0) - std::lgamma(100001.0), 1e-9));
}

TEST_CASE("enrichment: counts that contradict each other have no answer") {
  CHECK_FALSE(find_enrichment({10, 9, 32, 256}));
  CHECK_FALSE(find_enrichment({-1, 9, 32, 256}));
  CHECK_FALSE(find_enrichment({0, 9, 9, 10}));
  CHECK_FALSE(find_enrichment({1, 5, 20, 10}));
  CHECK(find_enrichment({0, 0, 0, 0})->p == 1.0);
}

TEST_CASE("enrichment: log odds stay finite and change sign with the branch") {
  const double inside = find_enrichment({9, 9, 32, 256})->log_odds;
  const double outside = find_enrichment({0, 9, 224, 256})->log_odds;
  CHECK(inside == near(std::log(9.5 * 224.5 / (0.5 * 23.5))));
  CHECK(inside == near(-outside));
}

TEST_CASE("q-values: the example of a sorted list, in any order") {
  const std::vector<double> q = benjamini_hochberg(std::vector<double>{0.04, 0.01, 0.03, 0.5});
  CHECK(q[1] == near(0.04));
  CHECK(q[2] == near(4 * 0.04 / 3));
  CHECK(q[0] == near(4 * 0.04 / 3));
  CHECK(q[3] == near(0.5));
  CHECK(benjamini_hochberg({}).empty());
}

TEST_CASE("Mann-Whitney: complete separation of three and three") {
  const auto t = mann_whitney(std::vector<double>{4, 5, 6}, std::vector<double>{1, 2, 3});
  CHECK(t->auc == 1.0);
  CHECK(t->delta == 1.0);
  CHECK(t->p == near(0.1));  // 2 of 20 orders
  CHECK(t->method == RankTestMethod::exact);
}

TEST_CASE("Mann-Whitney: the exact p is the share of all splits") {
  RandomStream random(3, 0);
  for (std::size_t n1 = 1; n1 <= 5; ++n1) {
    std::vector<double> first(n1), second(5);
    for (double& value : first) value = random.unit() + 0.2;
    for (double& value : second) value = random.unit();
    CHECK(mann_whitney(first, second)->p == near(p_by_enumeration(first, second)));
  }
}

TEST_CASE("Mann-Whitney: what cannot be tested says so") {
  const std::vector<double> equal{2, 2, 2};
  const auto t = mann_whitney(equal, equal);
  CHECK(t->method == RankTestMethod::constant);
  CHECK(t->p == 1.0);
  CHECK(t->auc == 0.5);
  CHECK_FALSE(mann_whitney(equal, {}));
  CHECK_FALSE(mann_whitney(equal, std::vector<double>{1, kNan}));
}

TEST_CASE("Mann-Whitney: ties or twenty values make it the normal approximation") {
  CHECK(mann_whitney(std::vector<double>{1, 2, 3}, std::vector<double>{3, 4, 5})->method == RankTestMethod::normal);
  std::vector<double> twenty(20);
  std::iota(twenty.begin(), twenty.end(), 0.25);
  CHECK(mann_whitney(twenty, std::vector<double>{1, 2, 3})->method == RankTestMethod::normal);
  twenty.pop_back();
  CHECK(mann_whitney(twenty, std::vector<double>{1, 2, 3})->method == RankTestMethod::exact);
}

TEST_CASE("random filters: 2/3 of a random filter is colour; filters that are grey or opponent are far from that") {
  const std::vector<std::int64_t> taps(16, 1);  // Beta(1, 1/2): P(colour <= c) = 1 - sqrt(1 - c)
  std::vector<double> colours(16);
  for (std::size_t i = 0; i < 16; ++i) {
    const double quantile = (static_cast<double>(i) + 0.5) / 16;
    colours[i] = 1 - (1 - quantile) * (1 - quantile);
  }
  const auto spread_alike = distance_from_random_filters(colours, taps);
  REQUIRE(spread_alike);
  CHECK(spread_alike->distance == near(1.0 / 32));
  CHECK(spread_alike->filters == 16);
  CHECK(distance_from_random_filters(std::vector<double>(16, 0), taps)->distance == near(1));
  CHECK(distance_from_random_filters(std::vector<double>(16, 1), taps)->distance == near(1));
  CHECK(distance_from_random_filters(std::vector<double>(16, 0.75), taps)->distance == near(0.5));
}

TEST_CASE("random filters: too few, and what is no colour, have no answer") {
  const std::vector<std::int64_t> taps(16, 25);
  std::vector<double> colours(16, 0.5);
  CHECK(distance_from_random_filters(colours, taps));
  CHECK_FALSE(distance_from_random_filters(std::span(colours).first(15), std::span(taps).first(15)));
  CHECK_FALSE(distance_from_random_filters(colours, std::span(taps).first(15)));
  CHECK_FALSE(distance_from_random_filters(colours, std::vector<std::int64_t>(16, 0)));
  colours[3] = kNan;
  CHECK_FALSE(distance_from_random_filters(colours, taps));
}

TEST_CASE("Kruskal-Wallis: groups that explain everything, and groups that explain nothing") {
  const std::vector<int> group{0, 0, 1, 1, 2, 2};
  CHECK(kruskal_wallis(std::vector<double>{1, 1, 5, 5, 9, 9}, group)->eta_squared == near(1));
  CHECK(kruskal_wallis(std::vector<double>{1, 2, 1, 2, 1, 2}, group)->eta_squared == near(0));
  CHECK(kruskal_wallis(std::vector<double>{1, 2, 1, 2, 1, 2}, group)->p == near(1));
  CHECK_FALSE(kruskal_wallis(std::vector<double>{3, 3, 3, 3, 3, 3}, group));
  CHECK_FALSE(kruskal_wallis(std::vector<double>{1, 2, 3}, std::vector<int>{4, 4, 4}));
  CHECK_FALSE(kruskal_wallis(std::vector<double>{1, 2}, std::vector<int>{0, 1}));
}

TEST_CASE("mutual information: equal partitions under other names are worth 1") {
  const std::vector<int> a{0, 0, 1, 1, 2, 2, 2}, b{9, 9, -4, -4, 7, 7, 7};
  CHECK(adjusted_mutual_information(a, b)->adjusted == near(1));
}

TEST_CASE("mutual information: the expectation is the mean over all permutations") {
  std::vector<int> a{0, 0, 0, 1, 1, 2}, b{0, 0, 1, 1, 1, 2};
  const double expected = adjusted_mutual_information(a, b)->expected;
  double sum = 0;
  int orders = 0;
  std::sort(b.begin(), b.end());
  do {
    sum += adjusted_mutual_information(a, b)->mutual_information;
    ++orders;
  } while (std::next_permutation(b.begin(), b.end()));
  CHECK(expected == near(sum / orders));
}

TEST_CASE("mutual information: a partition without information has no answer") {
  const std::vector<int> one{1, 1, 1, 1}, two{0, 0, 1, 1}, alone{0, 1, 2, 3};
  CHECK_FALSE(adjusted_mutual_information(one, two));
  CHECK_FALSE(adjusted_mutual_information(alone, alone));
  CHECK_FALSE(adjusted_mutual_information(two, std::vector<int>{0, 1}));
}

TEST_CASE("mutual information: permutation p finds a planted agreement and is even without one") {
  std::vector<int> branch(60), family(60);
  for (std::size_t i = 0; i < 60; ++i) {
    branch[i] = static_cast<int>(i / 20);
    family[i] = i % 5 == 0 ? static_cast<int>(i % 3) : branch[i];
  }
  const auto planted = test_mutual_information(branch, family, 199, 1, "planted");
  CHECK(planted->p == near(1.0 / 200));
  CHECK(std::abs(planted->null_mean) < 0.02);
  const std::vector<double>& chance = planted->null_quantiles;
  REQUIRE(chance.size() == 7);
  CHECK(std::is_sorted(chance.begin(), chance.end()));
  CHECK(chance.front() < planted->null_mean);
  CHECK(chance.back() < planted->observed.adjusted);  // as p says
  double mean = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream(seed, "families").shuffle(std::span<int>(family));
    mean += test_mutual_information(branch, family, 19, seed)->p / 200;
  }
  CHECK(mean == doctest::Approx(0.53).epsilon(0.12));  // p takes the values 1/20 ... 20/20
}

TEST_CASE("correlation: straight lines, ranks, and vectors without spread") {
  const std::vector<double> x{1, 2, 3, 4}, line{3, 5, 7, 9}, curve{1, 8, 27, 64}, flat{2, 2, 2, 2};
  CHECK(*pearson(x, line) == near(1));
  CHECK(*spearman(x, curve) == near(1));
  CHECK(*pearson(x, curve) < 0.96);
  CHECK_FALSE(pearson(x, flat));
  CHECK_FALSE(pearson(x, std::vector<double>{1e15 + 1, 1e15 + 1, 1e15 + 1, 1e15 + 1}));
  CHECK_FALSE(pearson(std::vector<double>{1, 2}, std::vector<double>{1, 2}));
  CHECK_FALSE(pearson(x, std::vector<double>{1, kNan, 2, 3}));
  CHECK_FALSE(spearman(x, std::vector<double>{1, kNan, 2, 3}));
  CHECK(*pearson(std::vector<double>{1e-300, 2e-300, 3e-300, 4e-300}, line) == near(1));
}

TEST_CASE("partial correlation: a common cause is taken away, a repeated control counts once") {
  RandomStream random(11, 0);
  const Eigen::Index n = 300;
  std::vector<double> x, y;
  Eigen::MatrixXd controls(n, 3);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double cause = random.unit();
    controls.row(i) << cause, 3 - 2 * cause, 5;
    x.push_back(cause + 0.2 * random.unit());
    y.push_back(-cause + 0.2 * random.unit());
  }
  CHECK(*pearson(x, y) < -0.9);
  const auto partial = partial_correlation(x, y, controls);
  CHECK(std::abs(partial->r) < 0.15);
  CHECK(partial->controls == 1);
  CHECK(partial->degrees_freedom == n - 3);
  const Eigen::Map<const Eigen::VectorXd> itself(y.data(), n);
  CHECK_FALSE(partial_correlation(x, y, itself));
}

TEST_CASE("correlation tests share their permutations and leave out what has no spread") {
  RandomStream random(4, 0);
  Eigen::MatrixXd features(50, 3);
  Eigen::MatrixXd x(50, 3);
  for (Eigen::Index i = 0; i < 50; ++i) {
    x.row(i) << random.unit(), 7, random.unit();
    features.row(i) << x(i, 0) + random.unit(), 1, random.unit();
  }
  const CorrelationTests tests = test_correlations(x, features, 999, 0, "meaning");
  REQUIRE(tests.size() == 3);
  REQUIRE(tests[0].size() == 3);
  CHECK(tests[0][0]->p == near(0.001));
  CHECK_FALSE(tests[0][1]);
  CHECK(tests[0][2]->p > 0.05);
  CHECK_FALSE(tests[1][0]);
  CHECK(tests[2][0]->p > 0.05);
  const CorrelationTests alone = test_correlations(x.col(2), features.col(2), 999, 0, "meaning");
  CHECK(alone[0][0]->p == tests[2][2]->p);
}

}  // namespace
}  // namespace ramus
