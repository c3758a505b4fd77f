#include "passes/numerics/profile_agreement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "passes/numerics/assignment.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

double value_of(const Eigen::MatrixXd& values, const std::vector<Eigen::Index>& columns) {
  double sum = 0;
  for (std::size_t row = 0; row < columns.size(); ++row) {
    if (columns[row] >= 0) sum += values(static_cast<Eigen::Index>(row), columns[row]);
  }
  return sum;
}

// The largest sum over all ways, gone through one by one; as many rows as columns at most.
double best_by_enumeration(const Eigen::MatrixXd& values) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(values.cols()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  double best = -std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (Eigen::Index row = 0; row < values.rows(); ++row) sum += values(row, order[static_cast<std::size_t>(row)]);
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

// Two branches of n units; the second has values that are larger by `shift`.
UnitSample two_branches(int n, double shift, std::uint64_t seed) {
  RandomStream random(seed, 0);
  UnitSample sample;
  sample.values.resize(2 * n, 2);
  for (int unit = 0; unit < 2 * n; ++unit) {
    sample.branch.push_back(unit < n ? 0 : 1);
    sample.values(unit, 0) = random.unit() + (unit < n ? 0 : shift);
    sample.values(unit, 1) = random.unit();
  }
  return sample;
}

UnitSample mirrored(UnitSample sample) {
  for (int& branch : sample.branch) branch = 1 - branch;
  return sample;
}

ProfileAgreement agreement_of(UnitSample a, UnitSample b, int permutations = 199) {
  AgreementRequest request;
  request.a = {std::move(a)};
  request.b = {std::move(b)};
  request.branches_a = request.branches_b = 2;
  request.exchangeable = {{{0, 1}, {0, 1}}};
  request.permutations = permutations;
  return find_agreement(request);
}

}  // namespace

TEST_CASE("the best assignment is that of going through all of them") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, 1);
    const Eigen::Index rows = 1 + random.below(6), columns = rows + random.below(2);
    Eigen::MatrixXd values(rows, columns);
    for (Eigen::Index i = 0; i < values.size(); ++i) values(i) = random.unit() - 0.5;
    const double best = best_by_enumeration(values);
    CHECK(value_of(values, best_assignment(values)) == doctest::Approx(best));
    const Eigen::MatrixXd turned = values.transpose();
    const std::vector<Eigen::Index> of_turned = best_assignment(turned);
    CHECK(value_of(turned, of_turned) == doctest::Approx(best));
    CHECK(std::count(of_turned.begin(), of_turned.end(), -1) == columns - rows);
  }
  CHECK(best_assignment(Eigen::MatrixXd(0, 0)).empty());
}

TEST_CASE("a profile: means and spreads relative to the group") {
  UnitSample sample;
  sample.branch = {0, 0, 1, 1};
  sample.values.resize(4, 2);
  sample.values << 1, 5, 3, 5, 5, 5, 7, 5;  // mean 4, standard deviation sqrt(5); the second column does not vary
  const Eigen::MatrixXd profile = profile_of(sample, 3);
  CHECK(profile.rows() == 3);
  CHECK(profile(0, 0) == doctest::Approx(-2 / std::sqrt(5.0)));
  CHECK(profile(1, 0) == doctest::Approx(2 / std::sqrt(5.0)));
  CHECK(profile(0, 2) == doctest::Approx(1 / std::sqrt(5.0)));
  CHECK(profile.col(1).isZero());
  CHECK(profile.row(2).isZero());  // a branch without units
}

TEST_CASE("a profile of families: log odds with half a unit added to each count") {
  UnitSample sample;
  sample.families = true;
  sample.branch = {0, 0, 1, 1, 1};
  sample.values = (Eigen::VectorXd(5) << 1, 1, 0, 1, 0).finished();
  CHECK(profile_of(sample, 2)(0, 0) == doctest::Approx(std::log(2.5 * 2.5 / (0.5 * 1.5))));
  CHECK(profile_of(sample, 2)(1, 0) == doctest::Approx(std::log(1.5 * 0.5 / (2.5 * 2.5))));
}

TEST_CASE("the same split recurs in either order of the branches") {
  const UnitSample a = two_branches(16, 2, 1), b = two_branches(16, 2, 2);
  const ProfileAgreement same = agreement_of(a, b), turned = agreement_of(a, mirrored(b));
  CHECK(same.match == std::vector<Eigen::Index>{0, 1});
  CHECK(turned.match == std::vector<Eigen::Index>{1, 0});
  CHECK(same.correlation > 0.9);
  CHECK(turned.correlation == doctest::Approx(same.correlation));
  CHECK(same.p <= 0.01);
  CHECK(turned.p <= 0.01);
}

TEST_CASE("a network with itself correlates fully, and recurs only where there is a split") {
  const ProfileAgreement split = agreement_of(two_branches(16, 2, 1), two_branches(16, 2, 1));
  CHECK(split.match == std::vector<Eigen::Index>{0, 1});
  CHECK(split.correlation == doctest::Approx(1));
  CHECK(split.p == doctest::Approx(1.0 / 200));
}

TEST_CASE("a split in one of the two networks alone does not recur: p is calibrated for either") {
  int low_a = 0, low_b = 0, low = 0;
  constexpr int kRuns = 200;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(run);
    low_a += agreement_of(two_branches(12, 0, 2 * seed), two_branches(12, 2, 2 * seed + 1), 99).p <= 0.05 ? 1 : 0;
    low_b += agreement_of(two_branches(12, 2, 2 * seed), two_branches(12, 0, 2 * seed + 1), 99).p <= 0.05 ? 1 : 0;
    low += agreement_of(two_branches(12, 0, 2 * seed), two_branches(12, 0, 2 * seed + 1), 99).p <= 0.05 ? 1 : 0;
  }
  CHECK(low_a <= 20);  // 10 expected at most; more than 20 has a chance of 2e-3
  CHECK(low_b <= 20);
  CHECK(low <= 20);
}

TEST_CASE("without permutations nothing is tested") {
  const ProfileAgreement agreement = agreement_of(two_branches(16, 2, 1), two_branches(16, 2, 2), 0);
  CHECK(agreement.p == 1);
  CHECK(agreement.permutations == 0);
}

}  // namespace ramus
