// The leading singular triplets of a dense matrix: A v = sigma u, A' u = sigma v.
//
//   A [rows x columns] ──▶ Gram matrix of the smaller side ──Lanczos──▶ its k leading eigenvectors V
//                          A V = U S W' (Rayleigh-Ritz) gives back the digits that squaring loses
//
// Lanczos with restarts (Spectra; Calvetti, Reichel, Sorensen, "An implicitly restarted Lanczos method for large
// symmetric eigenvalue problems", 1994). Small Gram matrices are solved fully; above kGramSide Lanczos multiplies with A and
// A' instead. Nothing is random: the start vector is fixed.
#pragma once

#include <Eigen/Core>
#include <functional>

namespace ramus {

inline constexpr Eigen::Index kExactSide = 512;  // up to this smaller side the whole spectrum can be had

enum class Spectrum { leading, whole };

struct SingularFactors {
  Eigen::VectorXd sigma;     // [k], decreasing
  Eigen::MatrixXd left;      // [rows x k], orthonormal columns
  Eigen::MatrixXd right;     // [columns x k], orthonormal columns; in each the entry largest in magnitude is positive
  Eigen::VectorXd spectrum;  // all singular values squared, decreasing, where asked for and no side above; else empty
  double residual = 0;       // max over j of |A v - sigma u| / sigma_1 and |A' u - sigma v| / sigma_1, recomputed
  bool converged = false;
};

inline constexpr Eigen::Index kGramSide = 2048;  // above, the Gram matrix is not formed; 32 MB

// Asked often enough for an answer within a second. Where it says true, the outcome is unfinished and of no use.
using Cancelled = std::function<bool()>;

// A'A, or AA' where A is wider than high.
Eigen::MatrixXd gram_matrix(const Eigen::Ref<const Eigen::MatrixXd>& a, const Cancelled& cancelled = {});

// The first min(k, rows, columns) triplets. Entries must be finite; a zero matrix gives sigma = 0.
SingularFactors find_singular_factors(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k,
                                      Spectrum spectrum = Spectrum::leading, const Cancelled& cancelled = {});
// With the Gram matrix at hand.
SingularFactors find_singular_factors(const Eigen::Ref<const Eigen::MatrixXd>& a, const Eigen::MatrixXd& gram,
                                      Eigen::Index k, Spectrum spectrum = Spectrum::leading,
                                      const Cancelled& cancelled = {});

// The same to a few digits at a tenth of the cost, by a fixed number of rounds from a fixed start, where it is enough that
// equals are treated alike; where sigma hardly falls the last vectors are mixtures of neighbours. `residual` and `converged` are not filled in.
// Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
SingularFactors find_approximate_factors(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k);

// For nulls, where only sizes matter: the first min(k, rows, columns) singular values, decreasing, to about 1e-6 of the
// largest.
Eigen::VectorXd find_singular_values(const Eigen::Ref<const Eigen::MatrixXd>& a, Eigen::Index k);

}  // namespace ramus
