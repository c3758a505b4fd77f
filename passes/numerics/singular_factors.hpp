// The leading singular triplets of a dense matrix: A v = sigma u, A' u = sigma v.
//
//   smaller side <= kExactSide    eigenvectors of its Gram matrix, all of them: the whole spectrum is known
//   larger                        Lanczos on A'A without forming it (Spectra; Calvetti, Reichel, Sorensen, "An
//                                 implicitly restarted Lanczos method for large symmetric eigenvalue problems", 1994)
//
// Both end in one Rayleigh-Ritz step: the SVD of A times the vectors found, which gives back the digits that squaring
// A loses. Nothing is random: the Lanczos start vector is fixed.
#pragma once

#include <Eigen/Core>

namespace ramus {

inline constexpr Eigen::Index kExactSide = 512;

struct SingularFactors {
  Eigen::VectorXd sigma;     // [k], decreasing
  Eigen::MatrixXd left;      // [rows x k], orthonormal columns
  Eigen::MatrixXd right;     // [columns x k], orthonormal columns; in each the entry largest in magnitude is positive
  Eigen::VectorXd spectrum;  // all singular values squared, decreasing, when the exact way was taken; else empty
  double residual = 0;       // max over j of |A v - sigma u| / sigma_1 and |A' u - sigma v| / sigma_1, recomputed
  bool converged = false;
};

// The first min(k, rows, columns) triplets. Entries must be finite; a zero matrix gives sigma = 0.
SingularFactors find_singular_factors(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k);

// The same to a few digits at a tenth of the cost, by a fixed number of rounds from a fixed start, where it is enough that
// equals are treated alike; where sigma hardly falls the last vectors are mixtures of neighbours. `residual` and `converged` are not filled in.
// Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
SingularFactors find_approximate_factors(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k);

// For nulls, where only sizes matter: the first min(k, rows, columns) singular values, decreasing, to about 1e-6 of the
// largest.
Eigen::VectorXd find_singular_values(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k);

}  // namespace ramus
