#include "passes/numerics/matrix_factors.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;

constexpr double kNoVariation = 1e-24;  // of the energy before centring: rounding is all that is left
constexpr double kNoFactor = 1e-9;      // of sigma_1: directions below this are arbitrary
constexpr double kOneSigned = 1e-9;     // of the largest entry
constexpr double kSharedGram = 1e-6;    // of the energy: where centring leaves less, subtraction costs too many digits

bool is_nonnegative(const MatrixRef& m) { return m.allFinite() && (m.size() == 0 || m.minCoeff() >= 0); }

// Puts the rows of `compact` where they stood in M.
Matrix scatter(const Matrix& compact, const std::vector<Eigen::Index>& places, Eigen::Index rows) {
  Matrix full = Matrix::Zero(rows, compact.cols());
  full(places, Eigen::all) = compact;
  return full;
}

void drop_vanishing(SingularFactors& factors) {
  Eigen::Index kept = 0;
  while (kept < factors.sigma.size() && factors.sigma[kept] > kNoFactor * factors.sigma[0]) ++kept;
  factors.sigma.conservativeResize(kept);
  factors.left.conservativeResize(Eigen::NoChange, kept);
  factors.right.conservativeResize(Eigen::NoChange, kept);
}

double entropy_term(double share) { return share > 0 ? -share * std::log(share) : 0; }

// exp(entropy) of the squared singular values. When only the first are known, the rest is placed where entropy is
// least: in as few values as possible, each as large as the last known one.
double effective_rank_of(const SingularFactors& factors, double total) {
  double entropy = 0;
  if (factors.spectrum.size() > 0) {
    const double sum = factors.spectrum.sum();
    for (double value : factors.spectrum) entropy += entropy_term(value / sum);
    return std::exp(entropy);
  }
  double rest = 1;
  double last = 1;
  for (double sigma : factors.sigma) {
    last = sigma * sigma / total;
    entropy += entropy_term(last);
    rest -= last;
  }
  if (rest > 0) {
    const double whole = std::floor(rest / last);
    entropy += whole * entropy_term(last) + entropy_term(rest - whole * last);
  }
  return std::exp(entropy);
}

std::vector<UnitAssignment> assign_units(const Matrix& vectors, const Vector& sigma, Eigen::Index significant,
                                         double null_magnitude) {
  std::vector<UnitAssignment> units(static_cast<std::size_t>(vectors.rows()));
  if (significant == 0) return units;
  const Matrix scores = vectors.leftCols(significant) * sigma.head(significant).asDiagonal();
  for (Eigen::Index i = 0; i < scores.rows(); ++i) {
    UnitAssignment& unit = units[static_cast<std::size_t>(i)];
    unit.magnitude = scores.row(i).norm();
    if (unit.magnitude == 0 || unit.magnitude < null_magnitude) continue;
    scores.row(i).cwiseAbs().maxCoeff(&unit.factor);
    const double score = scores(i, unit.factor);
    unit.pole = score > 0 ? 1 : -1;
    unit.confidence = std::min(1.0, score * score / (unit.magnitude * unit.magnitude));
  }
  return units;
}

bool within_budget(const Matrix& m, const FactorOptions& options) {
  const double rows = static_cast<double>(m.rows()), columns = static_cast<double>(m.cols());
  return rows * columns * std::min(rows, columns) * options.permutations <= options.permutation_budget;
}

// Of the prepared matrix, in which the scales of units are gone but for the last digits.
std::string key_of(const PreparedMatrix& prepared) {
  std::ostringstream key;
  key << prepared.values.rows() << 'x' << prepared.values.cols() << '#' << std::setprecision(6)
      << prepared.values.squaredNorm();
  return key.str();
}

Result<FactorNull> find_null(const MatrixRef& m, PreparedMatrix prepared, const SingularFactors& factors,
                             const FactorOptions& options, std::string_view key, const Cancelled& cancelled) {
  if (options.permutations <= 0) {
    FactorNull null;
    null.p = Vector::Ones(factors.sigma.size());
    return null;
  }
  if (!within_budget(prepared.values, options)) {
    return find_analytic_null(std::move(prepared), options.centring, factors, options.significance);
  }
  const FactorNullOptions null_options{options.permutations, options.seed, key, options.significance};
  return find_permutation_null(active_entries(m, prepared), options.normalise, options.centring, factors, null_options,
                               cancelled);
}

FactorPair to_pair(SingularFactors factors, const MatrixRef& m) {
  FactorPair pair;
  const double total = m.squaredNorm();
  if (total == 0) return pair;
  drop_vanishing(factors);
  pair.sigma = factors.sigma;
  pair.energy = (factors.sigma.cwiseAbs2() / total).cwiseMin(1.0);
  pair.left = factors.left;
  pair.right = factors.right;
  if (pair.right.cols() > 0) {
    const auto first = pair.right.col(0);
    pair.one_signed = first.minCoeff() >= -kOneSigned * first.maxCoeff();
  }
  return pair;
}

// The Gram matrix of M with its row means subtracted, from that of M.
Matrix centred_gram(Matrix gram, const MatrixRef& m) {
  const Vector means = row_means(m);
  if (m.cols() > m.rows()) {  // MM' - n (mean mean')
    gram.noalias() -= static_cast<double>(m.cols()) * means * means.transpose();
  } else {  // (M - mean 1')'(M - mean 1')
    const Vector shift = m.transpose() * means;
    gram.colwise() -= shift;
    gram.rowwise() -= shift.transpose();
    gram.array() += means.squaredNorm();
  }
  return gram;
}

}  // namespace

std::string_view name_of(FactorStatus status) {
  switch (status) {
    case FactorStatus::found:
      return "found";
    case FactorStatus::not_converged:
      return "not-converged";
    case FactorStatus::no_variation:
      return "no-variation";
    case FactorStatus::too_small:
      break;
  }
  return "too-small";
}

Result<MatrixFactors> find_matrix_factors(const MatrixRef& m, const FactorOptions& options,
                                          const Cancelled& cancelled) {
  if (!is_nonnegative(m)) return invalid_input("wiring matrix: an entry is negative or not finite");
  PreparedMatrix prepared = prepare_matrix(m, options.normalise, options.centring);
  MatrixFactors result;
  result.significance = options.significance;
  result.silent_inputs = prepared.silent_columns;
  result.silent_outputs = prepared.silent_rows;
  result.inputs.resize(static_cast<std::size_t>(m.cols()));
  result.outputs.resize(static_cast<std::size_t>(m.rows()));
  result.left.resize(m.rows(), 0);
  result.right.resize(m.cols(), 0);
  result.total_energy = prepared.values.squaredNorm();
  result.key = key_of(prepared);
  if (prepared.values.rows() < 2 || prepared.values.cols() < 2) {
    result.status = FactorStatus::too_small;
    return result;
  }
  if (result.total_energy <= kNoVariation * prepared.uncentred_energy) {
    result.status = FactorStatus::no_variation;
    result.total_energy = 0;
    return result;
  }

  SingularFactors factors = find_singular_factors(prepared.values, options.k, Spectrum::whole, cancelled);
  if (cancelled && cancelled()) return failure(ErrorKind::cancelled, "cancelled while factors were computed");
  result.status = factors.converged ? FactorStatus::found : FactorStatus::not_converged;
  drop_vanishing(factors);
  result.sigma = factors.sigma;
  result.energy = (factors.sigma.cwiseAbs2() / result.total_energy).cwiseMin(1.0);  // rounding can exceed a share of 1
  result.left = scatter(factors.left, prepared.rows, m.rows());
  result.right = scatter(factors.right, prepared.columns, m.cols());
  result.effective_rank = effective_rank_of(factors, result.total_energy);
  result.effective_rank_exact = factors.spectrum.size() > 0;
  result.residual = factors.residual;

  Result<FactorNull> null = find_null(m, std::move(prepared), factors, options, result.key, cancelled);
  if (!null) return propagate(null.error());
  result.null = *std::move(null);
  const Eigen::Index significant = result.null.significant;
  result.inputs = assign_units(result.right, result.sigma, significant, result.null.input_magnitude);
  result.outputs = assign_units(result.left, result.sigma, significant, result.null.output_magnitude);
  return result;
}

FactorsBeside find_factors_beside(const MatrixRef& m, const Cancelled& cancelled) {
  FactorsBeside beside;
  if (m.size() == 0 || !is_nonnegative(m)) return beside;
  Matrix centred = m;
  centre_matrix(centred, Centring::rows);
  const double kept = centred.squaredNorm() / m.squaredNorm();
  const bool share = std::min(m.rows(), m.cols()) <= kGramSide && kept > kSharedGram;
  const Matrix gram = share ? gram_matrix(m, cancelled) : Matrix();
  const auto first_two = [&](const MatrixRef& of, const Matrix& gram_of) {
    return to_pair(share ? find_singular_factors(of, gram_of, 2, Spectrum::leading, cancelled)
                         : find_singular_factors(of, 2, Spectrum::leading, cancelled),
                   of);
  };
  beside.raw = first_two(m, gram);
  if (!(kept > kNoVariation)) return beside;
  beside.centred = first_two(centred, share ? centred_gram(gram, m) : Matrix());
  return beside;
}

}  // namespace ramus
