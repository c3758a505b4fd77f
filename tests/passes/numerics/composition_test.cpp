#include "passes/numerics/composition.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::acos(-1) * random.unit());
}

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, RandomStream& random) {
  Matrix m(rows, columns);
  for (double& entry : m.reshaped()) entry = normal(random);
  return m;
}

StreamMap map_of(const Matrix& weights) {
  const StreamWeights group{0, {weights}};
  const KernelLag place{0, 0};
  StreamMap map(weights.cols());
  map.add({&group, 1}, {&place, 1});
  return map;
}

// A row of taps, each [inner x units].
StreamMap row_of(const std::vector<Matrix>& taps) {
  const StreamWeights group{0, taps};
  std::vector<KernelLag> places;
  for (std::size_t t = 0; t < taps.size(); ++t) places.push_back({0, static_cast<std::int64_t>(t)});
  StreamMap map(taps.front().cols(), {0, 8});
  map.add({&group, 1}, places);
  return map;
}

}  // namespace

TEST_CASE("a block that reads what another writes composes, one that reads the rest does not") {
  Matrix write = Matrix::Zero(2, 8), reader = Matrix::Zero(3, 8), other = Matrix::Zero(3, 8);
  write(0, 0) = 1, write(1, 1) = 2;
  reader.leftCols(2).setOnes();
  other.rightCols(6).setOnes();
  const Composition together = compose(map_of(reader), map_of(write));
  CHECK(together.score == doctest::Approx(std::sqrt(15.0 / 30.0)));
  CHECK(together.baseline == doctest::Approx(std::sqrt(1.0 / 8)));
  CHECK(together.p < 0.05);
  const Composition apart = compose(map_of(other), map_of(write));
  CHECK(apart.score == 0);
  CHECK(apart.p == 1);
}

TEST_CASE("a planted path through 4 of 64 units is found, behind noise of the same size") {
  RandomStream random(1, "planted");
  const Matrix through = random_matrix(4, 64, random);
  const Matrix write = random_matrix(32, 64, random) + 0.5 * random_matrix(32, 4, random) * through;
  const Matrix read = random_matrix(48, 64, random) + 0.5 * random_matrix(48, 4, random) * through;
  const Composition c = compose(map_of(read), map_of(write));
  CHECK(c.score > 1.5 * c.baseline);
  CHECK(c.p == kSmallestCompositionP);
}

TEST_CASE("1,000 random pairs: the mean squared score is 1 / units, and p is uniform") {
  constexpr int kPairs = 1000, kBins = 10;
  struct Shape {
    Eigen::Index outputs, units, inputs;
    double decay;  // of the singular values
  };
  for (const Shape& shape : {Shape{12, 24, 18, 1}, Shape{2, 32, 2, 1}, Shape{32, 16, 40, 0.7}, Shape{1, 16, 1, 1}}) {
    std::array<int, kBins> bins{};
    double squared = 0;
    for (int pair = 0; pair < kPairs; ++pair) {
      RandomStream random(static_cast<std::uint64_t>(pair), "random pairs");
      Matrix read = random_matrix(shape.outputs, shape.units, random);
      const Matrix write = random_matrix(shape.inputs, shape.units, random);
      for (Eigen::Index i = 0; i < read.rows(); ++i) read.row(i) *= std::pow(shape.decay, i);
      const Composition c = compose(map_of(read), map_of(write));
      squared += c.score * c.score / kPairs;
      ++bins[static_cast<std::size_t>(std::min(c.p * kBins, kBins - 1.0))];
    }
    INFO(shape.outputs << " x " << shape.units << " x " << shape.inputs);
    CHECK(squared == doctest::Approx(1.0 / static_cast<double>(shape.units)).epsilon(0.1));
    double chi_squared = 0;
    for (const int count : bins) chi_squared += (count - 100.0) * (count - 100.0) / 100.0;
    CHECK(chi_squared < 27.9);  // 9 degrees of freedom, 0.1 %
  }
}

TEST_CASE("random kernels have the baseline 1 / sqrt(units), smooth ones a higher one") {
  RandomStream random(2, "kernels");
  std::vector<Matrix> read, write, smooth_read(3, random_matrix(20, 16, random)),
      smooth_write(3, random_matrix(20, 16, random));
  for (int t = 0; t < 3; ++t) {
    read.push_back(random_matrix(200, 16, random));
    write.push_back(random_matrix(200, 16, random));
  }
  CHECK(compose(row_of(read), row_of(write)).baseline == doctest::Approx(0.25).epsilon(0.01));
  // Three taps that are all alike have 3, 2, 1 pairs at the distances 0, 1, 2: (9 + 2 (4 + 1)) / 9.
  CHECK(compose(row_of(smooth_read), row_of(smooth_write)).baseline == doctest::Approx(0.25 * std::sqrt(19.0 / 9)));
}

TEST_CASE("maps in parallel add up, and a product is what it multiplies to") {
  RandomStream random(3, "parallel");
  const Matrix a = random_matrix(5, 12, random), b = random_matrix(7, 12, random), write = random_matrix(9, 12, random);
  Matrix stacked(12, 12);
  stacked << a, b;
  StreamMap both = map_of(a);
  const StreamWeights group{0, {b}};
  const KernelLag place{0, 0};
  both.add({&group, 1}, {&place, 1});
  CHECK(compose(both, map_of(write)).size == doctest::Approx(compose(map_of(stacked), map_of(write)).size));

  const Matrix left = random_matrix(12, 3, random), right = random_matrix(3, 12, random);
  StreamMap product(12);
  product.add_product(left, right);
  const Composition narrow = compose(product, map_of(write)), whole = compose(map_of(left * right), map_of(write));
  CHECK(narrow.score == doctest::Approx(whole.score));
  CHECK(narrow.size_centred == doctest::Approx(whole.size_centred));
}

TEST_CASE("a projection with a stride is what reads through it, at every second place") {
  RandomStream random(6, "projection");
  const Matrix projection = random_matrix(10, 6, random);
  std::vector<Matrix> read, write, through;
  for (int t = 0; t < 3; ++t) {
    read.push_back(random_matrix(5, 10, random));
    write.push_back(random_matrix(7, 6, random));
    through.push_back(read.back() * projection);
  }
  const StreamWeights group{0, through};
  const std::vector<KernelLag> places{{0, 0}, {0, 2}, {0, 4}};
  StreamMap fine(6, {0, 8});
  fine.add({&group, 1}, places);
  StreamMap projected = row_of(write);
  projected.project(projection, {1, 2});
  const Composition coarse = compose(row_of(read), projected), direct = compose(fine, row_of(write));
  CHECK(coarse.size == doctest::Approx(direct.size));
  CHECK(coarse.size_centred == doctest::Approx(direct.size_centred));
}

TEST_CASE("a norm's scales and its mean are those of the weights behind it") {
  RandomStream random(7, "norm");
  const Matrix weights = random_matrix(5, 9, random), write = random_matrix(4, 9, random);
  const Eigen::VectorXd scales = random_matrix(9, 1, random);
  Matrix folded = weights * scales.asDiagonal();
  folded.colwise() -= folded.rowwise().mean().eval();
  StreamMap map = map_of(weights);
  map.scale(scales);
  map.remove_mean_of_units();
  CHECK(compose(map, map_of(write)).score == doctest::Approx(compose(map_of(folded), map_of(write)).score));
  CHECK(compose(map, map_of(write)).size_centred ==
        doctest::Approx(compose(map_of(folded), map_of(write)).size_centred));
}

TEST_CASE("groups read their own units only") {
  RandomStream random(4, "groups");
  const Matrix a = random_matrix(3, 4, random), b = random_matrix(3, 4, random), write = random_matrix(6, 8, random);
  Matrix whole = Matrix::Zero(6, 8);
  whole.topLeftCorner(3, 4) = a;
  whole.bottomRightCorner(3, 4) = b;
  const std::vector<StreamWeights> groups{{0, {a}}, {4, {b}}};
  const KernelLag place{0, 0};
  StreamMap map(8);
  map.add(groups, {&place, 1});
  const Composition grouped = compose(map, map_of(write)), full = compose(map_of(whole), map_of(write));
  CHECK(grouped.score == doctest::Approx(full.score));
  CHECK(grouped.size_centred == doctest::Approx(full.size_centred));
}

TEST_CASE("where rotations change nothing there is no p, and zero maps have no score") {
  RandomStream random(5, "identity");
  const Composition whole = compose(map_of(Matrix::Identity(6, 6)), map_of(random_matrix(4, 6, random)));
  CHECK(whole.score == doctest::Approx(whole.baseline));
  CHECK(whole.p == 1);
  CHECK(compose(map_of(Matrix::Zero(2, 6)), map_of(Matrix::Ones(2, 6))).score == 0);
  CHECK(compose(map_of(Matrix::Constant(1, 6, 1e38)), map_of(Matrix::Constant(1, 6, 1e38))).p <= 1);
}

TEST_CASE("principal angles between subspaces of a read and of a write") {
  Matrix read = Matrix::Zero(2, 4), write = Matrix::Zero(2, 4);
  read(0, 0) = 1, read(1, 1) = 1;
  write(0, 0) = 3, write(1, 1) = write(1, 2) = 2;
  const Matrix a = leading_subspace(map_of(read), 0.99), b = leading_subspace(map_of(write), 0.99);
  REQUIRE(a.cols() == 2);
  CHECK(subspace_overlap(a, b) == doctest::Approx((1 + 0.5) / 2));  // cosines 1 and sqrt(1/2)
  CHECK(subspace_overlap(a, Matrix(4, 0)) == 0);
}

}  // namespace ramus
