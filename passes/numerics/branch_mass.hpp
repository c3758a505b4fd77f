// Who reads whom, branch by branch: the weight between the branches of one group and those of the next, beside what it
// would be if every branch read all others in proportion to their totals.
//
//   mass C    reads c0  c1        expected E = row sum x column sum / sum        12 x 13 / 25 = 6.2 ...
//   of   b0        11    1
//        b1         2   11        information = sum of C/n log C/E, in nats; 0 where C = E
//
// KL divergence of what c reads: of its column from the row sums, as shares; of who reads b: of its row from the column
// sums. Branches that read are paired with branches that are read, one to one, largest C - E first; those left over go with
// the branch of which C - E is largest. Of this partition speak Barber's Q = sum over pairs of (C - E)/n ("Modularity and
// community detection in bipartite networks", 2007), Newman's Q and the n-cut (modularity.hpp).
// Null: the units of the branches that are read are dealt to these branches at random, each with all that it is read by;
// how large a unit's weights are says nothing then. Pairs are sought anew each time, so that p pays for it.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/result.hpp"

namespace ramus {

struct BranchMass {
  Eigen::MatrixXd mass, expected;                 // [branches that are read x branches that read]
  double information = 0;                         // nats
  std::vector<std::optional<double>> reads_kl;    // by reading branch, nats; nullopt: it reads nothing of these
  std::vector<std::optional<double>> read_by_kl;  // by branch that is read; nullopt: nobody reads it
  std::vector<int> pair_of;                       // by reading branch; -1: it reads nothing
  double barber_q = 0, newman_q = 0, n_cut = 0;
};

// Entries nonnegative and finite.
BranchMass measure_branch_mass(const Eigen::Ref<const Eigen::MatrixXd>& mass);

struct MassTest {
  double null_mean = 0;
  double p = 1;  // (1 + #{as far beyond}) / (1 + permutations)
};

struct BranchMassTest {
  BranchMass found;
  int permutations = 0;
  std::int64_t units = 0;  // that were dealt
  MassTest information, barber_q, newman_q, n_cut;
  std::vector<std::optional<MassTest>> reads_kl, read_by_kl;
};

// `by_unit` [units that are read x branches that read]; `branch_of` in [0, branches), by unit. Errors: cancelled.
Result<BranchMassTest> test_branch_mass(const Eigen::Ref<const Eigen::MatrixXd>& by_unit,
                                        const std::vector<int>& branch_of, int branches, int permutations,
                                        std::uint64_t seed, std::string_view key,
                                        const std::function<bool()>& cancelled = {});

}  // namespace ramus
