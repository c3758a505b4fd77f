// How much one partition of the units says about another, corrected for chance.
//
//   branch  0 0 0 0 1 1 1 1
//   family  a a a b c c c c      AMI near 1: the branch nearly gives the family
//   family  a b a b a b a b      AMI near 0 (it may fall below): it says nothing
//
// Vinh, Epps, Bailey, "Information theoretic measures for clusterings comparison: variants, properties, normalization
// and correction for chance", JMLR 11, 2010. The normaliser is the arithmetic mean of the two entropies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ramus {

struct MutualInformation {
  double mutual_information = 0;  // nats, >= 0
  double expected = 0;            // its mean over all pairs of partitions with the same group sizes (exact), nats
  double adjusted = 0;  // (MI - expected) / ((H(a) + H(b)) / 2 - expected); 1 for equal partitions, mean 0 by chance
  double entropy_a = 0, entropy_b = 0;  // nats
  std::int64_t n = 0;                   // units
};

// Labels are any integers, one per unit. nullopt when the lengths differ, when there are fewer than three units, when a
// partition has a single group (it carries no information), or when every unit is alone in both.
std::optional<MutualInformation> adjusted_mutual_information(std::span<const int> a, std::span<const int> b);

// Of the adjusted mutual information, by leaving out one unit after the other (jackknife; Efron and Stein, "The jackknife
// estimate of variance", 1981): how much it would vary over draws of as many units. It is too small where partitions agree
// entirely, or hardly at all. Without a unit that was alone in its group, that group is gone; a partition of which one group is
// left carries no information, and what it shares is 0. nullopt as above, and where the rest is alone in both.
std::optional<double> standard_error_of_adjusted(std::span<const int> a, std::span<const int> b);

struct MutualInformationTest {
  MutualInformation observed;
  double p = 1;          // (1 + #{permuted >= observed}) / (1 + permutations)
  double null_mean = 0;  // mean adjusted mutual information under permutation, near 0
  int permutations = 0;
  std::vector<double> null_quantiles;    // of the same: least, 5, 25, 50, 75, 95 %, largest; empty without permutations
  std::optional<double> standard_error;  // of observed.adjusted
};

// The labels b are permuted over the units `permutations` times, from streams (seed, key, 0 ... permutations - 1).
std::optional<MutualInformationTest> test_mutual_information(std::span<const int> a, std::span<const int> b,
                                                             int permutations, std::uint64_t seed,
                                                             std::string_view key = {});

}  // namespace ramus
