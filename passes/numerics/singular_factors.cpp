#include "passes/numerics/singular_factors.hpp"

#include <Spectra/SymEigsSolver.h>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;

constexpr Eigen::Index kFullSolverSide = 96;  // below, all eigenvectors cost no more than a few by Lanczos (measured)
constexpr double kFactorTolerance = 1e-8;     // of sigma squared; far below the 1e-5 that a report promises
constexpr double kNullTolerance = 1e-6;
constexpr int kSubspaceRounds = 3;
constexpr Eigen::Index kOversampling = 5;
constexpr Eigen::Index kGramSlab = 4096;  // units of the longer side between two looks at `cancelled`
constexpr double kSignTie = 1e-9;  // entries this close in magnitude are one magnitude: the first decides the sign

// Eigenvectors of the Gram matrix of the smaller side: A'A when `wide` is false, AA' when it is true.
struct GramBasis {
  Matrix vectors;  // [smaller side x found], by decreasing eigenvalue
  Vector values;   // [found], at least 0
};

struct Stopped {};  // leaves Spectra

bool is_stopped(const Cancelled& cancelled) { return cancelled && cancelled(); }

bool is_wide(const MatrixRef& a) { return a.cols() > a.rows(); }

GramBasis solve_fully(const Matrix& gram, Eigen::Index k) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram);
  return {solver.eigenvectors().rightCols(k).rowwise().reverse(), solver.eigenvalues().tail(k).reverse().cwiseMax(0.0)};
}

Vector spectrum_of(const Matrix& gram) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().reverse().cwiseMax(0.0);
}

// x -> Gram x, with the Gram matrix at hand or as two products with A.
class GramProduct {
 public:
  using Scalar = double;
  GramProduct(const Matrix& gram, const Cancelled& cancelled)
      : gram_(&gram), side_(gram.rows()), cancelled_(cancelled) {}
  GramProduct(const MatrixRef& a, const Cancelled& cancelled)
      : a_(&a), side_(std::min(a.rows(), a.cols())), cancelled_(cancelled) {}

  Eigen::Index rows() const { return side_; }
  Eigen::Index cols() const { return side_; }
  void perform_op(const double* in, double* out) const {
    if (is_stopped(cancelled_)) throw Stopped{};
    const Eigen::Map<const Vector> x(in, side_);
    Eigen::Map<Vector> y(out, side_);
    if (gram_ != nullptr) {
      y.noalias() = *gram_ * x;
    } else if (is_wide(*a_)) {
      const Vector between = a_->transpose() * x;
      y.noalias() = *a_ * between;
    } else {
      const Vector between = *a_ * x;
      y.noalias() = a_->transpose() * between;
    }
  }

 private:
  const Matrix* gram_ = nullptr;
  const MatrixRef* a_ = nullptr;
  Eigen::Index side_;
  Cancelled cancelled_;
};

// As many of the k leading eigenvectors as converge; none where Spectra gives up on a tridiagonal matrix of its own, or
// where it was stopped.
GramBasis solve_by_lanczos(GramProduct product, Eigen::Index k, double tolerance) {
  const Eigen::Index space = std::min(product.rows(), std::max<Eigen::Index>(2 * k + 16, 32));
  Spectra::SymEigsSolver<GramProduct> solver(product, k, space);
  try {
    solver.init();
    solver.compute(Spectra::SortRule::LargestAlge, 300, tolerance);
  } catch (const std::runtime_error&) {
    return {};
  } catch (const Stopped&) {
    return {};
  }
  return {solver.eigenvectors(), solver.eigenvalues().cwiseMax(0.0)};
}

bool suits_lanczos(Eigen::Index side, Eigen::Index k) { return side > kFullSolverSide && 4 * k + 40 < side; }

GramBasis leading_basis(const Matrix& gram, Eigen::Index k, const Cancelled& cancelled) {
  if (suits_lanczos(gram.rows(), k) && !gram.diagonal().isZero(0)) {
    GramBasis basis = solve_by_lanczos(GramProduct(gram, cancelled), k, kFactorTolerance);
    if (basis.values.size() == k || is_stopped(cancelled)) return basis;
  }
  return solve_fully(gram, k);
}

void fix_signs(SingularFactors& factors) {
  for (Eigen::Index j = 0; j < factors.right.cols(); ++j) {
    const double largest = factors.right.col(j).cwiseAbs().maxCoeff();
    Eigen::Index i = 0;
    while (std::abs(factors.right(i, j)) < largest * (1 - kSignTie)) ++i;
    if (factors.right(i, j) < 0) {
      factors.right.col(j) *= -1;
      factors.left.col(j) *= -1;
    }
  }
}

double true_residual(const MatrixRef& a, const SingularFactors& f) {
  if (f.sigma.size() == 0 || f.sigma[0] == 0) return 0;
  const Matrix by_right = a * f.right - f.left * f.sigma.asDiagonal();
  const Matrix by_left = a.transpose() * f.left - f.right * f.sigma.asDiagonal();
  return std::max(by_right.colwise().norm().maxCoeff(), by_left.colwise().norm().maxCoeff()) / f.sigma[0];
}

// The vectors of the smaller side span one space; the singular values and the other side come from A itself.
SingularFactors factors_from(const MatrixRef& a, const GramBasis& basis, Eigen::Index wanted) {
  SingularFactors factors;
  factors.converged = basis.values.size() == wanted;
  if (basis.values.size() == 0) return factors;
  const bool wide = is_wide(a);
  const Matrix image = wide ? Matrix(a.transpose() * basis.vectors) : Matrix(a * basis.vectors);
  const Eigen::JacobiSVD<Matrix> svd(image, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Matrix turned = basis.vectors * svd.matrixV();
  factors.sigma = svd.singularValues();
  factors.left = wide ? turned : svd.matrixU();
  factors.right = wide ? svd.matrixU() : turned;
  fix_signs(factors);
  factors.residual = true_residual(a, factors);
  return factors;
}

// Columns that span the same space; of those that depend on others, any.
Matrix orthonormal(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> qr(columns);
  return qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

}  // namespace

Matrix gram_matrix(const MatrixRef& a, const Cancelled& cancelled) {
  const Eigen::Index side = std::min(a.rows(), a.cols()), length = std::max(a.rows(), a.cols());
  Matrix gram = Matrix::Zero(side, side);
  for (Eigen::Index begin = 0; begin < length && !is_stopped(cancelled); begin += kGramSlab) {
    const Eigen::Index units = std::min(kGramSlab, length - begin);
    if (is_wide(a)) {
      gram.selfadjointView<Eigen::Lower>().rankUpdate(a.middleCols(begin, units));
    } else {
      gram.selfadjointView<Eigen::Lower>().rankUpdate(a.middleRows(begin, units).transpose());
    }
  }
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return gram;
}

SingularFactors find_singular_factors(const MatrixRef& a, const Matrix& gram, Eigen::Index k, Spectrum spectrum,
                                      const Cancelled& cancelled) {
  k = std::min(k, gram.rows());
  if (k <= 0 || is_stopped(cancelled)) return {};
  SingularFactors factors = factors_from(a, leading_basis(gram, k, cancelled), k);
  if (spectrum == Spectrum::whole && gram.rows() <= kExactSide) factors.spectrum = spectrum_of(gram);
  return factors;
}

SingularFactors find_singular_factors(const MatrixRef& a, Eigen::Index k, Spectrum spectrum,
                                      const Cancelled& cancelled) {
  const Eigen::Index side = std::min(a.rows(), a.cols());
  k = std::min(k, side);
  if (side <= kGramSide || !suits_lanczos(side, k)) {
    return find_singular_factors(a, gram_matrix(a, cancelled), k, spectrum, cancelled);
  }
  return factors_from(a, solve_by_lanczos(GramProduct(a, cancelled), k, kFactorTolerance), k);
}

SingularFactors find_approximate_factors(const MatrixRef& a, Eigen::Index k) {
  SingularFactors factors;
  k = std::min({k, a.rows(), a.cols()});
  if (k <= 0) return factors;
  const Eigen::Index width = std::min({k + kOversampling, a.rows(), a.cols()});
  RandomStream stream(0, "start of a subspace iteration");
  Matrix basis(a.cols(), width);
  for (double& entry : basis.reshaped()) entry = stream.unit() - 0.5;
  for (int round = 0; round < kSubspaceRounds; ++round) basis = orthonormal(a.transpose() * orthonormal(a * basis));
  const Eigen::JacobiSVD<Matrix> svd(a * basis, Eigen::ComputeThinU | Eigen::ComputeThinV);
  factors.sigma = svd.singularValues().head(k);
  factors.left = svd.matrixU().leftCols(k);
  factors.right = (basis * svd.matrixV()).leftCols(k);
  fix_signs(factors);
  return factors;
}

Vector find_singular_values(const MatrixRef& a, Eigen::Index k) {
  k = std::min({k, a.rows(), a.cols()});
  if (k <= 0) return {};
  const Matrix gram = gram_matrix(a);
  if (suits_lanczos(gram.rows(), k) && !gram.diagonal().isZero(0)) {
    const GramBasis basis = solve_by_lanczos(GramProduct(gram, {}), k, kNullTolerance);
    if (basis.values.size() == k) return basis.values.cwiseSqrt();
  }
  return spectrum_of(gram).head(k).cwiseSqrt();
}

}  // namespace ramus
