// Do the same specializations recur in another network, and how is it built differently?
//
//   A branches.0 (coloured)   ↔  B branches.1       profiles correlate 0.98, p 0.001: the split recurs, whatever the order
//   A branches.1 (grey)       ↔  B branches.0
//
// Groups are aligned by how they are built, then by position (group_alignment.hpp); branches that are built alike are
// assigned to one another by their profiles (profile_agreement.hpp; more than 512 by place), the others by name, then by place. The deciding basis
// of a profile is that of the labels where both networks have them, else the features of first layers, else the loadings
// of the join's units on factors that have a name; the other bases are correlated under the same assignment.
// Voss et al., "Branch Specialization", Distill 2021, ask whether the same branches recur between trainings and data sets.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/result.hpp"
#include "passes/group_alignment.hpp"
#include "passes/model_profile.hpp"
#include "passes/structural_difference.hpp"

namespace ramus {

struct ComparedBasis {
  ProfileBasis basis = ProfileBasis::features;
  std::vector<std::string> layers;   // labels: their keys
  std::vector<std::string> columns;  // what both networks have, and what varies in both
  std::int64_t units_a = 0, units_b = 0;
  double correlation = 0;  // under the assignment of the deciding basis
};

struct ComparedProfile {
  std::vector<ComparedBasis> bases;    // the deciding one first
  ProfileAgreement agreement;          // of that
  double q = 1;                        // Benjamini-Hochberg over the groups of the comparison
  std::optional<std::int64_t> orders;  // assignments there are; nullopt beyond 2^53
};

struct ComparedGroup {
  AlignedGroups groups;
  std::vector<std::pair<std::size_t, std::size_t>> branches;  // of A and of B, by place of A
  std::vector<std::size_t> only_a, only_b;                    // branches of one of them
  std::vector<Difference> differences;
  bool holds_differences = false;  // of groups inside, which show in its numbers too
  std::optional<ComparedProfile> profile;
};

struct ComparedModels {
  std::vector<ComparedGroup> groups;
  std::vector<std::size_t> only_a, only_b;  // groups of one model
  StreamDifferences streams;
  std::vector<OperatorDifference> operators;
};

struct ComparisonRequest {
  int permutations = 999;
  std::uint64_t seed = 0;
  std::function<bool()> cancelled = [] { return false; };
};

// The same whatever the number of threads. Error: cancelled.
Result<ComparedModels> compare_models(const ModelProfile& a, const ModelProfile& b, const ComparisonRequest& request);

}  // namespace ramus
