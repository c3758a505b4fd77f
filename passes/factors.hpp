// Factors: the singular vectors of |W| for every pair of adjacent layers, how many of them are real, and what they mean.
//
//   conv1 ──▶ … ──▶ conv2        M = |weights of conv2| reduced over the kernel, inputs normalised, rows centred
//   M = U S V'                   V: axes among conv1's units; the first one is colour in nearly every image network
//
// A factor gets a name only where a feature of conv1's units follows it beyond chance (permutation test, corrected over
// all tests of the model); partial correlations show how much of that other features explain. The same matrix without
// normalisation, and without both steps, is summarised beside it.
// Voss et al., "Branch Specialization", Distill 2021; the statistics are cited in passes/numerics.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "passes/numerics/matrix_factors.hpp"
#include "passes/wiring.hpp"

namespace ramus {

struct FactorMeaning {
  std::size_t factor = 0;
  std::string feature;               // of unit-features, or "fan_out_norm": the norm of a unit's outgoing weights
  double pearson = 0, spearman = 0;  // of v_j with the feature over the units of P that are not silent, in [-1, 1]
  std::optional<double> partial;     // Pearson, the other features but norms held fixed
  double p = 1;                      // two-sided, by permuting units
  double q = 1;                      // Benjamini-Hochberg over all such tests of the graph, norms apart
  bool may_name = true;              // false for norms: they depend on the units' scale, which is a free gauge
  bool linearised = false;           // the feature is one of linearised kernels
  bool named = false;                // the one feature that gives this factor its name
  std::int64_t units = 0;            // that were permuted
  int permutations = 0;
};

// The feature that names a factor; nullopt for a factor without a name.
std::optional<std::string_view> name_of_factor(const std::vector<FactorMeaning>& meaning, std::size_t factor);

// The first two factors under another convention.
struct FactorsUnder {
  std::vector<double> sigma;
  bool one_signed = false;                            // the first right vector has entries of one sign only
  std::vector<std::optional<std::string>> strongest;  // by factor: the feature with the largest |r|, where any is known
  std::vector<double> correlation;                    // that Pearson r
};

struct Factorization {
  std::string id;  // "conv1->conv2"
  Wiring wiring;
  std::string reduction, normalise, centring;
  // Left: units of L; right: units of P. Wirings with one matrix share them (Wiring::reads_like).
  std::shared_ptr<const MatrixFactors> factors;
  FactorsUnder raw, centred;
  std::vector<FactorMeaning> meaning;
};

struct PassContext;
struct Findings;
Result<Findings> find_factors(const PassContext& context);

}  // namespace ramus
