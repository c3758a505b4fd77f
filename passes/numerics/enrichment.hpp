// Enrichment of a family of units in a branch.
//
//                  in the branch   elsewhere
//   in the family       hits           b         family
//   not in it             c            d
//                      branch                    population
//
// p is the hypergeometric upper tail: drawing `branch` of `population` units without replacement, how often are at
// least `hits` of the `family` among them? Nine of nine black-and-white units of mixed3a sit in a branch of 32 among
// 256: 2.4847e-09.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ramus {

struct EnrichmentCell {
  std::int64_t hits = 0;        // units in both the family and the branch
  std::int64_t family = 0;      // units in the family
  std::int64_t branch = 0;      // units in the branch
  std::int64_t population = 0;  // all units
};

struct Enrichment {
  double p = 1;      // P(X >= hits), in [0, 1]; 0 only where it underflows, then see log_p
  double log_p = 0;  // natural logarithm of p, exact below 1e-308 too
  double log_odds =
      0;  // natural log of the odds ratio, 0.5 added to each cell (Haldane 1956); > 0: more than elsewhere
  double expected = 0;  // hits expected by chance, family * branch / population
};

// nullopt when the counts contradict each other (a negative one, or hits above what fits). Relative error of p and
// absolute error of log_p below 1e-12 for populations up to a million.
std::optional<Enrichment> find_enrichment(const EnrichmentCell& cell);

// ln P(X = hits), minus infinity where it is impossible. Loader, "Fast and accurate computation of binomial
// probabilities", 2000: Stirling's error and the deviance, so that large factorials do not cancel.
double log_hypergeometric_mass(const EnrichmentCell& cell);

// q-values of Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 1995: q[i] is the smallest false
// discovery rate at which test i is still called. Same order as p; each p must lie in [0, 1].
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace ramus
