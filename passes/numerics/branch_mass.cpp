#include "passes/numerics/branch_mass.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "passes/numerics/modularity.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;

constexpr double kRounding = 1e-12;  // the same deal in another order of summation

// Of one distribution from another, both given by their masses.
std::optional<double> divergence(const Vector& of, const Vector& from) {
  const double mass = of.sum(), all = from.sum();
  if (!(mass > 0)) return std::nullopt;
  double nats = 0;
  for (Eigen::Index i = 0; i < of.size(); ++i) {
    if (of[i] > 0) nats += of[i] / mass * std::log(of[i] / mass * all / from[i]);
  }
  return std::max(0.0, nats);
}

// [pairs x pairs], as group_sums: group b holds branch b and all that are paired with it.
Matrix pair_sums(const MatrixRef& mass, const std::vector<int>& pair_of) {
  Matrix sums = Matrix::Zero(mass.rows(), mass.rows());
  for (Eigen::Index c = 0; c < mass.cols(); ++c) {
    const int pair = pair_of[static_cast<std::size_t>(c)];
    if (pair >= 0) sums.col(pair) += mass.col(c);
  }
  const Matrix transposed = sums.transpose();
  return sums + transposed;
}

// One to one, largest excess first, as long as both sides have branches left; then to the branch with the largest.
std::vector<int> pair_branches(const Matrix& excess, const std::vector<std::optional<double>>& reads) {
  std::vector<std::pair<Eigen::Index, Eigen::Index>> order;  // of entries
  for (Eigen::Index c = 0; c < excess.cols(); ++c) {
    for (Eigen::Index b = 0; b < excess.rows() && reads[static_cast<std::size_t>(c)]; ++b) order.emplace_back(b, c);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto& x, const auto& y) { return excess(x.first, x.second) > excess(y.first, y.second); });
  std::vector<int> pair_of(static_cast<std::size_t>(excess.cols()), -1);
  std::vector<bool> taken(static_cast<std::size_t>(excess.rows()), false);
  for (const bool one_to_one : {true, false}) {
    for (const auto& [b, c] : order) {
      int& pair = pair_of[static_cast<std::size_t>(c)];
      if (pair >= 0 || (one_to_one && taken[static_cast<std::size_t>(b)])) continue;
      pair = static_cast<int>(b);
      taken[static_cast<std::size_t>(b)] = true;
    }
  }
  return pair_of;
}

Matrix deal(const MatrixRef& by_unit, const std::vector<int>& branch_of, int branches) {
  Matrix mass = Matrix::Zero(branches, by_unit.cols());
  for (Eigen::Index unit = 0; unit < by_unit.rows(); ++unit) {
    mass.row(branch_of[static_cast<std::size_t>(unit)]) += by_unit.row(unit);
  }
  return mass;
}

// Sums over permutations of one number, and how often it was as far as the one found.
class Tally {
 public:
  Tally(double found, Beyond beyond) : found_(found), beyond_(beyond) {}
  void add(double value) {
    sum_ += value;
    const double margin = kRounding * std::max(1.0, std::abs(found_));
    as_far_ += beyond_ == Beyond::above ? value >= found_ - margin : value <= found_ + margin;
  }
  MassTest test(int permutations) const {
    return {permutations > 0 ? sum_ / permutations : 0, (1.0 + as_far_) / (1.0 + permutations)};
  }

 private:
  double found_, sum_ = 0;
  Beyond beyond_;
  int as_far_ = 0;
};

std::vector<Tally> tallies(const std::vector<std::optional<double>>& found) {
  std::vector<Tally> all;
  for (const auto& value : found) all.emplace_back(value.value_or(0), Beyond::above);
  return all;
}

void add_all(const std::vector<std::optional<double>>& values, std::vector<Tally>& tallies) {
  for (std::size_t i = 0; i < values.size(); ++i) tallies[i].add(values[i].value_or(0));
}

std::vector<std::optional<MassTest>> tests_of(const std::vector<std::optional<double>>& found,
                                              const std::vector<Tally>& tallies, int permutations) {
  std::vector<std::optional<MassTest>> tests(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) tests[i] = tallies[i].test(permutations);
  }
  return tests;
}

}  // namespace

BranchMass measure_branch_mass(const MatrixRef& mass) {
  BranchMass measured;
  measured.mass = mass;
  const Vector rows = mass.rowwise().sum(), columns = mass.colwise().sum().transpose();
  const double all = mass.sum();
  measured.expected = all > 0 ? Matrix(rows * columns.transpose() / all) : Matrix::Zero(mass.rows(), mass.cols());
  for (Eigen::Index b = 0; b < mass.rows(); ++b) {
    measured.read_by_kl.push_back(divergence(mass.row(b).transpose(), columns));
  }
  for (Eigen::Index c = 0; c < mass.cols(); ++c) {
    measured.reads_kl.push_back(divergence(mass.col(c), rows));
    if (measured.reads_kl.back()) measured.information += columns[c] / all * *measured.reads_kl.back();
  }
  const Matrix excess = mass - measured.expected;
  measured.pair_of = pair_branches(excess, measured.reads_kl);
  for (Eigen::Index c = 0; c < mass.cols(); ++c) {
    const int pair = measured.pair_of[static_cast<std::size_t>(c)];
    if (pair >= 0) measured.barber_q += excess(pair, c) / all;
  }
  const PartitionQuality quality = partition_quality(pair_sums(mass, measured.pair_of));
  measured.newman_q = quality.q;
  measured.n_cut = quality.n_cut;
  return measured;
}

Result<BranchMassTest> test_branch_mass(const MatrixRef& by_unit, const std::vector<int>& branch_of, int branches,
                                        int permutations, std::uint64_t seed, std::string_view key,
                                        const std::function<bool()>& cancelled) {
  BranchMassTest test;
  test.found = measure_branch_mass(deal(by_unit, branch_of, branches));
  test.permutations = permutations;
  test.units = by_unit.rows();
  Tally information(test.found.information, Beyond::above), barber(test.found.barber_q, Beyond::above),
      newman(test.found.newman_q, Beyond::above), n_cut(test.found.n_cut, Beyond::below);
  std::vector<Tally> reads = tallies(test.found.reads_kl), read_by = tallies(test.found.read_by_kl);
  std::vector<int> dealt = branch_of;
  for (int i = 0; i < permutations; ++i) {
    if (cancelled && cancelled()) return failure(ErrorKind::cancelled, "cancelled while wirings were compared");
    RandomStream stream(seed, key, static_cast<std::uint64_t>(i));
    stream.shuffle(std::span<int>(dealt));
    const BranchMass null = measure_branch_mass(deal(by_unit, dealt, branches));
    information.add(null.information);
    barber.add(null.barber_q);
    newman.add(null.newman_q);
    n_cut.add(null.n_cut);
    add_all(null.reads_kl, reads);
    add_all(null.read_by_kl, read_by);
  }
  test.information = information.test(permutations);
  test.barber_q = barber.test(permutations);
  test.newman_q = newman.test(permutations);
  test.n_cut = n_cut.test(permutations);
  test.reads_kl = tests_of(test.found.reads_kl, reads, permutations);
  test.read_by_kl = tests_of(test.found.read_by_kl, read_by, permutations);
  return test;
}

}  // namespace ramus
