#include "passes/numerics/co_clustering.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "passes/numerics/k_means.hpp"
#include "passes/numerics/permuted_matrix.hpp"
#include "passes/numerics/singular_factors.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;

constexpr int kStarts = 2;  // of k-means for each k

// [group of the output x group of the input]
Matrix block_sums(const MatrixRef& m, const std::vector<int>& outputs, const std::vector<int>& inputs, int k) {
  Matrix by_input = Matrix::Zero(m.rows(), k), sums = Matrix::Zero(k, k);
  for (Eigen::Index j = 0; j < m.cols(); ++j) by_input.col(inputs[static_cast<std::size_t>(j)]) += m.col(j);
  for (Eigen::Index i = 0; i < m.rows(); ++i) sums.row(outputs[static_cast<std::size_t>(i)]) += by_input.row(i);
  return sums;
}

// The units of both sides, in groups.
struct Partition {
  std::vector<int> outputs, inputs;
  double n_cut = 0, energy = 0;
  bool two_sided = false;  // every group has an output and an input
};

bool is_two_sided(const std::vector<int>& outputs, const std::vector<int>& inputs, int k) {
  std::vector<int> sides(static_cast<std::size_t>(k), 0);
  for (const int group : outputs) sides[static_cast<std::size_t>(group)] |= 1;
  for (const int group : inputs) sides[static_cast<std::size_t>(group)] |= 2;
  return std::all_of(sides.begin(), sides.end(), [](int side) { return side == 3; });
}

// Units as columns: outputs first, then inputs; coordinates in the order of the singular values.
Matrix embed(const Matrix& m, Eigen::Index dimensions) {
  Matrix residuals = m;
  centre_matrix(residuals, Centring::correspondence);
  const SingularFactors factors = find_approximate_factors(residuals, dimensions);
  Matrix points(factors.sigma.size(), m.rows() + m.cols());
  const auto inverse_roots = [](const Vector& degrees) -> Vector {
    return (degrees.array() > 0).select(degrees.array().sqrt().inverse(), 0.0);
  };
  const Vector by_row = inverse_roots(m.rowwise().sum()), by_column = inverse_roots(m.colwise().sum());
  points.leftCols(m.rows()) = (by_row.asDiagonal() * factors.left).transpose();
  points.rightCols(m.cols()) = (by_column.asDiagonal() * factors.right).transpose();
  return points;
}

Partition partition_of(const Matrix& m, const std::vector<int>& labels, int k) {
  Partition partition;
  partition.outputs.assign(labels.begin(), labels.begin() + m.rows());
  partition.inputs.assign(labels.begin() + m.rows(), labels.end());
  partition.n_cut = bipartite_n_cut(m, partition.outputs, partition.inputs, k);
  partition.two_sided = is_two_sided(partition.outputs, partition.inputs, k);
  return partition;
}

// Share of the sum of squares of m inside the groups.
double energy_inside(const Matrix& squares, const Partition& partition, int k) {
  const Matrix sums = block_sums(squares, partition.outputs, partition.inputs, k);
  return std::min(1.0, sums.trace() / sums.sum());
}

// For k = 2 ... most: of several starts, the one with the least n-cut.
std::vector<Partition> find_partitions(const Matrix& m, int most, RandomStream& stream) {
  const Matrix points = embed(m, most - 1);
  const Matrix squares = m.cwiseAbs2();
  std::vector<Partition> partitions;
  for (int k = 2; k <= most; ++k) {
    const Matrix used = points.topRows(std::min<Eigen::Index>(k - 1, points.rows()));
    Partition best;
    for (int start = 0; start < kStarts; ++start) {
      Partition partition = partition_of(m, find_clusters(used, k, stream).labels, k);
      const auto rank = [](const Partition& p) { return std::pair(!p.two_sided, p.n_cut); };
      if (start == 0 || rank(partition) < rank(best)) best = std::move(partition);
    }
    best.energy = energy_inside(squares, best, k);
    partitions.push_back(std::move(best));
  }
  return partitions;
}

// Share of outputs times inputs outside the groups.
double entries_outside(const Partition& partition, int k) {
  double inside = 0;
  for (int group = 0; group < k; ++group) {
    inside += static_cast<double>(std::count(partition.outputs.begin(), partition.outputs.end(), group)) *
              static_cast<double>(std::count(partition.inputs.begin(), partition.inputs.end(), group));
  }
  return 1 - inside / (static_cast<double>(partition.outputs.size()) * static_cast<double>(partition.inputs.size()));
}

bool is_worth_testing(const std::vector<Partition>& partitions, const CoClusteringOptions& options) {
  for (std::size_t c = 0; c < partitions.size(); ++c) {
    const Partition& partition = partitions[c];
    if (partition.two_sided && partition.energy >= options.least_energy &&
        entries_outside(partition, static_cast<int>(c) + 2) >= options.least_saved) {
      return true;
    }
  }
  return false;
}

// M itself first, then, if that is worth it, the permuted matrices, of which only the numbers are kept; [trials][k - 2].
using Trials = std::vector<std::vector<Partition>>;

Result<Trials> run_trials(const MatrixRef& m, const PreparedMatrix& prepared, const CoClusteringOptions& options,
                          int most, const std::function<bool()>& cancelled) {
  const PermutedMatrix permuted(active_entries(m, prepared), options.normalise, InputScale::roots);
  Trials trials;
  for (int i = 0; i <= options.permutations; ++i) {
    if (cancelled && cancelled()) return failure(ErrorKind::cancelled, "cancelled while units were put into groups");
    RandomStream stream(options.seed, options.key, static_cast<std::uint64_t>(i));
    trials.push_back(find_partitions(i == 0 ? prepared.values : permuted.draw(stream), most, stream));
    if (i == 0 && !is_worth_testing(trials.front(), options)) break;
    if (i == 0) continue;
    for (Partition& partition : trials.back()) partition.outputs = partition.inputs = {};
  }
  return trials;
}

// Means over the trials from `first` on.
Vector mean_n_cuts(const Trials& trials, std::size_t first) {
  Vector mean = Vector::Zero(static_cast<Eigen::Index>(trials.front().size()));
  for (std::size_t i = first; i < trials.size(); ++i) {
    for (Eigen::Index c = 0; c < mean.size(); ++c) mean[c] += trials[i][static_cast<std::size_t>(c)].n_cut;
  }
  return mean / static_cast<double>(trials.size() - first);
}

struct Choice {
  int k = 0;  // 0: no partition has both sides in every group
  double gap = -std::numeric_limits<double>::infinity();
};

Choice choose(const std::vector<Partition>& partitions, const Vector& mean) {
  Choice best;
  for (std::size_t c = 0; c < partitions.size(); ++c) {
    const int k = static_cast<int>(c) + 2;
    const double gap = (mean[static_cast<Eigen::Index>(c)] - partitions[c].n_cut) / k;
    if (partitions[c].two_sided && gap > best.gap) best = {k, gap};
  }
  return best;
}

// Groups in the order of their first inputs.
void number_by_input(Partition& partition, int k) {
  std::vector<int> number(static_cast<std::size_t>(k), -1);
  int next = 0;
  for (int& group : partition.inputs) {
    int& known = number[static_cast<std::size_t>(group)];
    if (known < 0) known = next++;
    group = known;
  }
  for (int& group : partition.outputs) group = number[static_cast<std::size_t>(group)];
}

std::vector<int> in_place(const std::vector<int>& groups, const std::vector<Eigen::Index>& units, Eigen::Index count) {
  std::vector<int> all(static_cast<std::size_t>(count), -1);
  for (std::size_t i = 0; i < units.size(); ++i) all[static_cast<std::size_t>(units[i])] = groups[i];
  return all;
}

// Units that carry no weight belong to no group, whatever is normalised.
PreparedMatrix without_silent(const MatrixRef& m, Normalise normalise) {
  PreparedMatrix prepared = prepare_matrix(m, Normalise::both, Centring::none);
  prepared.values = active_entries(m, prepared);
  normalise_matrix(prepared.values, normalise);
  return prepared;
}

}  // namespace

std::string_view name_of(CoClusteringStatus status) {
  switch (status) {
    case CoClusteringStatus::found:
      return "found";
    case CoClusteringStatus::too_small:
      return "too-small";
    case CoClusteringStatus::too_large:
      return "too-large";
    case CoClusteringStatus::none:
      break;
  }
  return "none";
}

double bipartite_n_cut(const MatrixRef& m, const std::vector<int>& outputs, const std::vector<int>& inputs, int k) {
  const Matrix sums = block_sums(m, outputs, inputs, k);
  const Vector volumes = sums.rowwise().sum() + sums.colwise().sum().transpose();
  double cut = 0;
  for (int group = 0; group < k; ++group) {
    cut += volumes[group] > 0 ? 1 - std::min(1.0, 2 * sums(group, group) / volumes[group]) : 1;
  }
  return cut;
}

Result<CoClustering> find_co_clustering(const MatrixRef& m, const CoClusteringOptions& options,
                                        const std::function<bool()>& cancelled) {
  if (!m.allFinite() || (m.size() > 0 && m.minCoeff() < 0)) {
    return invalid_input("wiring matrix: an entry is negative or not finite");
  }
  const PreparedMatrix prepared = without_silent(m, options.normalise);
  CoClustering result;
  result.inputs.assign(static_cast<std::size_t>(m.cols()), -1);
  result.outputs.assign(static_cast<std::size_t>(m.rows()), -1);
  const Eigen::Index side = std::min(prepared.values.rows(), prepared.values.cols());
  if (side < kFewestClusteredUnits) {
    result.status = CoClusteringStatus::too_small;
    return result;
  }
  if (prepared.values.size() > options.most_entries) {
    result.status = CoClusteringStatus::too_large;
    return result;
  }
  result.permutations = options.permutations;

  const int most = std::clamp(options.most_groups, 2, static_cast<int>(std::min<Eigen::Index>(side / 2, 64)));
  auto trials = run_trials(m, prepared, options, most, cancelled);
  if (!trials) return propagate(trials.error());
  if (trials->size() == 1) {
    result.permutations = 0;
    return result;
  }
  const Vector pooled = mean_n_cuts(*trials, 0);  // M counts as one of them: then each is treated alike
  const Choice chosen = choose(trials->front(), pooled);
  if (chosen.k == 0) return result;
  int at_least = 0;
  for (const auto& partitions : *trials) at_least += choose(partitions, pooled).gap >= chosen.gap ? 1 : 0;
  result.p = at_least / (result.permutations + 1.0);

  const auto place = static_cast<std::size_t>(chosen.k - 2);
  Partition& partition = trials->front()[place];
  number_by_input(partition, chosen.k);
  result.groups = chosen.k;
  result.inputs = in_place(partition.inputs, prepared.columns, m.cols());
  result.outputs = in_place(partition.outputs, prepared.rows, m.rows());
  result.n_cut = partition.n_cut;
  result.null_n_cut = mean_n_cuts(*trials, 1)[chosen.k - 2];
  result.gap = (result.null_n_cut - result.n_cut) / chosen.k;
  result.energy = partition.energy;
  for (std::size_t i = 1; i < trials->size(); ++i) result.null_energy += (*trials)[i][place].energy;
  result.null_energy /= result.permutations;
  result.saved = entries_outside(partition, chosen.k);
  const bool beyond_chance = result.p <= options.significance && result.gap > 0;
  if (beyond_chance && result.energy > result.null_energy) result.status = CoClusteringStatus::found;
  return result;
}

}  // namespace ramus
