// Standard errors against what leaving out units one by one, drawing again and closed forms give.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "passes/numerics/mutual_information.hpp"
#include "passes/numerics/random.hpp"
#include "passes/numerics/sampling_errors.hpp"

using namespace ramus;

namespace {

struct TwoPartitions {
  std::vector<int> branch, family;
};

// A unit's family is its branch's own with probability `bound`, else any.
TwoPartitions draw(int units, int groups, double bound, RandomStream& stream) {
  TwoPartitions drawn;
  for (int unit = 0; unit < units; ++unit) {
    const int branch = static_cast<int>(stream.below(static_cast<std::uint32_t>(groups)));
    drawn.branch.push_back(branch);
    drawn.family.push_back(stream.unit() < bound ? branch
                                                 : static_cast<int>(stream.below(static_cast<std::uint32_t>(groups))));
  }
  return drawn;
}

double by_leaving_out(const TwoPartitions& of) {
  std::vector<double> scores;
  double sum = 0;
  for (std::size_t unit = 0; unit < of.branch.size(); ++unit) {
    TwoPartitions rest = of;
    rest.branch.erase(rest.branch.begin() + static_cast<std::ptrdiff_t>(unit));
    rest.family.erase(rest.family.begin() + static_cast<std::ptrdiff_t>(unit));
    const auto score = adjusted_mutual_information(rest.branch, rest.family);
    scores.push_back(score ? score->adjusted : 0);
    sum += scores.back();
  }
  const auto n = static_cast<double>(scores.size());
  double squares = 0;
  for (const double score : scores) squares += (score - sum / n) * (score - sum / n);
  return std::sqrt((n - 1) / n * squares);
}

}  // namespace

TEST_CASE("the error of a score is that of scores of which each leaves out a unit") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    RandomStream stream(seed, "jackknife");
    const TwoPartitions drawn =
        draw(20 + static_cast<int>(5 * seed), 2 + static_cast<int>(seed % 5), 0.08 * static_cast<double>(seed), stream);
    const auto error = standard_error_of_adjusted(drawn.branch, drawn.family);
    REQUIRE(error.has_value());
    CHECK(*error == doctest::Approx(by_leaving_out(drawn)).epsilon(1e-8));
    CHECK(test_mutual_information(drawn.branch, drawn.family, 0, 0)->standard_error == error);
  }
}

TEST_CASE("groups of one unit go when it is left out") {
  const TwoPartitions lonely{{0, 0, 0, 1, 2, 2, 2, 2}, {5, 5, 6, 6, 7, 7, 7, 8}};
  CHECK(*standard_error_of_adjusted(lonely.branch, lonely.family) == doctest::Approx(by_leaving_out(lonely)));
  const TwoPartitions one_is_left{{0, 0, 0, 0, 0, 1}, {5, 5, 5, 6, 6, 6}};
  CHECK(*standard_error_of_adjusted(one_is_left.branch, one_is_left.family) ==
        doctest::Approx(by_leaving_out(one_is_left)));
  CHECK_FALSE(standard_error_of_adjusted(std::vector<int>{1, 1, 1}, std::vector<int>{0, 0, 1}));
}

TEST_CASE("equal partitions leave no error") {
  const std::vector<int> same{0, 0, 0, 1, 1, 1, 2, 2, 2};
  CHECK(*standard_error_of_adjusted(same, same) == doctest::Approx(0));
}

TEST_CASE("the error of a score is what scores vary by when units are drawn again") {
  std::vector<double> scores;
  double sum = 0, errors = 0;
  constexpr int kDraws = 400;
  RandomStream stream(7, "drawn again");
  for (int i = 0; i < kDraws; ++i) {
    const TwoPartitions drawn = draw(200, 4, 0.6, stream);
    scores.push_back(adjusted_mutual_information(drawn.branch, drawn.family)->adjusted);
    sum += scores.back();
    errors += *standard_error_of_adjusted(drawn.branch, drawn.family) / kDraws;
  }
  double squares = 0;
  for (const double score : scores) squares += (score - sum / kDraws) * (score - sum / kDraws);
  CHECK(errors == doctest::Approx(std::sqrt(squares / (kDraws - 1))).epsilon(0.1));
}

TEST_CASE("where nothing fell, one fall in twenty is told at 95 %") {
  int told = 0;
  constexpr int kPairs = 600;
  RandomStream stream(3, "nothing fell");
  for (int i = 0; i < kPairs; ++i) {
    const TwoPartitions a = draw(120, 3, 0.5, stream), b = draw(120, 3, 0.5, stream);
    const Estimate before{adjusted_mutual_information(a.branch, a.family)->adjusted,
                          *standard_error_of_adjusted(a.branch, a.family)};
    const Estimate after{adjusted_mutual_information(b.branch, b.family)->adjusted,
                         *standard_error_of_adjusted(b.branch, b.family)};
    told += p_of_fall(before, after) < 0.05 ? 1 : 0;
  }
  CHECK(told > 12);
  CHECK(told < 48);
}

TEST_CASE("the error of an AUC without effect is that of the rank test, and separation is never certain") {
  for (const auto& [n1, n2] : {std::pair(8, 24), std::pair(32, 224), std::pair(1, 1)}) {
    const double null_error = std::sqrt((n1 + n2 + 1) / (12.0 * n1 * n2));
    CHECK(standard_error_of_auc(0.5, n1, n2) == doctest::Approx(null_error));
    CHECK(standard_error_of_auc(1, n1, n2) > 0);
    CHECK(standard_error_of_auc(0, n1, n2) > 0);
  }
  CHECK(standard_error_of_auc(0.9, 50, 50) < standard_error_of_auc(0.9, 10, 10));
}

TEST_CASE("a fall: one-sided, and known for sure only where nothing is uncertain") {
  CHECK(p_of_fall({1, 0.3}, {0.5, 0.4}) == doctest::Approx(0.158655254));  // one standard error
  CHECK(p_of_fall({0.5, 0.3}, {1, 0.4}) == doctest::Approx(1 - 0.158655254));
  CHECK(p_of_fall({0.5, 0}, {0.5, 0}) == 0.5);
  CHECK(p_of_fall({0.5, 0}, {0.4, 0}) == 0);
  CHECK(p_of_fall({0.4, 0}, {0.5, 0}) == 1);
}

TEST_CASE("a correlation of 1 has a finite z, and few units a wide one") {
  CHECK(std::isfinite(estimate_of_correlation(1, 10).value));
  CHECK(estimate_of_correlation(-1, 10).value == -estimate_of_correlation(1, 10).value);
  CHECK(estimate_of_correlation(0.5, 103).standard_error == doctest::Approx(0.1));
  CHECK(estimate_of_correlation(0.5, 2).standard_error == 1);
}
