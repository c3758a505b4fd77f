// What a factor is: does one of the features of P's units follow its loadings beyond chance?
//
//   v_0  over the units of conv1   0.31  0.02 -0.27 …       Pearson, Spearman, partial; p by permuting the units
//   colour of conv1's units        0.90  0.45  0.03 …       q by Benjamini-Hochberg over all tests of the graph
//
// The strongest feature that passes (q <= 0.05 and |r| >= 0.4) gives the factor its name.
#pragma once

#include "passes/factors.hpp"
#include "passes/unit_features.hpp"

namespace ramus {

// Features of P's units as columns, without angles and constants.
struct FeatureTable {
  std::vector<std::string_view> names;
  std::vector<bool> may_name;  // says what units respond to; a norm depends on the units' scale, which is a free gauge
  std::vector<bool> linearised;
  Eigen::MatrixXd columns;          // [units that count x features]
  std::vector<Eigen::Index> units;  // which units of P count: those that are not silent
};

// Of the units that a wiring reads: those of its layer or, where it reads a join, those that all layers behind the join
// have. nullopt where none is known.
std::optional<UnitFeatures> features_read(const Findings& found, const Graph& graph, const ChannelFlow& flow,
                                          const Wiring& wiring);

// Empty where none of the features says what units respond to. fan_out: of the wiring's matrix, by unit of P; silent: the
// units whose columns are zero. Borrows the names of `features`.
FeatureTable feature_table(const UnitFeatures& features, const Eigen::VectorXd& fan_out,
                           const std::vector<Eigen::Index>& silent);

// Of every significant factor, and of the first two; `seed` and the factors' key name the random streams. q and names are
// not known yet.
std::vector<FactorMeaning> test_meaning(const MatrixFactors& factors, const FeatureTable& table, std::uint64_t seed);

FactorsUnder summarise(const FactorPair& pair, const FeatureTable& table);

// q over all factorizations of the graph, then at most one name per factor.
void name_factors(std::vector<Factorization>& factorizations);

}  // namespace ramus
