// Do the branches of two networks differ from one another in the same way?
//
//   A   branch 0: coloured, low frequency        B   branch 0: grey, high frequency         A0 ↔ B1, A1 ↔ B0:
//       branch 1: grey, high frequency               branch 1: coloured, low frequency      correlation near 1
//
// A profile has a row for each branch, relative to the group: of a quantity the mean of the branch's units (in standard
// deviations of all units, from their mean) and their spread (as a share of the standard deviation of all); of a family the
// log odds that a unit of the branch belongs to it. Columns are centred over the branches. The agreement of two profiles
// is the mean product of their entries under the assignment of branches for which it is largest; their correlation under
// that assignment is scale-free, and shown beside it.
//
// Null. Permuting whole branches leaves the best assignment's agreement as it is, so that says nothing; permuted are the
// units, over the branches of one network while the other stays as it is, and the best assignment is sought anew each
// time. p is the larger of both networks' p: one network without a split has none that could recur (an intersection-union
// test; Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace ramus {

struct UnitSample {
  std::vector<int> branch;  // of each unit, from 0; branches may be empty
  Eigen::MatrixXd values;   // [units x columns], finite; of families 1 for members, else 0
  bool families = false;
};

// [branches x columns] of families, else [branches x 2 columns]: means, then spreads. Zero in a column without variation.
Eigen::MatrixXd profile_of(const UnitSample& sample, Eigen::Index branches);

// Branches that may be assigned to one another: those of A and those of B that are built alike.
struct ExchangeableBranches {
  std::vector<Eigen::Index> a, b;
};

struct ProfileAgreement {
  std::vector<Eigen::Index> match;  // by branch of A: that of B, or -1
  double agreement = 0;
  double correlation = 0;       // in [-1, 1]; 0 where a profile has no entries but 0
  double null_correlation = 0;  // its mean under permuted units, each time under the best assignment
  double p_a = 1, p_b = 1;      // units of A permuted, of B permuted: (1 + #{null >= agreement}) / (1 + permutations)
  double p = 1;                 // the larger
  int permutations = 0;         // of each; 0: not tested
};

// `a` and `b` are samples with the same columns, pairwise; each sample's units are permuted on their own (streams (seed,
// key + "#a" or "#b", 0 ...)). Stops early when `cancelled` says so.
struct AgreementRequest {
  std::vector<UnitSample> a, b;
  Eigen::Index branches_a = 0, branches_b = 0;
  std::vector<ExchangeableBranches> exchangeable;
  int permutations = 999;
  std::uint64_t seed = 0;
  std::string_view key;
};
ProfileAgreement find_agreement(const AgreementRequest& request, const std::function<bool()>& cancelled = {});

}  // namespace ramus
