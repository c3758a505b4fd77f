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

void normalise_rows(Eigen::MatrixXd& m) {
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    const double norm = m.row(i).norm();
    if (norm > 0) m.row(i) /= norm;
  }
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

}  // namespace

void normalise_matrix(Eigen::MatrixXd& m, Normalise normalise) {
  if (normalise == Normalise::inputs || normalise == Normalise::both) normalise_columns(m);
  if (normalise == Normalise::outputs || normalise == Normalise::both) normalise_rows(m);
}

void centre_matrix(Eigen::MatrixXd& m, Centring centring) {
  if (m.size() == 0) return;
  // After the row means are gone the column means add up to zero: subtracting them too is double centring.
  if (centring == Centring::rows || centring == Centring::double_) {
    const Eigen::VectorXd means = m.rowwise().mean();
    m.colwise() -= means;
  }
  if (centring == Centring::columns || centring == Centring::double_) {
    const Eigen::RowVectorXd means = m.colwise().mean();
    m.rowwise() -= means;
  }
}

PreparedMatrix prepare_matrix(const Eigen::Ref<const Eigen::MatrixXd>& m, Normalise normalise, Centring centring) {
  PreparedMatrix prepared;
  prepared.silent_rows = find_silent(m.rowwise().norm());
  prepared.silent_columns = find_silent(m.colwise().norm().transpose());
  const bool by_input = normalise == Normalise::inputs || normalise == Normalise::both;
  const bool by_output = normalise == Normalise::outputs || normalise == Normalise::both;
  prepared.rows = others(m.rows(), prepared.silent_rows, by_output);
  prepared.columns = others(m.cols(), prepared.silent_columns, by_input);
  prepared.source = m(prepared.rows, prepared.columns);
  prepared.values = prepared.source;
  normalise_matrix(prepared.values, normalise);
  prepared.uncentred_energy = prepared.values.squaredNorm();
  centre_matrix(prepared.values, centring);
  return prepared;
}

}  // namespace ramus
