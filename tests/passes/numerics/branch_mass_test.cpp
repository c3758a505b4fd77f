#include "passes/numerics/branch_mass.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "passes/numerics/random.hpp"
#include "tests/passes/numerics/uniform.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

Matrix random_mass(Eigen::Index rows, Eigen::Index columns, RandomStream& random) {
  Matrix m(rows, columns);
  for (double& entry : m.reshaped()) entry = random.unit();
  return m;
}

TEST_CASE("mass in proportion to its totals says nothing") {
  const Matrix mass = Eigen::Vector3d(1, 2, 5) * Eigen::RowVector2d(3, 4);
  const BranchMass measured = measure_branch_mass(mass);
  CHECK(measured.expected.isApprox(mass));
  CHECK(measured.information == doctest::Approx(0));
  CHECK(measured.barber_q == doctest::Approx(0));
  for (const auto& kl : measured.reads_kl) CHECK(*kl == doctest::Approx(0));
}

TEST_CASE("information, divergences and modularities are what direct sums say") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomStream random(seed, "mass");
    const Matrix c = random_mass(4, 3, random);
    const BranchMass measured = measure_branch_mass(c);
    const double all = c.sum();
    double information = 0, barber = 0, newman = 0, n_cut = 0;
    for (Eigen::Index b = 0; b < 4; ++b) {
      double inside = 0, volume = c.row(b).sum(), divergence = 0;
      for (Eigen::Index r = 0; r < 3; ++r) {
        const double expected = c.row(b).sum() * c.col(r).sum() / all;
        CHECK(measured.expected(b, r) == doctest::Approx(expected));
        information += c(b, r) / all * std::log(c(b, r) / expected);
        divergence += c(b, r) / c.row(b).sum() * std::log(c(b, r) / expected);
        if (measured.pair_of[static_cast<std::size_t>(r)] != b) continue;
        barber += (c(b, r) - expected) / all;
        inside += c(b, r);
        volume += c.col(r).sum();
      }
      CHECK(*measured.read_by_kl[static_cast<std::size_t>(b)] == doctest::Approx(divergence));
      newman += inside / all - std::pow(volume / (2 * all), 2);
      n_cut += (volume - 2 * inside) / (volume + 1e-8);
    }
    for (Eigen::Index r = 0; r < 3; ++r) {
      double divergence = 0;
      for (Eigen::Index b = 0; b < 4; ++b) {
        divergence += c(b, r) / c.col(r).sum() * std::log(c(b, r) / measured.expected(b, r));
      }
      CHECK(*measured.reads_kl[static_cast<std::size_t>(r)] == doctest::Approx(divergence));
    }
    CHECK(measured.information == doctest::Approx(information));
    CHECK(measured.barber_q == doctest::Approx(barber));
    CHECK(measured.newman_q == doctest::Approx(newman));
    CHECK(measured.n_cut == doctest::Approx(n_cut));
  }
}

TEST_CASE("pairs are one to one, largest excess first; those left over join the branch they read most") {
  Matrix mass(2, 3);
  mass << 9, 5, 1, 1, 4, 9;
  CHECK(measure_branch_mass(mass).pair_of == std::vector<int>{0, 0, 1});
  Matrix silent(2, 2);
  silent << 0, 3, 0, 1;
  const BranchMass measured = measure_branch_mass(silent);
  CHECK(measured.pair_of[0] == -1);
  CHECK_FALSE(measured.reads_kl[0]);
  CHECK(measure_branch_mass(Matrix::Zero(2, 2)).information == 0);
}

TEST_CASE("planted wiring is found, and its p is the least there is") {
  RandomStream random(1, "planted");
  Matrix by_unit = random_mass(40, 2, random);
  std::vector<int> branch_of;
  for (int unit = 0; unit < 40; ++unit) {
    branch_of.push_back(unit < 16 ? 0 : 1);
    by_unit(unit, branch_of.back()) += 0.7;
  }
  const BranchMassTest test = test_branch_mass(by_unit, branch_of, 2, 99, 0, "planted").value();
  CHECK(test.found.pair_of == std::vector<int>{0, 1});
  CHECK(test.information.p == doctest::Approx(0.01));
  CHECK(test.barber_q.p == doctest::Approx(0.01));
  CHECK(test.n_cut.p == doctest::Approx(0.01));
  CHECK(test.reads_kl[1]->p == doctest::Approx(0.01));
  CHECK(test.units == 40);
}

TEST_CASE("units of branches drawn at random: p is uniform, however large single units are") {
  std::vector<double> information, barber, n_cut;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, "uniform");
    Matrix by_unit = random_mass(24, 3, random);
    std::vector<int> branch_of;
    for (int unit = 0; unit < 24; ++unit) {
      branch_of.push_back(unit < 4 ? 0 : unit < 12 ? 1 : 2);
      by_unit.row(unit) *= std::exp(3 * random.unit());
    }
    const BranchMassTest test = test_branch_mass(by_unit, branch_of, 3, 49, seed, "uniform").value();
    information.push_back(test.information.p);
    barber.push_back(test.barber_q.p);
    n_cut.push_back(test.n_cut.p);
  }
  CHECK(testing::distance_from_uniform(information) < testing::largest_distance(200));
  CHECK(testing::distance_from_uniform(barber) < testing::largest_distance(200));
  CHECK(testing::distance_from_uniform(n_cut) < testing::largest_distance(200));
}

TEST_CASE("a test can be cancelled") {
  const auto test = test_branch_mass(Matrix::Ones(4, 2), {0, 0, 1, 1}, 2, 9, 0, "", [] { return true; });
  CHECK(test.error().kind == ErrorKind::cancelled);
}

}  // namespace
}  // namespace ramus
