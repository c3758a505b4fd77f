#include "passes/numerics/correlation.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <numeric>

#include "passes/numerics/random.hpp"
#include "passes/numerics/rank_tests.hpp"

namespace ramus {
namespace {

using Vector = Eigen::VectorXd;

constexpr double kNoSpread = 1e-12;   // of the vector's own norm: what is left is rounding
constexpr double kExplained = 1e-10;  // of the centred norm: nothing is left for a partial correlation

Eigen::Map<const Vector> as_vector(std::span<const double> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

// (x - mean) / norm, or nothing for a vector without spread.
std::optional<Vector> standardised(const Eigen::Ref<const Vector>& x) {
  if (x.size() < 3 || !x.allFinite()) return std::nullopt;
  const double scale = x.cwiseAbs().maxCoeff();
  if (scale == 0) return std::nullopt;
  Vector centred = x / scale;  // squares of very large or small values would leave the range of a double
  const double size = centred.norm();
  centred.array() -= centred.mean();
  const double norm = centred.norm();
  if (norm <= kNoSpread * size) return std::nullopt;
  return Vector(centred / norm);
}

// The columns that have spread, standardised, and which they are.
struct Standardised {
  Eigen::MatrixXd columns;
  std::vector<std::size_t> which;
};

Standardised standardised_columns(const Eigen::Ref<const Eigen::MatrixXd>& m) {
  Standardised all{Eigen::MatrixXd(m.rows(), m.cols()), {}};
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    const std::optional<Vector> column = standardised(m.col(j));
    if (!column) continue;
    all.columns.col(static_cast<Eigen::Index>(all.which.size())) = *column;
    all.which.push_back(static_cast<std::size_t>(j));
  }
  all.columns.conservativeResize(m.rows(), static_cast<Eigen::Index>(all.which.size()));
  return all;
}

double clamped(double r) { return std::clamp(r, -1.0, 1.0); }

}  // namespace

std::optional<double> pearson(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) return std::nullopt;
  const std::optional<Vector> a = standardised(as_vector(x));
  const std::optional<Vector> b = standardised(as_vector(y));
  if (!a || !b) return std::nullopt;
  return clamped(a->dot(*b));
}

std::optional<double> spearman(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size() || !as_vector(x).allFinite() || !as_vector(y).allFinite()) return std::nullopt;
  return pearson(average_ranks(x), average_ranks(y));
}

std::optional<PartialCorrelation> partial_correlation(std::span<const double> x, std::span<const double> y,
                                                      const Eigen::Ref<const Eigen::MatrixXd>& controls) {
  const auto n = static_cast<Eigen::Index>(x.size());
  if (x.size() != y.size() || controls.rows() != n) return std::nullopt;
  const std::optional<Vector> a = standardised(as_vector(x));
  const std::optional<Vector> b = standardised(as_vector(y));
  if (!a || !b) return std::nullopt;

  // Standardised columns are orthogonal to the intercept; the constant ones are left out.
  Eigen::MatrixXd usable(n, controls.cols());
  Eigen::Index count = 0;
  for (Eigen::Index j = 0; j < controls.cols(); ++j) {
    if (!controls.col(j).allFinite()) return std::nullopt;
    if (const std::optional<Vector> column = standardised(controls.col(j))) usable.col(count++) = *column;
  }
  PartialCorrelation result;
  result.n = n;
  Vector left_x = *a, left_y = *b;
  if (count > 0) {
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(n, count);
    qr.setThreshold(kExplained);
    qr.compute(usable.leftCols(count));
    const Eigen::Index rank = qr.rank();
    const Eigen::MatrixXd basis = qr.householderQ() * Eigen::MatrixXd::Identity(n, rank);
    left_x -= basis * (basis.transpose() * left_x);
    left_y -= basis * (basis.transpose() * left_y);
    result.controls = rank;
  }
  result.degrees_freedom = n - 2 - result.controls;
  if (result.degrees_freedom < 1 || left_x.norm() <= kExplained || left_y.norm() <= kExplained) return std::nullopt;
  result.r = clamped(left_x.dot(left_y) / (left_x.norm() * left_y.norm()));
  return result;
}

CorrelationTests test_correlations(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                   const Eigen::Ref<const Eigen::MatrixXd>& features, int permutations,
                                   std::uint64_t seed, std::string_view key) {
  CorrelationTests tests(static_cast<std::size_t>(x.cols()),
                         std::vector<std::optional<CorrelationTest>>(static_cast<std::size_t>(features.cols())));
  if (features.rows() != x.rows()) return tests;
  const Standardised values = standardised_columns(x), usable = standardised_columns(features);
  const Eigen::MatrixXd observed = usable.columns.transpose() * values.columns;
  Eigen::ArrayXXi at_least = Eigen::ArrayXXi::Zero(observed.rows(), observed.cols());
  std::vector<Eigen::Index> order(static_cast<std::size_t>(x.rows()));
  Eigen::MatrixXd permuted(values.columns.rows(), values.columns.cols()), r(observed.rows(), observed.cols());
  for (int i = 0; i < permutations && observed.size() > 0; ++i) {
    std::iota(order.begin(), order.end(), 0);
    RandomStream(seed, key, static_cast<std::uint64_t>(i)).shuffle(std::span<Eigen::Index>(order));
    permuted = values.columns(order, Eigen::all);
    r.noalias() = usable.columns.transpose() * permuted;
    at_least += (r.array().abs() >= observed.array().abs() - 1e-12).cast<int>();  // equal sums may round apart
  }
  for (std::size_t i = 0; i < values.which.size(); ++i) {
    for (std::size_t j = 0; j < usable.which.size(); ++j) {
      const auto row = static_cast<Eigen::Index>(j), column = static_cast<Eigen::Index>(i);
      CorrelationTest test;
      test.permutations = std::max(0, permutations);
      test.r = clamped(observed(row, column));
      test.p = (1.0 + at_least(row, column)) / (1.0 + test.permutations);
      test.n = x.rows();
      tests[values.which[i]][usable.which[j]] = test;
    }
  }
  return tests;
}

}  // namespace ramus
