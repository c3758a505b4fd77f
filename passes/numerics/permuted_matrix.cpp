#include "passes/numerics/permuted_matrix.hpp"

namespace ramus {
namespace {

// An entry is divided by the geometric mean of its column's scale with it and without it: the scale with it shrinks large
// entries once more when the permuted columns are normalised, that of the others alone makes them too large.
Eigen::MatrixXd without_input_scales(const Eigen::MatrixXd& m, double power) {
  const Eigen::ArrayXXd powers = m.array().pow(power);
  const Eigen::RowVectorXd totals = powers.colwise().sum();
  Eigen::MatrixXd free = m;
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    const double least = totals[j] / static_cast<double>(m.rows());  // where one entry is nearly all of its column
    const Eigen::ArrayXd others = (totals[j] - powers.col(j)).max(least);
    free.col(j).array() /= (totals[j] * others).pow(0.5 / power);
  }
  return free;
}

}  // namespace

PermutedMatrix::PermutedMatrix(const Eigen::MatrixXd& m, Normalise normalise, InputScale scale)
    : normalise_(normalise) {
  const bool by_input = normalise == Normalise::inputs || normalise == Normalise::both;
  source_ = by_input ? without_input_scales(m, scale == InputScale::norm ? 2 : 0.5) : m;
}

Eigen::MatrixXd PermutedMatrix::draw(RandomStream& stream) const {
  auto shuffled = source_;
  for (Eigen::Index row = 0; row < shuffled.rows(); ++row) {
    stream.shuffle(std::span<double>(shuffled.row(row).data(), static_cast<std::size_t>(shuffled.cols())));
  }
  Eigen::MatrixXd permuted = shuffled;
  normalise_matrix(permuted, normalise_);
  return permuted;
}

}  // namespace ramus
