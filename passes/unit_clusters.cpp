#include "passes/unit_clusters.hpp"

#include <algorithm>
#include <span>

#include "passes/numerics/spectral_clustering.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr int kFirst = 2, kLast = 12;  // clusters tried where their number is not given
constexpr int kStartsTried = 2, kStarts = 25;

// One graph: the found one is number 0. Permuted graphs are drawn again when they are needed again.
class ClusterTrial {
 public:
  ClusterTrial(const PassContext& context, const WeightGraph& graph, PermutedEntries which, std::size_t number)
      : context_(context), found_(graph), which_(which), number_(number) {}

  Status prepare(int most) {
    const WeightGraph drawn = draw();
    auto points = find_spectral_points(number_ == 0 ? found_ : drawn, most - 1, context_.cancelled);
    if (!points) return propagate(std::move(points.error()));
    points_ = std::move(*points);
    for (int k = kFirst; k <= most; ++k) {
      if (context_.cancelled()) return failure(ErrorKind::cancelled, "cancelled while units were put into clusters");
      RandomStream stream(context_.seed, "clusters#" + std::to_string(k), number_);
      const auto labels = find_spectral_clusters(points_, found_.vertices, k, kStartsTried, stream);
      tried_.push_back(partition_quality(group_sums(number_ == 0 ? found_ : drawn, labels, k)));
    }
    return {};
  }

  void settle(int k) {
    const WeightGraph drawn = draw();
    RandomStream stream(context_.seed, "clusters", number_);
    labels_ = find_spectral_clusters(points_, found_.vertices, k, kStarts, stream);
    quality_ = partition_quality(group_sums(number_ == 0 ? found_ : drawn, labels_, k));
    if (number_ != 0) labels_ = {};
    points_ = {};
  }

  bool converged() const { return points_.at.rows() > 0; }
  const PartitionQuality& tried(int k) const { return tried_[static_cast<std::size_t>(k - kFirst)]; }
  const PartitionQuality& quality() const { return quality_; }
  const std::vector<int>& labels() const { return labels_; }

 private:
  WeightGraph draw() const {
    if (number_ == 0) return {};
    RandomStream stream(context_.seed, "clusters#modularity", number_);
    return permuted(found_, which_, stream);
  }

  const PassContext& context_;
  const WeightGraph& found_;
  PermutedEntries which_;
  std::size_t number_;
  SpectralPoints points_;
  std::vector<PartitionQuality> tried_;  // for k = kFirst ...
  PartitionQuality quality_;
  std::vector<int> labels_;
};

using Measure = double PartitionQuality::*;

// One measure of all graphs at one k: the found one counts as one of them, so that each is treated alike.
struct Spread {
  int k = 0;
  double mean = 0, sd = 0;
};

std::vector<Spread> spreads_of(const std::vector<ClusterTrial>& trials, int most, Measure measure) {
  std::vector<Spread> spreads;
  for (int k = kFirst; k <= most; ++k) {
    std::vector<double> all;
    for (const ClusterTrial& trial : trials) all.push_back(trial.tried(k).*measure);
    const AgainstNull spread = compare_with_null(all.front(), all, Beyond::below);
    spreads.push_back({k, spread.mean, spread.sd});
  }
  return spreads;
}

// The k whose n-cut lies farthest below the mean, per cluster.
int choose(const ClusterTrial& trial, const std::vector<Spread>& n_cuts) {
  const auto gap = [&](const Spread& at) { return (at.mean - trial.tried(at.k).n_cut) / at.k; };
  return std::max_element(n_cuts.begin(), n_cuts.end(),
                          [&](const Spread& a, const Spread& b) { return gap(a) < gap(b); })
      ->k;
}

// p of the standard deviations by which a graph lies beyond the mean, at the k where that is most.
double p_at_any_k(const std::vector<ClusterTrial>& trials, int most, Measure measure, Beyond beyond) {
  const std::vector<Spread> spreads = spreads_of(trials, most, measure);
  std::vector<double> farthest;
  for (const ClusterTrial& trial : trials) {
    farthest.push_back(0);
    for (const Spread& at : spreads) {
      const double excess = (trial.tried(at.k).*measure - at.mean) * (beyond == Beyond::above ? 1 : -1);
      if (at.sd > 0) farthest.back() = std::max(farthest.back(), excess / at.sd);
    }
  }
  return compare_with_null(farthest.front(), std::span(farthest).subspan(1), Beyond::above).p.value_or(1);
}

UnitClusters summarise(const std::vector<ClusterTrial>& trials, int k) {
  UnitClusters clusters{k, trials.front().labels(), trials.front().quality(), {}, {}};
  std::vector<double> n_cuts, qs;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    n_cuts.push_back(trials[i].quality().n_cut);
    qs.push_back(trials[i].quality().q);
  }
  clusters.n_cut = compare_with_null(clusters.found.n_cut, n_cuts, Beyond::below);
  clusters.q = compare_with_null(clusters.found.q, qs, Beyond::above);
  return clusters;
}

}  // namespace

Result<std::optional<UnitClusters>> find_unit_clusters(const PassContext& context, const WeightGraph& graph,
                                                       PermutedEntries which, int k, int permutations) {
  std::vector<ClusterTrial> trials;
  for (int i = 0; i <= permutations; ++i) trials.emplace_back(context, graph, which, static_cast<std::size_t>(i));
  const bool is_given = k >= kFirst;
  const int most = is_given ? k : kLast;
  auto status =
      for_each_index(trials.size(), context.cancelled, [&](std::size_t i) { return trials[i].prepare(most); });
  if (!status) return propagate(std::move(status.error()));
  if (!std::all_of(trials.begin(), trials.end(), [](const auto& trial) { return trial.converged(); })) {
    return std::optional<UnitClusters>();
  }
  const int chosen = is_given ? k : choose(trials.front(), spreads_of(trials, most, &PartitionQuality::n_cut));
  status = for_each_index(trials.size(), context.cancelled, [&](std::size_t i) {
    trials[i].settle(chosen);
    return Status();
  });
  if (!status) return propagate(std::move(status.error()));
  UnitClusters clusters = summarise(trials, chosen);
  if (!is_given) {
    if (clusters.n_cut.p) clusters.n_cut.p = p_at_any_k(trials, most, &PartitionQuality::n_cut, Beyond::below);
    if (clusters.q.p) clusters.q.p = p_at_any_k(trials, most, &PartitionQuality::q, Beyond::above);
  }
  return std::optional(std::move(clusters));
}

}  // namespace ramus
