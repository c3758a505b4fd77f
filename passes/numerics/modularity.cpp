#include "passes/numerics/modularity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ramus {
namespace {

constexpr double kEmptyVolume = 1e-8;
constexpr double kRounding = 1e-9;  // sums of the same floats in another order differ by less

}  // namespace

PartitionQuality partition_quality(const Eigen::Ref<const Eigen::MatrixXd>& sums) {
  PartitionQuality quality;
  const double all = sums.sum();
  for (Eigen::Index group = 0; group < sums.rows(); ++group) {
    const double inside = sums(group, group), volume = sums.row(group).sum();
    double leaving = 0;
    for (Eigen::Index other = 0; other < sums.cols(); ++other) leaving += other == group ? 0 : sums(group, other);
    quality.n_cut += leaving / (volume + kEmptyVolume);
    if (all > 0) quality.q += inside / all - (volume / all) * (volume / all);
  }
  return quality;
}

std::string_view name_of(PermutedEntries which) { return which == PermutedEntries::all ? "entries" : "nonzeros"; }

AgainstNull compare_with_null(double found, std::span<const double> null, Beyond beyond) {
  AgainstNull test;
  if (null.size() < 2) return test;
  const auto n = static_cast<double>(null.size());
  test.mean = std::accumulate(null.begin(), null.end(), 0.0) / n;
  double squares = 0;
  for (const double each : null) squares += (each - test.mean) * (each - test.mean);
  test.sd = std::sqrt(squares / (n - 1));
  if (test.sd <= kRounding) test.sd = 0;
  if (test.sd == 0 && std::abs(found - test.mean) <= kRounding) return test;
  const auto is_beyond = [&](double each) {
    return beyond == Beyond::below ? each < found - kRounding : each > found + kRounding;
  };
  if (test.sd > 0) test.z = (found - test.mean) / test.sd;
  test.p = (1 + static_cast<double>(std::count_if(null.begin(), null.end(), is_beyond))) / (1 + n);
  return test;
}

}  // namespace ramus
