// Specialization: do units of a kind gather in one branch of a group?
//
//   labels     mixed3a has 256 units, its 5x5 branch 32 of them; all 9 black-and-white units are there: p = 2.5e-9
//   features   the filters of branch 0 are more coloured than those of branch 1: AUC 0.97, p = 3e-7
//   factors    the axis along which the next layer reads most has 80 % of its energy in branch 0, a third of the units
//
// Labels: hypergeometric upper tail for every family and branch, Benjamini-Hochberg over all cells of the model; families
// that overlap others are tested and kept out of the score. Features: Mann-Whitney at the first layer of each branch that
// reads the common input, where filters are comparable; units further in are not independent of one another.
// Score: adjusted mutual information between branch and family or, without labels, pole of the factors (Vinh, Epps,
// Bailey, JMLR 2010); a branch's score is its share of it. Voss et al., "Branch Specialization", Distill 2021.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/branch_factors.hpp"
#include "passes/branch_wiring.hpp"
#include "passes/numerics/enrichment.hpp"
#include "passes/numerics/random_filters.hpp"
#include "passes/numerics/rank_tests.hpp"

namespace ramus {

struct FamilyEnrichment {
  std::string family;
  std::string layer;  // the key of the labels
  EnrichmentCell cell;
  Enrichment test;
  double q = 1;          // over all cells of the model
  bool in_score = true;  // false: the family overlaps another and is only tested
};

struct FeatureContrast {
  std::string feature;
  std::string at_layer;  // where the units were taken
  MannWhitney test;      // units of the branch against those of all other branches
  double mean = 0, mean_elsewhere = 0;
  double q = 1;             // over all contrasts of the model
  bool linearised = false;  // of linearised kernels, at this branch's layer
};

// All branches of a group at once.
struct FeatureSpread {
  std::string feature;
  KruskalWallis test;
  double q = 1;  // over all spreads of the model
  bool linearised = false;
};

struct BranchSpecialization {
  double score = 0;  // share times the group's score
  double share = 0;  // of the information between branch and basis, in [0, 1] up to rounding
  std::int64_t units = 0;
  std::int64_t depth = 0;  // layers with weights
  std::vector<FamilyEnrichment> enrichment;
  std::vector<FeatureContrast> features;
  std::vector<FactorShare> factors;  // of the layer that reads the join
};

struct SpecializationScore {
  double score = 0;   // adjusted mutual information, clamped to [0, 1]
  std::string basis;  // "labels" or "factors"
  std::string layer;  // whose units were counted: a key of the labels, or the id of a wiring
  double p = 1;       // one-sided, by permuting families or poles over units
  double null_mean = 0;
  std::int64_t units = 0;
  int permutations = 0;
  std::vector<double> null_quantiles;         // of the score by chance: least, 5, 25, 50, 75, 95 %, largest
  std::optional<double> standard_error = {};  // of the score, by leaving out one unit after the other (jackknife)
};

struct GroupSpecialization {
  std::size_t group = 0;  // in Findings::groups
  std::optional<SpecializationScore> score;
  std::vector<BranchSpecialization> branches;
  std::vector<FeatureSpread> features;
  std::string factors_of;              // the wiring that the branches' factors are of; empty: none reads the join
  std::int64_t factor_units = 0;       // of the join, not silent: those whose branches were permuted
  int factor_permutations = 0;         // for the branches' shares of factors
  std::vector<BranchWiring> wiring;    // from the groups before, whose branches these read
  std::vector<std::string> set_aside;  // families kept out of the score because they overlap others
  bool kernels_differ = false;         // the branches' largest kernels differ in size: a confounder
  // Of the first layers' filters, where all branches read the image.
  std::optional<RandomFilterDistance> from_random;
};

struct PassContext;
struct Findings;
Result<Findings> find_specialization(const PassContext& context);

}  // namespace ramus
