#include "passes/numerics/co_clustering.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "passes/numerics/k_means.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::acos(-1) * random.unit());
}

double half_normal(RandomStream& random) { return std::abs(normal(random)); }
double exponential(RandomStream& random) { return -std::log(1 - random.unit()); }

using Draw = double (*)(RandomStream&);

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, Draw draw, RandomStream& random) {
  Matrix m(rows, columns);
  for (double& entry : m.reshaped()) entry = draw(random);
  return m;
}

// Which of `groups` equal shares of `count` units the unit is in.
int share_of(Eigen::Index unit, Eigen::Index count, int groups) { return static_cast<int>(unit * groups / count); }

// Weights inside a group are `ratio` times as large.
Matrix planted_matrix(Eigen::Index rows, Eigen::Index columns, int groups, double ratio, RandomStream& random) {
  Matrix m = random_matrix(rows, columns, half_normal, random);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      if (share_of(i, rows, groups) == share_of(j, columns, groups)) m(i, j) *= ratio;
    }
  }
  return m;
}

// Log-normal, some hundred times larger than others.
void scale_columns(Matrix& m, RandomStream& random) {
  for (Eigen::Index j = 0; j < m.cols(); ++j) m.col(j) *= std::exp(1.5 * normal(random));
}

CoClustering clustering_of(const Matrix& m, const CoClusteringOptions& options = {}) {
  return find_co_clustering(m, options).value();
}

// Share of the units in the group that most units of their planted group are in.
double purity(const std::vector<int>& found, int groups) {
  std::size_t together = 0;
  for (int group = 0; group < groups; ++group) {
    std::vector<std::size_t> counts(64, 0);
    for (std::size_t unit = 0; unit < found.size(); ++unit) {
      const auto place = static_cast<Eigen::Index>(unit), all = static_cast<Eigen::Index>(found.size());
      if (share_of(place, all, groups) == group) ++counts.at(static_cast<std::size_t>(found[unit]));
    }
    together += *std::max_element(counts.begin(), counts.end());
  }
  return static_cast<double>(together) / static_cast<double>(found.size());
}

// Of `trials` planted matrices: how often groups are found, and how often as many as were planted.
struct Power {
  double found = 0, right = 0, purity = 0;
};

Power power_of(Eigen::Index rows, Eigen::Index columns, int groups, double ratio, int trials) {
  Power power;
  for (int trial = 0; trial < trials; ++trial) {
    RandomStream random(static_cast<std::uint64_t>(trial), "planted");
    Matrix m = planted_matrix(rows, columns, groups, ratio, random);
    scale_columns(m, random);
    CoClusteringOptions options;
    options.seed = static_cast<std::uint64_t>(trial);
    const CoClustering c = clustering_of(m, options);
    power.found += c.status == CoClusteringStatus::found;
    power.right += c.groups == groups;
    power.purity += purity(c.inputs, groups) / trials;
  }
  power.found /= trials;
  power.right /= trials;
  return power;
}

TEST_CASE("blocks of weights without anything between them are found exactly, with all energy inside") {
  RandomStream random(1, "blocks");
  Matrix m = Matrix::Zero(30, 24);
  m.block(0, 0, 10, 4) = random_matrix(10, 4, half_normal, random);
  m.block(10, 4, 5, 12) = random_matrix(5, 12, half_normal, random);
  m.block(15, 16, 15, 8) = random_matrix(15, 8, half_normal, random);
  const CoClustering c = clustering_of(m);
  CHECK(c.status == CoClusteringStatus::found);
  CHECK(c.groups == 3);
  for (std::size_t j = 0; j < 24; ++j) CHECK(c.inputs[j] == (j < 4 ? 0 : j < 16 ? 1 : 2));
  for (std::size_t i = 0; i < 30; ++i) CHECK(c.outputs[i] == (i < 10 ? 0 : i < 15 ? 1 : 2));
  CHECK(c.n_cut == doctest::Approx(0));
  CHECK(c.energy == doctest::Approx(1));
  CHECK(c.null_energy < 0.95);  // sparse matrices fall apart by chance as well
  CHECK(c.p == doctest::Approx(1.0 / 20));
  CHECK(c.saved == doctest::Approx(1 - (10 * 4 + 5 * 12 + 15 * 8) / (30.0 * 24)));
}

TEST_CASE("planted groups are found: half-normal weights, larger inside by a factor, inputs of any scale" *
          doctest::test_suite("calibration")) {
  const Power two = power_of(64, 64, 2, 1.6, 50);
  CHECK(two.found > 0.9);
  CHECK(two.right > 0.9);
  CHECK(two.purity > 0.9);
  const Power three = power_of(48, 48, 3, 1.8, 50);
  CHECK(three.found > 0.9);
  CHECK(three.right > 0.85);
  const Power four = power_of(64, 64, 4, 2, 50);
  CHECK(four.found > 0.9);
  CHECK(four.right > 0.85);
  CHECK(four.purity > 0.85);
}

TEST_CASE("matrices without structure claim groups in one of twenty at most, whatever the scales of their inputs" *
          doctest::test_suite("calibration")) {
  for (const Draw draw : {half_normal, exponential}) {
    for (const bool scaled : {false, true}) {
      int found = 0;
      for (std::uint64_t trial = 0; trial < 1000; ++trial) {
        RandomStream random(trial, "without structure");
        Matrix m = random_matrix(16, 20, draw, random);
        if (scaled) scale_columns(m, random);
        CoClusteringOptions options;
        options.seed = trial;
        options.permutations = 19;
        found += clustering_of(m, options).status == CoClusteringStatus::found;
      }
      CAPTURE(found);
      CHECK(found <= 65);  // 5 % and two standard deviations
      CHECK(found >= 5);
    }
  }
}

TEST_CASE("the scale of an input changes nothing, where the inputs are normalised") {
  RandomStream random(3, "scales");
  const Matrix m = planted_matrix(20, 16, 2, 1.5, random);
  Matrix scaled = m;
  for (Eigen::Index j = 0; j < m.cols(); ++j) scaled.col(j) *= std::pow(2.0, static_cast<double>(j) - 8);
  const CoClustering a = clustering_of(m), b = clustering_of(scaled);
  CHECK(a.inputs == b.inputs);
  CHECK(a.outputs == b.outputs);
  CHECK(a.p == b.p);
  CHECK(a.energy == doctest::Approx(b.energy).epsilon(1e-12));
  CHECK(a.gap == doctest::Approx(b.gap).epsilon(1e-12));
}

TEST_CASE("units that carry no weight belong to no group") {
  RandomStream random(4, "silent");
  Matrix m = planted_matrix(24, 20, 2, 4, random);
  m.row(3).setZero();
  m.col(7).setZero();
  const CoClustering c = clustering_of(m);
  CHECK(c.status == CoClusteringStatus::found);
  CHECK(c.outputs[3] == -1);
  CHECK(c.inputs[7] == -1);
  CHECK(c.inputs[6] == 0);
}

TEST_CASE("what cannot be searched says so") {
  RandomStream random(5, "status");
  CHECK(clustering_of(Matrix()).status == CoClusteringStatus::too_small);
  CHECK(clustering_of(Matrix::Zero(20, 20)).status == CoClusteringStatus::too_small);
  CHECK(clustering_of(random_matrix(7, 40, half_normal, random)).status == CoClusteringStatus::too_small);
  CoClusteringOptions small;
  small.most_entries = 399;
  CHECK(clustering_of(random_matrix(20, 20, half_normal, random), small).status == CoClusteringStatus::too_large);
  CHECK(clustering_of(Matrix::Ones(20, 20)).status == CoClusteringStatus::none);
  CHECK(clustering_of(Matrix::Identity(20, 20)).inputs.size() == 20);
  Matrix bad = Matrix::Ones(20, 20);
  bad(2, 3) = -1;
  CHECK(find_co_clustering(bad, {}).error().kind == ErrorKind::invalid_input);
  bad(2, 3) = std::numeric_limits<double>::infinity();
  CHECK(find_co_clustering(bad, {}).error().kind == ErrorKind::invalid_input);
  CHECK(find_co_clustering(Matrix::Ones(20, 20), {}, [] { return true; }).error().kind == ErrorKind::cancelled);
}

TEST_CASE("n-cut of a bipartite graph, counted by hand") {
  Matrix m(2, 3);
  m << 4, 1, 0, 1, 2, 3;
  // {output 0, input 0}: volume 5 + 5, inside 2 x 4; {output 1, inputs 1 and 2}: volume 6 + 6, inside 2 x 5.
  CHECK(bipartite_n_cut(m, {0, 1}, {0, 1, 1}, 2) == doctest::Approx(2.0 / 10 + 2.0 / 12));
  CHECK(bipartite_n_cut(m, {0, 0}, {0, 0, 0}, 2) == doctest::Approx(1));  // the second group is empty
}

// Both sides in two groups in every way in which neither group is one-sided; units are bits, the first in group 0.
double least_n_cut(const Matrix& m) {
  const auto units = static_cast<std::size_t>(m.rows() + m.cols());
  double least = 2;
  for (unsigned bits = 1; bits < 1u << (units - 1); ++bits) {
    std::vector<int> labels(units, 0);
    for (std::size_t unit = 1; unit < units; ++unit) labels[unit] = static_cast<int>(bits >> (unit - 1) & 1);
    const std::vector<int> outputs(labels.begin(), labels.begin() + m.rows()),
        inputs(labels.begin() + m.rows(), labels.end());
    least = std::min(least, bipartite_n_cut(m, outputs, inputs, 2));
  }
  return least;
}

TEST_CASE("of all ways to part eight outputs and eight inputs, the one found is the best or nearly so") {
  int best = 0;
  for (std::uint64_t trial = 0; trial < 8; ++trial) {
    RandomStream random(trial, "brute force");
    const Matrix m = planted_matrix(8, 8, 2, 2.5, random);
    CoClusteringOptions options;
    options.normalise = Normalise::none;
    options.most_groups = 2;
    options.permutations = 19;
    const CoClustering c = clustering_of(m, options);
    const double least = least_n_cut(m);
    CHECK(c.n_cut >= least - 1e-12);
    CHECK(c.n_cut <= 1.1 * least);
    best += c.n_cut <= least + 1e-12;
  }
  CHECK(best >= 5);
}

TEST_CASE("k-means finds separate clusters, and never leaves one empty where enough points differ") {
  RandomStream random(6, "clusters");
  Matrix points(2, 60);
  for (Eigen::Index i = 0; i < 60; ++i) {
    points.col(i) = Eigen::Vector2d(static_cast<double>(i % 3) * 10 + random.unit(), random.unit());
  }
  Clusters best = find_clusters(points, 3, random);
  for (int start = 0; start < 5; ++start) {
    Clusters other = find_clusters(points, 3, random);
    if (other.inertia < best.inertia) best = std::move(other);
  }
  for (std::size_t i = 0; i < 60; ++i) CHECK(best.labels[i] == best.labels[i % 3]);
  CHECK(best.labels[0] != best.labels[1]);
  CHECK(best.labels[1] != best.labels[2]);
  CHECK(best.inertia < 60);
  CHECK(find_clusters(Matrix::Ones(2, 5), 3, random).inertia == 0);
  CHECK(find_clusters(Matrix::Ones(2, 1), 3, random).labels == std::vector<int>{0});
}

}  // namespace
}  // namespace ramus

TEST_CASE("groups that hold too little, or save too little, are not tested") {
  Eigen::MatrixXd m = Eigen::MatrixXd::Constant(16, 16, 0.01);
  m.topLeftCorner(8, 8).setConstant(1);
  m.bottomRightCorner(8, 8).setConstant(1);
  ramus::CoClusteringOptions options;
  options.key = "blocks";
  options.least_energy = 0.95;
  options.least_saved = 0.25;
  const auto found = ramus::find_co_clustering(m, options);
  REQUIRE(found);
  CHECK(found->status == ramus::CoClusteringStatus::found);
  CHECK(found->permutations == options.permutations);
  options.least_saved = 0.9;  // eight groups of a sixteenth each would not save that much
  const auto none = ramus::find_co_clustering(m, options);
  REQUIRE(none);
  CHECK(none->status == ramus::CoClusteringStatus::none);
  CHECK(none->permutations == 0);
}
