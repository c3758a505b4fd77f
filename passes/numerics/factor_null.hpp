// How many factors are real? Two answers to "how large would sigma_j be if there were none?"
//
//   permutation    parallel analysis (Horn, "A rationale and test for the number of factors in factor analysis", 1965):
//                  the entries of M, without its inputs' scales where those are a free gauge, permuted within each row, then
//                  normalised and centred like M itself
//   tracy_widom    for matrices too large for that: the edge of the spectrum of a random matrix whose rows have the
//                  variances of M_c's rows, and the spread of its largest singular value around the edge
//
// The edge for rows of different variance: El Karoui, "Tracy-Widom limit for the largest eigenvalue of a large class of
// complex sample covariance matrices", 2007; with equal variances it is that of Johnstone, "On the distribution of the
// largest eigenvalue in principal components analysis", 2001. The tail of the Tracy-Widom law: Chiani, "Distribution of
// the largest eigenvalue for real Wishart and Gaussian random matrices and a simple approximation for the Tracy-Widom
// distribution", 2014 (a shifted gamma law).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string_view>

#include "graph/result.hpp"
#include "passes/numerics/matrix_preparation.hpp"
#include "passes/numerics/singular_factors.hpp"

namespace ramus {

enum class FactorNullMethod { none, permutation, tracy_widom };
std::string_view name_of(FactorNullMethod method);  // "none", "permutation", "tracy-widom"

struct FactorNull {
  FactorNullMethod method = FactorNullMethod::none;
  int permutations = 0;          // 0 for tracy_widom
  Eigen::VectorXd p;             // [k], in (0, 1]; permutation: (1 + #{null sigma_j >= sigma_j}) / (1 + permutations)
  Eigen::Index significant = 0;  // leading factors with p at or below the significance level
  // What 95 % of the units of a permuted matrix stay below: the length of such a unit's projection on the `significant`
  // leading factors of M_c. A unit of M_c below it follows the factors no more than chance would. 0 without a factor.
  double input_magnitude = 0;   // projections of columns on u
  double output_magnitude = 0;  // projections of rows on v
  Eigen::VectorXd upper;        // [k], what 95 % of the null's sigma_j stay below; empty for none
};

struct FactorNullOptions {
  int permutations = 99;
  std::uint64_t seed = 0;
  std::string_view key;  // names the streams (seed, key, 0 ... permutations - 1)
  double significance = 0.05;
};

// `m`: the active entries, untouched. `cancelled` is asked before each permutation; the only error is ErrorKind::cancelled.
Result<FactorNull> find_permutation_null(const Eigen::MatrixXd& m, Normalise normalise, Centring centring,
                                         const SingularFactors& factors, const FactorNullOptions& options,
                                         const std::function<bool()>& cancelled);

// p of factor j is that of the largest singular value of what is left when the factors before it are taken away.
FactorNull find_analytic_null(PreparedMatrix prepared, Centring centring, const SingularFactors& factors,
                              double significance);

// P(TW_1 > x), real symmetric case; absolute error below 1e-3 (in the tail, relative error of a few per cent).
double tracy_widom_upper_tail(double x);

}  // namespace ramus
