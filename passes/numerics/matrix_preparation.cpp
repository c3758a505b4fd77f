#include "passes/numerics/matrix_preparation.hpp"

namespace ramus {
namespace {

constexpr double kSilent = 1e-12;  // of the largest norm: in single precision it changes no sum it is part of

void divide_by_norm(Eigen::Ref<Eigen::VectorXd> values) {
  const double norm = values.norm();
  if (norm > 0) values /= norm;
}

void normalise_columns(Eigen::MatrixXd& m) {
  for (Eigen::Index j = 0; j < m.cols(); ++j) divide_by_norm(m.col(j));
}

// Column by column, as M lies in memory.
Eigen::VectorXd row_norms(const Eigen::Ref<const Eigen::MatrixXd>& m) {
  Eigen::VectorXd energy = Eigen::VectorXd::Zero(m.rows());
  for (Eigen::Index j = 0; j < m.cols(); ++j) energy += m.col(j).cwiseAbs2();
  return energy.cwiseSqrt();
}

void normalise_rows(Eigen::MatrixXd& m) {
  const Eigen::VectorXd norms = row_norms(m);
  m.array().colwise() /= (norms.array() > 0).select(norms.array(), 1.0);
}

std::vector<Eigen::Index> find_silent(const Eigen::VectorXd& norms) {
  std::vector<Eigen::Index> silent;
  const double limit = norms.size() > 0 ? kSilent * norms.maxCoeff() : 0;
  for (Eigen::Index i = 0; i < norms.size(); ++i) {
    if (norms[i] <= limit) silent.push_back(i);
  }
  return silent;
}

std::vector<Eigen::Index> others(Eigen::Index count, const std::vector<Eigen::Index>& silent, bool leave_out) {
  std::vector<Eigen::Index> kept;
  auto next = silent.begin();
  for (Eigen::Index i = 0; i < count; ++i) {
    if (leave_out && next != silent.end() && *next == i) {
      ++next;
    } else {
      kept.push_back(i);
    }
  }
  return kept;
}

// 1 / sqrt(total), 0 for an empty row or column: nothing is expected there, and nothing found.
Eigen::ArrayXd inverse_roots(const Eigen::VectorXd& totals) {
  return (totals.array() > 0).select(totals.array().sqrt().inverse(), 0.0);
}

void standardise_residuals(Eigen::MatrixXd& m) {
  const double total = m.sum();
  if (!(total > 0)) return;
  m /= total;
  const Eigen::VectorXd r = m.rowwise().sum(), c = m.colwise().sum();
  m = inverse_roots(r).matrix().asDiagonal() * m * inverse_roots(c).matrix().asDiagonal();
  m.noalias() -= r.cwiseSqrt() * c.cwiseSqrt().transpose();
}

}  // namespace

Normalise normalise_named(std::string_view word) {
  if (word == "outputs") return Normalise::outputs;
  if (word == "both") return Normalise::both;
  return word == "none" ? Normalise::none : Normalise::inputs;
}

Centring centring_named(std::string_view word) {
  if (word == "columns") return Centring::columns;
  if (word == "double") return Centring::double_;
  if (word == "correspondence") return Centring::correspondence;
  return word == "none" ? Centring::none : Centring::rows;
}

void normalise_matrix(Eigen::MatrixXd& m, Normalise normalise) {
  if (normalise == Normalise::inputs || normalise == Normalise::both) normalise_columns(m);
  if (normalise == Normalise::outputs || normalise == Normalise::both) normalise_rows(m);
}

void centre_matrix(Eigen::MatrixXd& m, Centring centring) {
  if (m.size() == 0) return;
  if (centring == Centring::correspondence) return standardise_residuals(m);
  // After the row means are gone the column means add up to zero: subtracting them too is double centring.
  if (centring == Centring::rows || centring == Centring::double_) {
    const Eigen::VectorXd means = row_means(m);
    m.colwise() -= means;
  }
  if (centring == Centring::columns || centring == Centring::double_) {
    const Eigen::RowVectorXd means = m.colwise().mean();
    m.rowwise() -= means;
  }
}

Eigen::VectorXd row_means(const Eigen::Ref<const Eigen::MatrixXd>& m) {
  if (m.cols() == 0) return Eigen::VectorXd::Zero(m.rows());
  return m * Eigen::VectorXd::Constant(m.cols(), 1 / static_cast<double>(m.cols()));
}

Eigen::MatrixXd active_entries(const Eigen::Ref<const Eigen::MatrixXd>& m, const PreparedMatrix& prepared) {
  const bool whole = prepared.rows.size() + prepared.columns.size() == static_cast<std::size_t>(m.rows() + m.cols());
  return whole ? Eigen::MatrixXd(m) : Eigen::MatrixXd(m(prepared.rows, prepared.columns));
}

PreparedMatrix prepare_matrix(const Eigen::Ref<const Eigen::MatrixXd>& m, Normalise normalise, Centring centring) {
  PreparedMatrix prepared;
  prepared.silent_rows = find_silent(row_norms(m));
  prepared.silent_columns = find_silent(m.colwise().norm().transpose());
  const bool by_input = normalise == Normalise::inputs || normalise == Normalise::both;
  const bool by_output = normalise == Normalise::outputs || normalise == Normalise::both;
  prepared.rows = others(m.rows(), prepared.silent_rows, by_output);
  prepared.columns = others(m.cols(), prepared.silent_columns, by_input);
  prepared.values = active_entries(m, prepared);
  normalise_matrix(prepared.values, normalise);
  prepared.uncentred_energy = prepared.values.squaredNorm();
  centre_matrix(prepared.values, centring);
  // The first singular value of P / sqrt(r c') is 1, with sqrt(r) and sqrt(c): it is what the step takes away.
  if (centring == Centring::correspondence) prepared.uncentred_energy = prepared.values.squaredNorm() + 1;
  return prepared;
}

}  // namespace ramus
