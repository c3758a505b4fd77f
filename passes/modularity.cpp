#include "passes/modularity.hpp"

#include <algorithm>
#include <numeric>

#include "passes/branch_partition.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/unit_clusters.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostPartitions = 1024;   // by branches
constexpr std::int64_t kMostEntries = 1 << 25;  // of one: 128 MB for each thread
constexpr std::int64_t kFewestUnits = 16;       // of a graph that is put into clusters
constexpr std::int64_t kMostUnits = 1 << 16;    // of one: 11 coordinates each, in every permuted graph

std::vector<std::vector<int>> by_group(const BranchPartition& partition, const std::vector<int>& parts) {
  std::vector<std::vector<int>> groups;
  for (std::size_t g = 0; g + 1 < partition.first_cell.size(); ++g) {
    groups.emplace_back(parts.begin() + partition.first_cell[g], parts.begin() + partition.first_cell[g + 1]);
  }
  return groups;
}

class ModularityFinder {
 public:
  explicit ModularityFinder(const PassContext& context)
      : context_(context),
        units_(find_unit_graph(context)),
        reduction_(kernel_reduction_named(context.options.text("modularity.reduction")).value_or(KernelReduction::l2)),
        which_(context.options.text("modularity.null") == name_of(PermutedEntries::nonzeros) ? PermutedEntries::nonzeros
                                                                                             : PermutedEntries::all),
        most_(context.options.number("modularity.entries")) {}

  Result<Findings> find() {
    if (units_.layers.empty()) return std::move(findings_);
    for (const BranchPartition& partition : find_branch_partitions(context_, units_)) {
      if (auto status = test_branches(partition); !status) return propagate(std::move(status.error()));
    }
    if (auto status = find_clusters(); !status) return propagate(std::move(status.error()));
    if (left_out_ > 0) note(std::to_string(left_out_) + " partitions by branches are left out: too large, or too many");
    if (units_.cut_off) note("some pairs of layers are left out of the weight graph: they have too many units");
    return std::move(findings_);
  }

 private:
  void note(std::string text) { findings_.notes.push_back({"", "modularity", std::move(text)}); }

  PartitionModularity described(const std::vector<std::size_t>& layers) const {
    PartitionModularity partition;
    partition.reduction = name_of(reduction_);
    partition.permuted = which_;
    partition.matrices = static_cast<std::int64_t>(layers.size());
    for (const std::size_t layer : layers) partition.entries += units_.entries[layer];
    return partition;
  }

  Status test_branches(const BranchPartition& branches) {
    const PartitionLayers layers = layers_of_partition(context_, units_, branches);
    if (!layers.can_be_cut) return {};
    PartitionModularity partition = described(layers.places);
    if (partition.entries > kMostEntries || findings_.modularity.size() >= kMostPartitions) {
      ++left_out_;
      return {};
    }
    const auto graph = read_partitioned(context_, units_, branches, layers, reduction_);
    if (!graph) return propagate(Error(graph.error()));
    PartitionTrial found = measure_partition(branches, *graph, graph->cut);
    partition.permutations = static_cast<int>(context_.options.number("modularity.permutations"));
    std::vector<double> n_cuts(static_cast<std::size_t>(partition.permutations)), qs(n_cuts.size());
    auto status = for_each_index(n_cuts.size(), context_.cancelled, [&](std::size_t i) {
      RandomStream stream(context_.seed, branches.key, i);
      const PartitionTrial trial = measure_partition(branches, *graph, permuted(graph->cut, which_, stream));
      n_cuts[i] = trial.quality.n_cut;
      qs[i] = trial.quality.q;
      return Status();
    });
    if (!status) return status;
    partition.groups = branches.groups;
    partition.parts = by_group(branches, found.parts);
    partition.k = branches.parts();
    partition.units = static_cast<std::int64_t>(branches.members.size());
    partition.found = found.quality;
    partition.n_cut = compare_with_null(found.quality.n_cut, n_cuts, Beyond::below);
    partition.q = compare_with_null(found.quality.q, qs, Beyond::above);
    findings_.modularity.push_back(std::move(partition));
    return {};
  }

  Status find_clusters() {
    std::vector<std::size_t> layers(units_.layers.size());
    std::iota(layers.begin(), layers.end(), 0);
    PartitionModularity partition = described(layers);
    if (partition.entries > most_) {
      note("no clusters of all units are sought: " + std::to_string(partition.entries) +
           " pairs of units, more than modularity.entries");
      return {};
    }
    const auto graph = read_edges(context_, units_, std::vector<bool>(layers.size(), true), reduction_);
    if (!graph) return propagate(Error(graph.error()));
    partition.units = (degrees(*graph).array() > 0).count();
    if (partition.units > kMostUnits) note("no clusters of all units are sought: there are too many units");
    if (partition.units < kFewestUnits || partition.units > kMostUnits) return {};
    partition.permutations = static_cast<int>(context_.options.number("modularity.cluster_permutations"));
    const auto k = static_cast<int>(context_.options.number("modularity.clusters"));
    auto clusters = find_unit_clusters(context_, *graph, which_, k, partition.permutations);
    if (!clusters) return propagate(std::move(clusters.error()));
    if (!*clusters) {
      note("no clusters of all units: the search for eigenvectors did not converge");
      return {};
    }
    add_clusters(**clusters, std::move(partition));
    return {};
  }

  void add_clusters(const UnitClusters& clusters, PartitionModularity partition) {
    partition.k = clusters.k;
    partition.found = clusters.found;
    partition.n_cut = clusters.n_cut;
    partition.q = clusters.q;
    std::vector<std::pair<UnitGraph::Block, std::string>> blocks;
    for (const auto& [source, block] : units_.blocks) blocks.emplace_back(block, source.second);
    std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) { return a.first.first < b.first.first; });
    for (const auto& [block, part] : blocks) {
      const auto begin = clusters.labels.begin() + block.first;
      partition.layers.push_back({block.node, part, std::vector<int>(begin, begin + block.count)});
    }
    findings_.modularity.push_back(std::move(partition));
  }

  const PassContext& context_;
  const UnitGraph units_;
  const KernelReduction reduction_;
  const PermutedEntries which_;
  const std::int64_t most_;
  std::size_t left_out_ = 0;  // partitions by branches
  Findings findings_;
};

}  // namespace

Result<Findings> find_modularity(const PassContext& context) { return ModularityFinder(context).find(); }

}  // namespace ramus
