#include "passes/branch_factors.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

constexpr std::int64_t kUnits = 48, kReaders = 40;  // the first half of the units are branch 0's

// How the reader divides the units: +1 or -1 for each. Weights are larger where unit and reader agree.
std::vector<float> reader(const std::vector<int>& side, RandomStream& random) {
  std::vector<float> weights;
  for (std::int64_t o = 0; o < kReaders; ++o) {
    for (const int units_side : side) {
      const bool agree = (o % 2 == 0 ? 1 : -1) == units_side;
      weights.push_back((agree ? 3 : 1) * static_cast<float>(random.unit() + 0.1));
    }
  }
  return weights;
}

std::vector<float> noise(std::int64_t count, RandomStream& random) {
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (float& weight : weights) weight = static_cast<float>(2 * random.unit() - 1);
  return weights;
}

// Two branches of 24 units, as convolutions side by side or as one with two groups, and what reads them.
Graph two_branches(std::vector<float> weights, bool as_groups, RandomStream& random) {
  GraphBuilder builder("test");
  builder.add_input("x", ElementType::float32, Dims{1, 8, 8, 8});
  std::vector<float> first = noise(24 * 4, random), second = noise(24 * 4, random);
  if (as_groups) {
    first.insert(first.end(), second.begin(), second.end());
    builder.add_parameter("A", make_weight("A", {48, 4, 1, 1}, first));
    builder.add_node({"Conv", {"x", "A"}, {"c"}, "join", "", {{"group", std::int64_t{2}}}});
  } else {
    builder.add_parameter("A", make_weight("A", {24, 4, 1, 1}, first));
    builder.add_parameter("B", make_weight("B", {24, 4, 1, 1}, second));
    builder.add_node({"Split", {"x"}, {"l", "r"}, "split", "", {{"axis", std::int64_t{1}}}});
    builder.add_node({"Conv", {"l", "A"}, {"a"}, "left"});
    builder.add_node({"Conv", {"r", "B"}, {"b"}, "right"});
    builder.add_node({"Concat", {"a", "b"}, {"c"}, "join", "", {{"axis", std::int64_t{1}}}});
  }
  builder.add_parameter("C", make_weight("C", {kReaders, kUnits, 1, 1}, std::move(weights)));
  builder.add_node({"Relu", {"c"}, {"d"}, "relu"});
  builder.add_node({"Conv", {"d", "C"}, {"y"}, "reader"});
  builder.add_output("y");
  return builder.finish().value();
}

GroupSpecialization specialization_of(const std::vector<int>& side, std::uint64_t seed, bool as_groups = false) {
  RandomStream random(seed, "branch factors");
  std::vector<float> weights = reader(side, random);
  auto analysed = run_passes(two_branches(std::move(weights), as_groups, random),
                             {.passes = {"specialization"}, .settings = {"unit-features.field=0"}});
  REQUIRE(analysed.has_value());
  REQUIRE(analysed->findings.specialization.size() == 1);
  return std::move(analysed->findings.specialization.front());
}

// +1 for the units of branch 0 and -1 for the others, each of them turned round with the given chance.
std::vector<int> sides(double turned, std::uint64_t seed) {
  RandomStream random(seed, "sides");
  std::vector<int> side;
  for (std::int64_t unit = 0; unit < kUnits; ++unit) {
    side.push_back((unit < kUnits / 2 ? 1 : -1) * (random.unit() < turned ? -1 : 1));
  }
  return side;
}

// Kolmogorov-Smirnov: the largest distance between the share of values up to p, and p.
double distance_from_uniform(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double most = 0;
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    most = std::max(
        {most, std::abs(static_cast<double>(i) / n - values[i]), std::abs(static_cast<double>(i + 1) / n - values[i])});
  }
  return most;
}

}  // namespace

TEST_CASE("a reader that tells the branches apart gives a score near one, with the axis in its place") {
  for (const bool as_groups : {false, true}) {
    CAPTURE(as_groups);
    const GroupSpecialization found = specialization_of(sides(0, 1), 1, as_groups);
    REQUIRE(found.score.has_value());
    CHECK(found.score->basis == "factors");
    CHECK(found.score->layer == "join->reader");
    CHECK(found.factors_of == "join->reader");
    CHECK(found.score->score > 0.9);
    CHECK(found.score->p == doctest::Approx(0.001));
    CHECK(found.score->units >= 40);
  }
}

TEST_CASE("shares of a factor are sums of squared loadings against the share of the units") {
  Factorization read;
  read.id = "join->reader";
  auto factors = std::make_shared<MatrixFactors>();
  factors->right.resize(6, 2);
  factors->right << 0.6, 0, 0.6, 0.8, 0, 0, 0.4, 0, 0.2, 0.6, 0.3, 0;
  factors->null.significant = 2;
  read.factors = factors;
  const JoinFactors join{&read, {0, 0, -1, 1, 1, 1}};  // unit 2 is silent
  const auto shares = find_factor_shares(join, 2, 999, 0);
  REQUIRE(shares.size() == 2);
  REQUIRE(shares[0].size() == 2);
  CHECK(shares[0][0].energy_share == doctest::Approx(0.72));
  CHECK(shares[1][0].energy_share == doctest::Approx(0.29));
  CHECK(shares[0][0].expected == doctest::Approx(0.4));
  CHECK(shares[1][1].energy_share == doctest::Approx(0.36));
  // Of the ten pairs of units that can be branch 0, only this one is as far from 0.4 as 0.72: p is near 1/10.
  CHECK(shares[0][0].p == doctest::Approx(0.1).epsilon(0.4));
}

TEST_CASE("axes that have nothing to do with the branches give uniform p, and those that have are found" *
          doctest::test_suite("calibration")) {
  constexpr int kTrials = 500;
  std::vector<double> p, of_shares;
  int scored = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto seed = static_cast<std::uint64_t>(trial);
    const GroupSpecialization found = specialization_of(sides(0.5, seed), seed);
    if (!found.score) continue;
    ++scored;
    p.push_back(found.score->p);
    of_shares.push_back(found.branches[0].factors.at(0).p);
  }
  CHECK(scored > kTrials * 9 / 10);
  const double limit = 1.63 / std::sqrt(scored);  // p = 0.01
  CHECK(distance_from_uniform(of_shares) < limit);
  int below = 0, found = 0;
  for (const double value : p) below += value <= 0.05;
  CHECK(below < 0.08 * scored);
  CHECK(below > 0.01 * scored);                       // counts of units in poles are few, so that p has steps
  for (std::uint64_t seed = 0; seed < 100; ++seed) {  // a fifth of the units on the other side
    const auto score = specialization_of(sides(0.2, 1000 + seed), seed).score;
    found += score && score->p <= 0.05;
  }
  CHECK(found > 90);
}
