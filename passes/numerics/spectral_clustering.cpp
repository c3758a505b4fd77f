#include "passes/numerics/spectral_clustering.hpp"

#include <Spectra/SymEigsSolver.h>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "passes/numerics/k_means.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr Eigen::Index kSolvedFully = 256;  // vertices
constexpr double kTolerance = 1e-4;         // of eigenvalues, which lie in [-1, 1]; clusters need no more
constexpr int kMostRestarts = 60;

struct Cancelled {};

// x -> (D^-1/2 A D^-1/2 - t t') x for the vertices with edges, t the trivial eigenvector.
class NormalisedAdjacency {
 public:
  using Scalar = double;

  NormalisedAdjacency(const WeightGraph& graph, const std::function<bool()>& cancelled)
      : graph_(graph), cancelled_(cancelled) {
    const Vector all = degrees(graph);
    for (Eigen::Index vertex = 0; vertex < all.size(); ++vertex) {
      if (all[vertex] > 0) vertices_.push_back(vertex);
    }
    const Vector roots = all(vertices_).cwiseSqrt();
    inverse_roots_ = roots.cwiseInverse();
    trivial_ = roots.norm() > 0 ? Vector(roots / roots.norm()) : roots;
  }

  Eigen::Index rows() const { return static_cast<Eigen::Index>(vertices_.size()); }
  Eigen::Index cols() const { return rows(); }
  const std::vector<Eigen::Index>& vertices() const { return vertices_; }
  const Vector& inverse_roots() const { return inverse_roots_; }

  void perform_op(const double* in, double* out) const {
    if (cancelled_ && cancelled_()) throw Cancelled{};
    const Eigen::Map<const Vector> x(in, rows());
    Vector spread = Vector::Zero(graph_.vertices), sums(graph_.vertices);
    spread(vertices_) = x.cwiseProduct(inverse_roots_);
    multiply_adjacency(graph_, spread, sums);
    Eigen::Map<Vector> y(out, rows());
    y = sums(vertices_).cwiseProduct(inverse_roots_) - trivial_ * trivial_.dot(x);
  }

 private:
  const WeightGraph& graph_;
  const std::function<bool()>& cancelled_;
  std::vector<Eigen::Index> vertices_;
  Vector inverse_roots_, trivial_;
};

Matrix solve_fully(const NormalisedAdjacency& product, Eigen::Index dimensions) {
  Matrix dense(product.rows(), product.rows());
  for (Eigen::Index j = 0; j < dense.cols(); ++j) {
    const Vector unit = Vector::Unit(dense.rows(), j);
    product.perform_op(unit.data(), dense.col(j).data());
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(dense);
  return solver.eigenvectors().rightCols(dimensions).rowwise().reverse();
}

Matrix solve_by_lanczos(NormalisedAdjacency& product, Eigen::Index dimensions) {
  const Eigen::Index space = std::min(product.rows(), std::max<Eigen::Index>(4 * dimensions, 40));
  Spectra::SymEigsSolver<NormalisedAdjacency> solver(product, dimensions, space);
  try {
    solver.init();
    solver.compute(Spectra::SortRule::LargestAlge, kMostRestarts, kTolerance);
  } catch (const std::runtime_error&) {
    return {};
  }
  return solver.eigenvectors();
}

void number_by_vertex(std::vector<int>& labels, int k) {
  std::vector<int> number(static_cast<std::size_t>(k), -1);
  int next = 0;
  for (int& label : labels) {
    if (label < 0) continue;
    int& known = number[static_cast<std::size_t>(label)];
    if (known < 0) known = next++;
    label = known;
  }
}

}  // namespace

Result<SpectralPoints> find_spectral_points(const WeightGraph& graph, Eigen::Index dimensions,
                                            const std::function<bool()>& cancelled) {
  NormalisedAdjacency product(graph, cancelled);
  const Eigen::Index most = std::min(dimensions, product.rows() - 1);
  SpectralPoints points;
  points.vertices = product.vertices();
  if (most < 1) return points;
  try {
    const bool small = product.rows() <= kSolvedFully || 4 * most + 40 >= product.rows();
    const Matrix vectors = small ? solve_fully(product, most) : solve_by_lanczos(product, most);
    points.at = (product.inverse_roots().asDiagonal() * vectors).transpose();
  } catch (const Cancelled&) {
    return failure(ErrorKind::cancelled, "cancelled while units were put into clusters");
  }
  return points;
}

std::vector<int> find_spectral_clusters(const SpectralPoints& points, Eigen::Index vertices, int k, int starts,
                                        RandomStream& stream) {
  std::vector<int> labels(static_cast<std::size_t>(vertices), -1);
  if (points.at.size() == 0) return labels;
  const Matrix used = points.at.topRows(std::min<Eigen::Index>(k - 1, points.at.rows()));
  Clusters best = find_clusters(used, k, stream);
  for (int start = 1; start < starts; ++start) {
    Clusters other = find_clusters(used, k, stream);
    if (other.inertia < best.inertia) best = std::move(other);
  }
  for (std::size_t i = 0; i < points.vertices.size(); ++i) {
    labels[static_cast<std::size_t>(points.vertices[i])] = best.labels[i];
  }
  number_by_vertex(labels, k);
  return labels;
}

}  // namespace ramus
