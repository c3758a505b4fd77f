// Rank tests: do the units of a branch have larger values of a feature than the rest?
//
//   branch 0: 0.91 0.85 0.88      every value of branch 1 is below every value of branch 0:
//   branch 1: 0.20 0.31           U = 6 of 6, AUC = 1, delta = +1
//
// Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other", 1947;
// Kruskal and Wallis, "Use of ranks in one-criterion variance analysis", 1952. The numbers are those of
// scipy.stats.mannwhitneyu (with method= the one that the result names) and scipy.stats.kruskal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ramus {

// Ranks from 1; equal values share the mean of their ranks. Values must not be NaN.
std::vector<double> average_ranks(std::span<const double> values);

enum class RankTestMethod {
  exact,     // the distribution of U counted out: both samples below `exact_below` and no ties
  normal,    // normal approximation with tie and continuity correction
  constant,  // all values are equal: nothing to test, p = 1 by definition
};

struct MannWhitney {
  double u = 0;      // pairs (x in first, y in second) with x > y, ties counted half; in [0, n1 n2]
  double auc = 0.5;  // u / (n1 n2): chance that a unit of the first sample exceeds one of the second; in [0, 1]
  double delta = 0;  // Cliff's delta, 2 auc - 1; in [-1, 1]
  double p = 1;      // two-sided
  std::int64_t n1 = 0, n2 = 0;
  RankTestMethod method = RankTestMethod::constant;
};

// nullopt when a sample is empty or holds a value that is not finite. `exact_below` may be raised to about 100.
std::optional<MannWhitney> mann_whitney(std::span<const double> first, std::span<const double> second,
                                        std::int64_t exact_below = 20);

struct KruskalWallis {
  double h = 0;            // tie-corrected statistic, >= 0
  double p = 1;            // upper tail of chi squared with groups - 1 degrees of freedom
  double eta_squared = 0;  // share of the values' variance that lies between groups, in [0, 1]
  std::int64_t n = 0;      // values
  std::int64_t groups = 0;
};

// `group[i]` is the group of `values[i]`, any integer. nullopt with fewer than three values, fewer than two groups, all
// values equal, or a value that is not finite.
std::optional<KruskalWallis> kruskal_wallis(std::span<const double> values, std::span<const int> group);

}  // namespace ramus
