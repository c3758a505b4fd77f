// The factors of |W|: which groups of units of P do the units of L read together?
//
//   M [units of L x units of P], nonnegative: the weights of L with the kernel positions reduced
//     normalise, centre (matrix_preparation.hpp) --> M_c = U diag(sigma) V'  (singular_factors.hpp)
//     compare with permuted matrices (factor_null.hpp) --> how many factors are real, which units they name
//
// A factor is one axis: the units of P with positive loading v and those with negative loading are its two poles, read
// by the units of L with positive and with negative u. In the first layers of image networks the first axis is colour
// against black-and-white. Voss et al., "Branch Specialization", Distill 2021.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/factor_null.hpp"
#include "passes/numerics/matrix_preparation.hpp"
#include "passes/numerics/singular_factors.hpp"

namespace ramus {

struct FactorOptions {
  Normalise normalise = Normalise::inputs;
  Centring centring = Centring::rows;
  Eigen::Index k = 8;     // factors asked for; no more than the smaller side are given
  int permutations = 99;  // 0: no null at all
  std::uint64_t seed = 0;
  double significance = 0.05;
  // Rows * columns * smaller side * permutations; above it the analytic edge is used. 3e9 takes about half a second on one
  // core, and covers 300 x 300 units at 99 permutations.
  double permutation_budget = 3e9;
};

enum class FactorStatus {
  found,
  not_converged,  // the iteration stopped early: look at the residual
  no_variation,   // M_c is zero (all columns alike, or no weights): there is nothing to factor
  too_small,      // fewer than two units on a side
};
std::string_view name_of(FactorStatus status);

struct UnitAssignment {
  Eigen::Index factor = -1;  // index of a significant factor; -1: unassigned
  int pole = 0;              // sign of the loading, +1 or -1; 0: unassigned
  double confidence = 0;     // share of the factor in the unit's squared scores over the significant factors, in [0, 1]
  double magnitude = 0;      // sqrt of the sum of squared scores sigma_j v_j over the significant factors
};

struct MatrixFactors {
  FactorStatus status = FactorStatus::found;
  Eigen::VectorXd sigma;      // [k], decreasing
  Eigen::VectorXd energy;     // [k], sigma^2 / total_energy; the shares of all factors add up to 1
  Eigen::MatrixXd left;       // [rows x k], U: units of L; zero where silent
  Eigen::MatrixXd right;      // [columns x k], V: units of P; the largest entry of each column is positive
  double total_energy = 0;    // squared Frobenius norm of M_c
  double effective_rank = 0;  // exp(entropy of sigma^2 / total_energy) (Roy, Vetterli 2007); 1 for one factor, n for n
                              // equal ones
  bool effective_rank_exact = true;  // false: only k factors are known, and the number is a lower bound
  double residual = 0;               // max over j of |M_c v - sigma u| / sigma_1 and |M_c' u - sigma v| / sigma_1
  FactorNull null;
  double significance = 0.05;
  std::string key;  // names the random streams of this matrix: by what is in it, so that names change no p
  std::vector<Eigen::Index> silent_inputs;   // columns of M that are zero
  std::vector<Eigen::Index> silent_outputs;  // rows of M that are zero
  std::vector<UnitAssignment> inputs;        // [columns], units of P
  std::vector<UnitAssignment> outputs;       // [rows], units of L, by their scores sigma_j u_j
};

// Errors: invalid_input when an entry is negative or not finite, cancelled when `cancelled` says so. A matrix in which there is nothing to find is not an error: see status; its vectors are empty.
Result<MatrixFactors> find_matrix_factors(const Eigen::Ref<const Eigen::MatrixXd>& m, const FactorOptions& options,
                                          const Cancelled& cancelled = {});

// The first two factors under another convention, to be shown beside the default.
struct FactorPair {
  Eigen::VectorXd sigma;    // [2], fewer when the matrix is smaller
  Eigen::VectorXd energy;   // [2], shares of the squared Frobenius norm of the matrix that was factored
  Eigen::MatrixXd right;    // [columns x 2]
  Eigen::MatrixXd left;     // [rows x 2]
  bool one_signed = false;  // no entry of the first right vector is below -1e-9 times the largest
};

struct FactorsBeside {
  FactorPair raw;      // SVD of M itself: by Perron the first vector of a nonnegative matrix has one sign
  FactorPair centred;  // row means subtracted, nothing normalised
};

// Entries must be finite and nonnegative (else both pairs are empty). Of no use where `cancelled` says so.
FactorsBeside find_factors_beside(const Eigen::Ref<const Eigen::MatrixXd>& m, const Cancelled& cancelled = {});

}  // namespace ramus
