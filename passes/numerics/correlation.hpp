// Does a factor follow a feature? Correlation alone, of ranks, and with the other features held fixed; p by permuting
// the units, so that no distribution is assumed.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ramus {

// In [-1, 1]. nullopt when the lengths differ, with fewer than three values, when a value is not finite, or when either
// vector is constant (its spread is below 1e-12 of its size).
std::optional<double> pearson(std::span<const double> x, std::span<const double> y);
// Pearson correlation of the average ranks; nullopt in the same cases.
std::optional<double> spearman(std::span<const double> x, std::span<const double> y);

struct PartialCorrelation {
  double r = 0;                      // in [-1, 1]
  std::int64_t n = 0;                // units
  std::int64_t controls = 0;         // independent columns among the controls; a repeated or constant one counts not
  std::int64_t degrees_freedom = 0;  // n - 2 - controls, at least 1
};

// Correlation of what is left of x and of y after a least-squares fit of an intercept and the columns of `controls`
// [n x any] is taken away. nullopt as for pearson, and when the controls already explain x or y, or are too many.
std::optional<PartialCorrelation> partial_correlation(std::span<const double> x, std::span<const double> y,
                                                      const Eigen::Ref<const Eigen::MatrixXd>& controls);

struct CorrelationTest {
  double r = 0;        // Pearson, in [-1, 1]
  double p = 1;        // two-sided, (1 + #{|r permuted| >= |r|}) / (1 + permutations)
  std::int64_t n = 0;  // units
  int permutations = 0;
};

// Each column of x [n x k] against each of `features` [n x m]: k lists of m answers, nullopt where pearson gives none. The
// same permutations of the rows of x (streams (seed, key, 0 ... permutations - 1)) serve all of them.
using CorrelationTests = std::vector<std::vector<std::optional<CorrelationTest>>>;
CorrelationTests test_correlations(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                   const Eigen::Ref<const Eigen::MatrixXd>& features, int permutations,
                                   std::uint64_t seed, std::string_view key = {});

}  // namespace ramus
