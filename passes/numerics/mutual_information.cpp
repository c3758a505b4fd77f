#include "passes/numerics/mutual_information.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "passes/numerics/enrichment.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

constexpr double kQuantiles[] = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};

struct Partition {
  std::vector<int> group;     // of each unit, 0 ... sizes.size() - 1 in the order of the labels
  std::vector<double> sizes;  // units in each group
};

Partition partition_from(std::span<const int> labels) {
  std::vector<int> distinct(labels.begin(), labels.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Partition partition{{}, std::vector<double>(distinct.size(), 0.0)};
  partition.group.reserve(labels.size());
  for (int label : labels) {
    const auto place = std::lower_bound(distinct.begin(), distinct.end(), label) - distinct.begin();
    partition.group.push_back(static_cast<int>(place));
    partition.sizes[static_cast<std::size_t>(place)] += 1;
  }
  return partition;
}

double entropy(const Partition& partition) {
  const double n = static_cast<double>(partition.group.size());
  double sum = 0;
  for (double size : partition.sizes) sum -= size / n * std::log(size / n);
  return sum;
}

double mutual_information(const Partition& a, const Partition& b) {
  const auto rows = static_cast<Eigen::Index>(a.sizes.size());
  const auto columns = static_cast<Eigen::Index>(b.sizes.size());
  Eigen::MatrixXd table = Eigen::MatrixXd::Zero(rows, columns);
  for (std::size_t unit = 0; unit < a.group.size(); ++unit) table(a.group[unit], b.group[unit]) += 1;
  const double n = static_cast<double>(a.group.size());
  double sum = 0;
  for (Eigen::Index j = 0; j < columns; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i) {
      const double count = table(i, j);
      const double chance = a.sizes[static_cast<std::size_t>(i)] * b.sizes[static_cast<std::size_t>(j)] / n;
      if (count > 0) sum += count / n * std::log(count / chance);
    }
  }
  return std::max(0.0, sum);
}

constexpr double kNegligible = 1e-18;  // of the largest mass

// The mean of one cell's term over all ways to place a group of size `a` and one of size `b` among n units. From the most
// likely count outwards, each mass from the one before it.
double expected_cell(std::int64_t a, std::int64_t b, std::int64_t n) {
  const std::int64_t least = std::max<std::int64_t>(1, a + b - n), most = std::min(a, b);
  if (least > most) return 0;
  const std::int64_t likely = std::clamp((a + 1) * (b + 1) / (n + 2), least, most);
  const double largest = std::exp(log_hypergeometric_mass({likely, a, b, n}));
  const double chance = static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(n);
  const auto weighed = [&](std::int64_t count, double mass) {
    const double both = static_cast<double>(count);
    return both * std::log(both / chance) * mass;
  };
  const auto ratio = [&](std::int64_t count) {  // mass of count + 1 divided by that of count
    return static_cast<double>(a - count) * static_cast<double>(b - count) /
           (static_cast<double>(count + 1) * static_cast<double>(n - a - b + count + 1));
  };
  double sum = 0, mass = largest;
  for (std::int64_t count = likely; count <= most && mass > kNegligible * largest; ++count) {
    sum += weighed(count, mass);
    mass *= ratio(count);
  }
  mass = largest;
  for (std::int64_t count = likely; count > least && mass > kNegligible * largest; --count) {
    mass /= ratio(count - 1);
    sum += weighed(count - 1, mass);
  }
  return sum / static_cast<double>(n);
}

double expected_information(const Partition& a, const Partition& b) {
  const auto n = static_cast<std::int64_t>(a.group.size());
  double sum = 0;
  for (double size_a : a.sizes) {
    for (double size_b : b.sizes) {
      sum += expected_cell(static_cast<std::int64_t>(size_a), static_cast<std::int64_t>(size_b), n);
    }
  }
  return sum;
}

std::optional<MutualInformation> information_of(const Partition& a, const Partition& b) {
  if (a.group.size() != b.group.size() || a.group.size() < 3) return std::nullopt;
  if (a.sizes.size() < 2 || b.sizes.size() < 2) return std::nullopt;
  MutualInformation result;
  result.n = static_cast<std::int64_t>(a.group.size());
  result.entropy_a = entropy(a);
  result.entropy_b = entropy(b);
  result.mutual_information = mutual_information(a, b);
  result.expected = expected_information(a, b);
  const double mean_entropy = (result.entropy_a + result.entropy_b) / 2;
  if (mean_entropy - result.expected < 1e-12) return std::nullopt;
  result.adjusted = (result.mutual_information - result.expected) / (mean_entropy - result.expected);
  return result;
}

double x_log_x(double x) { return x > 0 ? x * std::log(x) : 0; }

double sum_of_x_log_x(const std::vector<double>& sizes) {
  double sum = 0;
  for (const double size : sizes) sum += x_log_x(size);
  return sum;
}

// Without one unit: which unit it was says only the cell of the table that it leaves. Everything that makes up the adjusted
// mutual information is a sum over rows, columns and cells, of which a unit changes one row, one column and one cell.
class Jackknife {
 public:
  Jackknife(const Partition& a, const Partition& b) : a_(a), b_(b), rest_(static_cast<double>(a.group.size()) - 1) {
    table_ =
        Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(a.sizes.size()), static_cast<Eigen::Index>(b.sizes.size()));
    for (std::size_t unit = 0; unit < a.group.size(); ++unit) table_(a.group[unit], b.group[unit]) += 1;
    for (int less_a = 0; less_a < 2; ++less_a) {
      for (int less_b = 0; less_b < 2; ++less_b) expected_[less_a][less_b] = expected_terms(less_a, less_b);
    }
    of_row_ = expected_[1][0].rowwise().sum() - expected_[0][0].rowwise().sum();
    of_column_ = expected_[0][1].colwise().sum() - expected_[0][0].colwise().sum();
    expected_of_all_ = expected_[0][0].sum();
    sum_a_ = sum_of_x_log_x(a.sizes);
    sum_b_ = sum_of_x_log_x(b.sizes);
    for (const double count : table_.reshaped()) sum_joint_ += x_log_x(count);
  }

  std::optional<double> standard_error() const {
    double sum = 0, sum_of_squares = 0;
    const double all = rest_ + 1;
    std::vector<std::pair<double, double>> scores;  // and of how many units
    for (Eigen::Index j = 0; j < table_.cols(); ++j) {
      for (Eigen::Index i = 0; i < table_.rows(); ++i) {
        if (table_(i, j) == 0) continue;
        const auto score = without(i, j);
        if (!score) return std::nullopt;
        scores.emplace_back(*score, table_(i, j));
        sum += *score * table_(i, j);
      }
    }
    for (const auto& [score, units] : scores) sum_of_squares += units * (score - sum / all) * (score - sum / all);
    return std::sqrt(rest_ / all * sum_of_squares);
  }

 private:
  // [groups of a x groups of b], each group smaller by so many units, in a table of one unit less.
  Eigen::MatrixXd expected_terms(int less_a, int less_b) const {
    Eigen::MatrixXd terms(table_.rows(), table_.cols());
    std::map<std::pair<double, double>, double> known;  // most groups share their size with others
    for (Eigen::Index j = 0; j < terms.cols(); ++j) {
      for (Eigen::Index i = 0; i < terms.rows(); ++i) {
        const double a = a_.sizes[static_cast<std::size_t>(i)] - less_a,
                     b = b_.sizes[static_cast<std::size_t>(j)] - less_b;
        const auto [place, is_new] = known.try_emplace({a, b}, 0);
        if (is_new && a + b > 0) {
          place->second = expected_cell(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b),
                                        static_cast<std::int64_t>(rest_));
        }
        terms(i, j) = place->second;
      }
    }
    return terms;
  }

  std::optional<double> without(Eigen::Index i, Eigen::Index j) const {
    const double a = a_.sizes[static_cast<std::size_t>(i)], b = b_.sizes[static_cast<std::size_t>(j)];
    const auto step = [](double x) { return x_log_x(x - 1) - x_log_x(x); };
    const double entropy_a = std::log(rest_) - (sum_a_ + step(a)) / rest_;
    const double entropy_b = std::log(rest_) - (sum_b_ + step(b)) / rest_;
    const double joint = std::log(rest_) - (sum_joint_ + step(table_(i, j))) / rest_;
    const bool one_is_left = (a == 1 && a_.sizes.size() == 2) || (b == 1 && b_.sizes.size() == 2);
    if (one_is_left) return 0;
    const double corner = expected_[1][1](i, j) - expected_[1][0](i, j) - expected_[0][1](i, j) + expected_[0][0](i, j);
    const double expected = expected_of_all_ + of_row_[i] + of_column_[j] + corner;
    const double mean_entropy = (entropy_a + entropy_b) / 2;
    if (mean_entropy - expected < 1e-12) return std::nullopt;
    return (entropy_a + entropy_b - joint - expected) / (mean_entropy - expected);
  }

  const Partition &a_, &b_;
  const double rest_;  // units that stay
  Eigen::MatrixXd table_;
  Eigen::MatrixXd expected_[2][2];
  Eigen::VectorXd of_row_;
  Eigen::RowVectorXd of_column_;
  double expected_of_all_ = 0, sum_a_ = 0, sum_b_ = 0, sum_joint_ = 0;
};

}  // namespace

std::optional<double> standard_error_of_adjusted(std::span<const int> a, std::span<const int> b) {
  const Partition first = partition_from(a), second = partition_from(b);
  if (!information_of(first, second)) return std::nullopt;
  return Jackknife(first, second).standard_error();
}

std::optional<MutualInformation> adjusted_mutual_information(std::span<const int> a, std::span<const int> b) {
  return information_of(partition_from(a), partition_from(b));
}

std::optional<MutualInformationTest> test_mutual_information(std::span<const int> a, std::span<const int> b,
                                                             int permutations, std::uint64_t seed,
                                                             std::string_view key) {
  const Partition fixed = partition_from(a);
  const Partition labels = partition_from(b);
  const std::optional<MutualInformation> observed = information_of(fixed, labels);
  if (!observed) return std::nullopt;

  // Permuting keeps entropies and expectation, so that ranking by mutual information is ranking by its adjusted form.
  int at_least = 0;
  double sum = 0;
  std::vector<double> all;
  for (int i = 0; i < permutations; ++i) {
    Partition permuted = labels;
    RandomStream(seed, key, static_cast<std::uint64_t>(i)).shuffle(std::span<int>(permuted.group));
    const double information = mutual_information(fixed, permuted);
    sum += information;
    all.push_back(information);
    if (information >= observed->mutual_information - 1e-12) ++at_least;  // equal tables may round apart
  }
  MutualInformationTest test;
  test.observed = *observed;
  test.standard_error = Jackknife(fixed, labels).standard_error();
  test.permutations = std::max(0, permutations);
  test.p = (1.0 + at_least) / (1.0 + test.permutations);
  const double mean_entropy = (observed->entropy_a + observed->entropy_b) / 2;
  if (permutations > 0) {
    const auto adjusted = [&](double information) {
      return (information - observed->expected) / (mean_entropy - observed->expected);
    };
    test.null_mean = adjusted(sum / permutations);
    std::sort(all.begin(), all.end());
    for (const double share : kQuantiles) {
      const auto place = static_cast<std::size_t>(std::lround(share * static_cast<double>(all.size() - 1)));
      test.null_quantiles.push_back(adjusted(all[place]));
    }
  }
  return test;
}

}  // namespace ramus
