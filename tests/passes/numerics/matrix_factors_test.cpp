#include "passes/numerics/matrix_factors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream random(seed, "matrix");
  Matrix m(rows, columns);
  for (double& entry : m.reshaped()) entry = std::abs(random.unit() + random.unit() - random.unit());
  return m;
}

// Outputs and inputs fall into two groups; weights inside a group are larger by `effect`.
Matrix planted_matrix(Eigen::Index rows, Eigen::Index columns, double effect, std::uint64_t seed) {
  Matrix m = random_matrix(rows, columns, seed);
  m.topLeftCorner(rows / 2, columns / 2).array() += effect;
  m.bottomRightCorner(rows - rows / 2, columns - columns / 2).array() += effect;
  return m;
}

MatrixFactors factors_of(const Matrix& m, const FactorOptions& options = {}) {
  return find_matrix_factors(m, options).value();
}

// How many units are assigned to the first factor, when those before `half` have one pole and the others the other; 0
// when a single one has the wrong pole.
int poles_of(const std::vector<UnitAssignment>& units, std::size_t half) {
  int assigned = 0, first_pole = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].factor == -1) continue;
    const int pole = i < half ? units[i].pole : -units[i].pole;
    if (first_pole == 0) first_pole = pole;
    if (units[i].factor != 0 || pole != first_pole || units[i].confidence < 0.999) return 0;
    ++assigned;
  }
  return assigned;
}

FactorOptions without_null() {
  FactorOptions options;
  options.permutations = 0;
  return options;
}

TEST_CASE("two planted groups are one factor with two poles") {
  const MatrixFactors f = factors_of(planted_matrix(40, 30, 0.5, 1));
  CHECK(f.null.method == FactorNullMethod::permutation);
  CHECK(f.null.significant == 1);
  CHECK(f.null.p[0] == doctest::Approx(0.01));
  REQUIRE(f.null.upper.size() == f.sigma.size());
  CHECK(f.sigma[0] > f.null.upper[0]);
  CHECK(f.sigma[1] < f.null.upper[1]);
  CHECK(poles_of(f.inputs, 15) >= 26);   // of 30
  CHECK(poles_of(f.outputs, 20) >= 32);  // of 40
}

TEST_CASE("the analytic edge finds the planted groups too") {
  FactorOptions options;
  options.permutation_budget = 0;
  const MatrixFactors f = factors_of(planted_matrix(60, 50, 0.5, 2), options);
  CHECK(f.null.method == FactorNullMethod::tracy_widom);
  CHECK(f.null.permutations == 0);
  CHECK(f.null.significant == 1);
  CHECK(f.sigma[0] > f.null.upper[0]);
  CHECK(f.sigma[1] < f.null.upper[1]);
  CHECK(poles_of(f.inputs, 25) >= 47);   // of 50
  CHECK(poles_of(f.outputs, 30) >= 57);  // of 60
}

TEST_CASE("matrices without structure: p of the first factor is uniform, and nothing is assigned") {
  FactorOptions options;
  options.permutations = 19;
  options.k = 2;
  int counts[4] = {};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    options.seed = seed;
    const MatrixFactors f = factors_of(random_matrix(12, 16, seed), options);
    ++counts[std::min(3, static_cast<int>((f.null.p[0] - 1e-9) * 4))];
    if (f.null.significant > 0) continue;
    for (const UnitAssignment& unit : f.inputs) CHECK(unit.factor == -1);
  }
  for (int count : counts) CHECK(std::abs(count - 50) < 25);  // 4 standard deviations
}

TEST_CASE("matrices without structure: the analytic edge is passed by one in twenty at most") {
  FactorOptions options;
  options.permutation_budget = 0;
  options.k = 1;
  for (Normalise normalise : {Normalise::inputs, Normalise::none}) {
    options.normalise = normalise;
    int passed = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      passed += static_cast<int>(factors_of(random_matrix(50, 70, seed), options).null.significant);
    }
    CHECK(passed <= 10);
  }
}

TEST_CASE("rescaling a unit changes nothing when the inputs are normalised") {
  const Matrix m = planted_matrix(20, 10, 0.3, 3);
  Matrix scaled = m;
  for (Eigen::Index j = 0; j < m.cols(); ++j) scaled.col(j) *= std::pow(2.0, static_cast<double>(j) - 5);
  const MatrixFactors a = factors_of(m), b = factors_of(scaled);
  CHECK(a.sigma.isApprox(b.sigma, 1e-12));
  CHECK(a.right.isApprox(b.right, 1e-9));
  CHECK(a.null.p == b.null.p);
  CHECK(a.null.significant == b.null.significant);
  for (std::size_t unit = 0; unit < a.inputs.size(); ++unit) CHECK(a.inputs[unit].factor == b.inputs[unit].factor);
  FactorOptions plain = without_null();
  plain.normalise = Normalise::none;
  CHECK_FALSE(factors_of(m, plain).sigma.isApprox(factors_of(scaled, plain).sigma, 0.1));
}

TEST_CASE("the same matrix, the same bytes") {
  const Matrix m = planted_matrix(110, 120, 0.2, 4);
  const MatrixFactors a = factors_of(m), b = factors_of(m);
  CHECK(a.right == b.right);
  CHECK(a.null.p == b.null.p);
  CHECK(a.null.input_magnitude == b.null.input_magnitude);
}

TEST_CASE("the wide and the tall form of a matrix have the same factors") {
  const Matrix m = random_matrix(30, 80, 5);
  FactorOptions rows = without_null(), columns = without_null();
  rows.normalise = columns.normalise = Normalise::none;
  columns.centring = Centring::columns;
  const MatrixFactors wide = factors_of(m, rows), tall = factors_of(m.transpose(), columns);
  CHECK(wide.sigma.isApprox(tall.sigma, 1e-12));
  CHECK(wide.right.col(0).cwiseAbs().isApprox(tall.left.col(0).cwiseAbs(), 1e-9));
}

TEST_CASE("beyond the exact side Lanczos gives what the whole spectrum gives") {
  const Matrix m = planted_matrix(kExactSide + 40, kExactSide + 20, 0.05, 6);
  const MatrixFactors f = factors_of(m, without_null());
  CHECK(f.status == FactorStatus::found);
  CHECK_FALSE(f.effective_rank_exact);
  CHECK(f.residual < 1e-8);
  PreparedMatrix prepared = prepare_matrix(m, Normalise::inputs, Centring::rows);
  const SingularFactors exact = find_singular_factors(prepared.values, kExactSide);  // too many for Lanczos
  CHECK(f.sigma.isApprox(exact.sigma.head(8), 1e-8));
}

TEST_CASE("a silent unit stays out of the factors") {
  Matrix m = planted_matrix(20, 12, 0.4, 7);
  const MatrixFactors without = factors_of(m, without_null());
  Matrix wider = Matrix::Zero(20, 14);
  wider.leftCols(5) = m.leftCols(5);
  wider.middleCols(6, 7) = m.rightCols(7);
  const MatrixFactors with = factors_of(wider, without_null());
  CHECK(with.silent_inputs == std::vector<Eigen::Index>{5, 13});
  CHECK(with.right.row(5).isZero(0));
  CHECK(with.sigma.isApprox(without.sigma, 1e-12));
}

TEST_CASE("effective rank is 1 for one factor and n for n equal ones") {
  FactorOptions raw = without_null();
  raw.normalise = Normalise::none;
  raw.centring = Centring::none;
  CHECK(factors_of(Matrix::Ones(5, 7), raw).effective_rank == doctest::Approx(1));
  CHECK(factors_of(Matrix::Identity(6, 6), raw).effective_rank == doctest::Approx(6));
  CHECK(factors_of(Matrix::Ones(5, 7), raw).sigma.size() == 1);
}

TEST_CASE("beside: the raw first vector has one sign, the centred one has two") {
  const FactorsBeside beside = find_factors_beside(planted_matrix(30, 20, 0.5, 8));
  CHECK(beside.raw.one_signed);
  CHECK_FALSE(beside.centred.one_signed);
  CHECK(beside.raw.energy[0] > beside.centred.energy[0]);
  CHECK(beside.raw.right.cols() == 2);
  CHECK(find_factors_beside(Matrix::Zero(3, 3)).raw.sigma.size() == 0);
}

TEST_CASE("where there is nothing to factor the status says so") {
  CHECK(factors_of(Matrix(0, 0)).status == FactorStatus::too_small);
  CHECK(factors_of(Matrix::Ones(1, 9)).status == FactorStatus::too_small);
  CHECK(factors_of(Matrix::Zero(4, 4)).status == FactorStatus::too_small);  // every unit is silent
  CHECK(factors_of(Matrix::Constant(6, 5, 0.1)).status == FactorStatus::no_variation);
  CHECK(factors_of(Matrix::Constant(6, 5, 0.1)).inputs.size() == 5);
  FactorOptions raw;
  raw.normalise = Normalise::none;
  CHECK(factors_of(Matrix::Zero(4, 4), raw).status == FactorStatus::no_variation);
}

TEST_CASE("two columns have one factor after centring") {
  const MatrixFactors f = factors_of(random_matrix(9, 2, 9));
  CHECK(f.sigma.size() == 1);
  CHECK(f.energy[0] == doctest::Approx(1));
}

TEST_CASE("a weight that is negative or not finite is an error") {
  Matrix m = random_matrix(4, 4, 10);
  m(1, 2) = -0.1;
  CHECK(find_matrix_factors(m, {}).error().kind == ErrorKind::invalid_input);
  m(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK(find_matrix_factors(m, {}).error().message == "wiring matrix: an entry is negative or not finite");
}

TEST_CASE("the search stops when it is told to") {
  int asked = 0;
  const auto from_the_third_on = [&] { return ++asked >= 3; };
  CHECK(find_matrix_factors(random_matrix(10, 10, 11), {}, from_the_third_on).error().kind == ErrorKind::cancelled);
}

TEST_CASE("one large matrix is asked many times whether it should stop") {
  FactorOptions options;
  options.permutations = 0;
  for (const Eigen::Index side : {300, 2100}) {  // with the Gram matrix, and without
    int asked = 0;
    const auto count = [&] { return ++asked < 0; };
    const Matrix m = random_matrix(side, 2200, 12);
    CHECK(find_matrix_factors(m, options, count));
    CHECK(asked > 20);
    int calls = 0;
    const auto halfway = [&] { return ++calls > asked / 2; };
    CHECK(find_matrix_factors(m, options, halfway).error().kind == ErrorKind::cancelled);
  }
}

TEST_CASE("normalising and centring do what they say") {
  const Matrix m = random_matrix(7, 9, 12);
  const Matrix inputs = prepare_matrix(m, Normalise::inputs, Centring::none).values;
  CHECK(inputs.colwise().norm().isOnes(1e-12));
  CHECK(prepare_matrix(m, Normalise::outputs, Centring::none).values.rowwise().norm().isOnes(1e-12));
  CHECK(prepare_matrix(m, Normalise::both, Centring::rows).values.rowwise().sum().isZero(1e-12));
  CHECK(prepare_matrix(m, Normalise::none, Centring::columns).values.colwise().sum().isZero(1e-12));
  const Matrix twice = prepare_matrix(m, Normalise::none, Centring::double_).values;
  CHECK(twice.rowwise().sum().isZero(1e-12));
  CHECK(twice.colwise().sum().isZero(1e-12));
}

}  // namespace
}  // namespace ramus
