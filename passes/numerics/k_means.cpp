#include "passes/numerics/k_means.hpp"

#include <algorithm>
#include <limits>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;

constexpr int kMostRounds = 100;
constexpr double kSettled = 1e-2;  // of the inertia: a round that gains less is the last

Eigen::Index drawn_in_proportion(const Vector& weights, RandomStream& stream) {
  double left = stream.unit() * weights.sum();
  Eigen::Index place = 0;
  for (Eigen::Index i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    place = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return place;
}

// Points with their squared norms: distances come from products with the centres, |x - c|^2 = |x|^2 - 2 x'c + |c|^2, which
// rounding may leave a little below zero.
struct Points {
  MatrixRef at;
  Vector squares;
};

Vector squared_distances(const Points& points, const Vector& centre) {
  const Vector products = points.at.transpose() * centre;
  return (points.squares.array() - 2 * products.array() + centre.squaredNorm()).max(0.0);
}

Matrix spread_seeds(const Points& points, int k, RandomStream& stream) {
  Matrix centres(points.at.rows(), k);
  centres.col(0) = points.at.col(stream.below(static_cast<std::uint32_t>(points.at.cols())));
  Vector nearest = Vector::Constant(points.at.cols(), std::numeric_limits<double>::infinity());
  for (int c = 1; c < k; ++c) {
    nearest = nearest.cwiseMin(squared_distances(points, centres.col(c - 1)));
    centres.col(c) = points.at.col(drawn_in_proportion(nearest, stream));
  }
  return centres;
}

void assign(const Points& points, const Matrix& centres, Clusters& clusters, Vector& distance) {
  const Vector halves = centres.colwise().squaredNorm().transpose() / 2;
  const Matrix products = centres.transpose() * points.at;
  const auto k = static_cast<int>(centres.cols());
  for (Eigen::Index i = 0; i < products.cols(); ++i) {
    const double* const product = products.data() + i * k;
    int best = 0;
    for (int c = 1; c < k; ++c) {
      if (product[c] - halves[c] > product[best] - halves[best]) best = c;
    }
    clusters.labels[static_cast<std::size_t>(i)] = best;
    distance[i] = std::max(0.0, points.squares[i] - 2 * (product[best] - halves[best]));
  }
  clusters.inertia = distance.sum();
}

// A centre that lost all its points moves to the point that is farthest from its own.
void move_centres(const Points& points, const Clusters& clusters, Vector& distance, Matrix& centres) {
  Matrix members = Matrix::Zero(points.at.cols(), centres.cols());
  for (Eigen::Index i = 0; i < members.rows(); ++i) members(i, clusters.labels[static_cast<std::size_t>(i)]) = 1;
  const Vector sizes = members.colwise().sum().transpose();
  const Matrix sums = points.at * members;
  for (Eigen::Index c = 0; c < centres.cols(); ++c) {
    if (sizes[c] > 0) {
      centres.col(c) = sums.col(c) / sizes[c];
    } else {
      Eigen::Index farthest = 0;
      distance.maxCoeff(&farthest);
      centres.col(c) = points.at.col(farthest);
      distance[farthest] = 0;
    }
  }
}

}  // namespace

Clusters find_clusters(const MatrixRef& at, int k, RandomStream& stream) {
  const Points points{at, at.colwise().squaredNorm().transpose()};
  Clusters clusters;
  clusters.labels.resize(static_cast<std::size_t>(at.cols()));
  Matrix centres = spread_seeds(points, k, stream);
  Vector distance(at.cols());
  assign(points, centres, clusters, distance);
  for (int round = 0; round < kMostRounds; ++round) {
    const double before = clusters.inertia;
    move_centres(points, clusters, distance, centres);
    assign(points, centres, clusters, distance);
    if (clusters.inertia >= before * (1 - kSettled)) break;
  }
  return clusters;
}

}  // namespace ramus
