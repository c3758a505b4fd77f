#include "passes/numerics/modularity.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "passes/numerics/spectral_clustering.hpp"
#include "passes/numerics/weight_graph.hpp"
#include "tests/passes/numerics/uniform.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

float half_normal(RandomStream& random) {
  const double size = std::sqrt(-2 * std::log(1 - random.unit()));
  return static_cast<float>(std::abs(size * std::cos(2 * std::acos(-1) * random.unit())));
}

// Each layer reads the one before.
WeightGraph chain(const std::vector<Eigen::MatrixXf>& matrices) {
  WeightGraph graph;
  Eigen::Index first = 0;
  for (const Eigen::MatrixXf& m : matrices) {
    LayerEdges layer{m, {}, {}};
    for (Eigen::Index j = 0; j < m.cols(); ++j) layer.reads.push_back({j, first + j});
    first += m.cols();
    for (Eigen::Index i = 0; i < m.rows(); ++i) layer.rows.push_back(first + i);
    graph.layers.push_back(std::move(layer));
  }
  graph.vertices = first + matrices.back().rows();
  return graph;
}

// Layers of `side` units; weights inside equal shares are `ratio` times as large.
WeightGraph random_graph(Eigen::Index side, int layers, int groups, float ratio, RandomStream& random) {
  std::vector<Eigen::MatrixXf> matrices;
  for (int layer = 0; layer < layers; ++layer) {
    Eigen::MatrixXf m(side, side);
    for (Eigen::Index j = 0; j < side; ++j) {
      for (Eigen::Index i = 0; i < side; ++i) {
        m(i, j) = half_normal(random) * (i * groups / side == j * groups / side ? ratio : 1);
      }
    }
    matrices.push_back(std::move(m));
  }
  return chain(matrices);
}

std::vector<int> shares(Eigen::Index side, int layers, int groups) {
  std::vector<int> labels;
  for (int layer = 0; layer <= layers; ++layer) {
    for (Eigen::Index unit = 0; unit < side; ++unit) labels.push_back(static_cast<int>(unit * groups / side));
  }
  return labels;
}

Matrix adjacency(const WeightGraph& graph) {
  Matrix a = Matrix::Zero(graph.vertices, graph.vertices);
  for (const LayerEdges& layer : graph.layers) {
    for (const LayerEdges::Read& read : layer.reads) {
      for (std::size_t i = 0; i < layer.rows.size(); ++i) {
        const double weight = layer.weights(static_cast<Eigen::Index>(i), read.column);
        a(layer.rows[i], read.vertex) += weight;
        a(read.vertex, layer.rows[i]) += weight;
      }
    }
  }
  return a;
}

// The definitions, as sums over pairs of vertices.
PartitionQuality by_definition(const Matrix& a, const std::vector<int>& labels, int groups) {
  PartitionQuality quality;
  const Eigen::VectorXd k = a.rowwise().sum();
  const double twice = k.sum();
  for (int group = 0; group < groups; ++group) {
    double cut = 0, volume = 0;
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      if (labels[static_cast<std::size_t>(i)] != group) continue;
      for (Eigen::Index j = 0; j < a.cols(); ++j) {
        volume += a(i, j);
        const bool inside = labels[static_cast<std::size_t>(j)] == group;
        if (inside) quality.q += (a(i, j) - k[i] * k[j] / twice) / twice;
        if (!inside) cut += a(i, j);
      }
    }
    quality.n_cut += cut / (volume + 1e-8);
  }
  return quality;
}

PartitionQuality quality_of(const WeightGraph& graph, const std::vector<int>& labels, int groups) {
  return partition_quality(group_sums(graph, labels, groups));
}

AgainstNull n_cut_against_null(const WeightGraph& graph, const std::vector<int>& labels, int groups, int permutations,
                               std::uint64_t seed) {
  std::vector<double> null;
  for (int i = 0; i < permutations; ++i) {
    RandomStream stream(seed, "null", static_cast<std::uint64_t>(i));
    null.push_back(quality_of(permuted(graph, PermutedEntries::all, stream), labels, groups).n_cut);
  }
  return compare_with_null(quality_of(graph, labels, groups).n_cut, null, Beyond::below);
}

TEST_CASE("six units in two chains: the numbers that Filan et al. compute") {
  Eigen::MatrixXf first(2, 2), second(2, 2);  // [out x in]
  first << 12, 0, 1.3f, 7.4f;
  second << 8.9f, 0.23f, 0.15f, 5.7f;
  const PartitionQuality quality = quality_of(chain({first, second}), {0, 1, 0, 1, 0, 1}, 2);
  CHECK(quality.n_cut == doctest::Approx(0.0988967).epsilon(1e-6));
  CHECK(quality.q == doctest::Approx(0.4290197).epsilon(1e-6));
}

TEST_CASE("n-cut and Q are what double sums over all pairs of units say") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomStream random(seed, "definition");
    WeightGraph graph = random_graph(5, 3, 1, 1, random);
    graph.layers[2].reads.insert(graph.layers[2].reads.begin() + 1, {0, 2});  // a sum: one column, two writers
    graph.layers[1].weights.col(3).setZero();
    std::vector<int> labels(static_cast<std::size_t>(graph.vertices));
    for (int& label : labels) label = static_cast<int>(random.below(3));
    const PartitionQuality expected = by_definition(adjacency(graph), labels, 3);
    const PartitionQuality found = quality_of(graph, labels, 3);
    CHECK(found.n_cut == doctest::Approx(expected.n_cut).epsilon(1e-9));
    CHECK(found.q == doctest::Approx(expected.q).epsilon(1e-9));
    CHECK(degrees(graph).isApprox(adjacency(graph).rowwise().sum(), 1e-5));
    const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(graph.vertices, -1, 2);
    Eigen::VectorXd y(graph.vertices);
    multiply_adjacency(graph, x, y);
    CHECK(y.isApprox(adjacency(graph) * x, 1e-5));
  }
}

TEST_CASE("vertices outside a partition take their edges with them") {
  RandomStream random(2, "part");
  const WeightGraph graph = random_graph(5, 2, 1, 1, random);
  std::vector<int> labels = {0, 0, -1, 1, 1, 0, 1, -1, 0, 1, -1, 0, 0, 1, 1};
  Matrix a = adjacency(graph);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0) continue;
    a.row(static_cast<Eigen::Index>(i)).setZero();
    a.col(static_cast<Eigen::Index>(i)).setZero();
  }
  const WeightGraph part = labelled_part(graph, labels);
  CHECK(part.entries() == 4 * 4 + 4 * 4);
  CHECK(adjacency(part).isApprox(a, 1e-6));
  CHECK(quality_of(graph, labels, 2).n_cut == doctest::Approx(by_definition(a, labels, 2).n_cut));
}

TEST_CASE("a permutation keeps each layer's entries, and the zeros where only the others move") {
  RandomStream random(3, "permuted");
  WeightGraph graph = random_graph(6, 2, 1, 1, random);
  graph.layers[0].weights.topLeftCorner(3, 3).setZero();
  for (const PermutedEntries which : {PermutedEntries::all, PermutedEntries::nonzeros}) {
    const WeightGraph other = permuted(graph, which, random);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const auto &before = graph.layers[layer].weights, &behind = other.layers[layer].weights;
      CHECK(std::is_permutation(before.data(), before.data() + before.size(), behind.data()));
      CHECK(before != behind);
    }
    const bool zeros_stay = other.layers[0].weights.topLeftCorner(3, 3).isZero(0);
    CHECK(zeros_stay == (which == PermutedEntries::nonzeros));
  }
}

TEST_CASE("the order of units changes nothing; the scale of all weights changes nothing") {
  RandomStream random(4, "order");
  const WeightGraph graph = random_graph(8, 2, 2, 2, random);
  const std::vector<int> labels = shares(8, 2, 2);
  const PartitionQuality quality = quality_of(graph, labels, 2);
  WeightGraph turned = graph;
  std::vector<int> turned_labels(labels.size());
  const auto renamed = [](Eigen::Index vertex) { return (vertex * 5 + 3) % 24; };
  for (LayerEdges& layer : turned.layers) {
    for (Eigen::Index& row : layer.rows) row = renamed(row);
    for (LayerEdges::Read& read : layer.reads) read.vertex = renamed(read.vertex);
    layer.weights *= 4;
  }
  for (Eigen::Index i = 0; i < 24; ++i) {
    turned_labels[static_cast<std::size_t>(renamed(i))] = labels[static_cast<std::size_t>(i)];
  }
  const PartitionQuality other = quality_of(turned, turned_labels, 2);
  CHECK(other.n_cut == doctest::Approx(quality.n_cut).epsilon(1e-8));
  CHECK(other.q == doctest::Approx(quality.q).epsilon(1e-12));
}

TEST_CASE("planted groups have a low n-cut that no permuted graph reaches") {
  RandomStream random(5, "planted");
  const WeightGraph graph = random_graph(12, 2, 2, 1.5f, random);
  const AgainstNull test = n_cut_against_null(graph, shares(12, 2, 2), 2, 99, 1);
  CHECK(*test.p == doctest::Approx(0.01));
  CHECK(*test.z < -4);
}

TEST_CASE("without structure p is uniform") {
  std::vector<double> ps;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, "uniform");
    const WeightGraph graph = random_graph(8, 2, 1, 1, random);
    ps.push_back(*n_cut_against_null(graph, shares(8, 2, 2), 2, 49, seed).p);
  }
  CHECK(testing::distance_from_uniform(ps) < testing::largest_distance(200));
}

TEST_CASE("p and z of a number among others, by hand") {
  const std::vector<double> null = {1, 2, 3, 4};
  const AgainstNull below = compare_with_null(2.5, null, Beyond::below);
  CHECK(*below.p == doctest::Approx(3.0 / 5));
  CHECK(*below.z == doctest::Approx(0));
  CHECK(below.sd == doctest::Approx(std::sqrt(5.0 / 3)));
  CHECK(*compare_with_null(4, null, Beyond::above).p == doctest::Approx(1.0 / 5));  // equal is not beyond
  const std::vector<double> alike = {1, 1, 1};
  CHECK_FALSE(compare_with_null(1, alike, Beyond::below).p);
  CHECK(*compare_with_null(0.5, alike, Beyond::below).p == doctest::Approx(0.25));
  CHECK_FALSE(compare_with_null(0.5, alike, Beyond::below).z);
  CHECK_FALSE(compare_with_null(1, std::vector<double>{}, Beyond::below).p);
}

TEST_CASE("spectral clusters find what was planted, in a graph solved fully and in one solved by Lanczos") {
  for (const Eigen::Index side : {24, 240}) {
    RandomStream random(6, "spectral");
    const WeightGraph graph = random_graph(side, 2, 3, 4, random);
    const auto points = find_spectral_points(graph, 4).value();
    CHECK(points.at.rows() == 4);
    const std::vector<int> labels = find_spectral_clusters(points, graph.vertices, 3, 25, random);
    CHECK(labels == shares(side, 2, 3));
  }
}

TEST_CASE("pieces without edges between them are clusters; units without edges are in none") {
  RandomStream random(7, "pieces");
  for (const Eigen::Index side : {12, 150}) {
    WeightGraph graph = random_graph(side, 2, 3, 1, random);
    for (LayerEdges& layer : graph.layers) {
      for (Eigen::Index i = 0; i < side; ++i) {
        for (Eigen::Index j = 0; j < side; ++j) {
          if (i * 3 / side != j * 3 / side) layer.weights(i, j) = 0;
        }
      }
    }
    graph.layers[0].weights.col(0).setZero();
    const auto points = find_spectral_points(graph, 2).value();
    const std::vector<int> labels = find_spectral_clusters(points, graph.vertices, 3, 25, random);
    std::vector<int> expected = shares(side, 2, 3);
    expected[0] = -1;
    CHECK(labels == expected);
    CHECK(quality_of(graph, labels, 3).n_cut == doctest::Approx(0));
  }
}

TEST_CASE("a graph without edges has no points, and a search can be cancelled") {
  CHECK(find_spectral_points(chain({Eigen::MatrixXf::Zero(3, 3)}), 2).value().at.size() == 0);
  RandomStream random(8, "cancelled");
  const WeightGraph graph = random_graph(200, 2, 1, 1, random);
  CHECK(find_spectral_points(graph, 2, [] { return true; }).error().kind == ErrorKind::cancelled);
}

}  // namespace
}  // namespace ramus
