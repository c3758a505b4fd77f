#include "passes/latent_branches.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <span>

#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

struct LayerOutcome {
  std::vector<LatentBranches> latent;
  std::size_t too_small = 0, too_large = 0;  // wirings
};

CoClusteringOptions clustering_options(const PassContext& context, const Factorization& factors) {
  CoClusteringOptions options;
  options.normalise = normalise_named(factors.normalise);
  options.most_groups = static_cast<int>(context.options.number("latent-branches.groups"));
  options.permutations = static_cast<int>(context.options.number("latent-branches.permutations"));
  options.most_entries = static_cast<Eigen::Index>(context.options.number("latent-branches.entries"));
  options.seed = context.seed;
  options.key = factors.factors->key + "#latent";
  return options;
}

Result<CoClustering> cluster(const PassContext& context, const ReducedLayer& reduced, const Factorization& factors) {
  const Graph& graph = context.graph;
  const InputScales scales = input_scales(graph, context.analyses.channel_flow(), factors.wiring);
  const auto m = wiring_matrix(graph, reduced, factors.wiring, scales, context.limits);
  if (!m) return propagate(Error(m.error()));
  auto clustering = find_co_clustering(*m, clustering_options(context, factors), context.cancelled);
  if (!clustering) return propagate(std::move(clustering.error()), factors.id);
  return clustering;
}

void tell(const Factorization& factors, const CoClustering& clustering, LayerOutcome& outcome) {
  if (clustering.status == CoClusteringStatus::too_small) {
    ++outcome.too_small;
  } else if (clustering.status == CoClusteringStatus::too_large) {
    ++outcome.too_large;
  } else {
    outcome.latent.push_back({factors.id, factors.wiring, clustering});
  }
}

// All wirings into one layer, which `factors` could read.
Status cluster_layer(const PassContext& context, std::span<const Factorization> wirings, LayerOutcome& outcome) {
  const Graph& graph = context.graph;
  const WeightLayer& layer = wirings.front().wiring.layer;
  const auto reduction = kernel_reduction_named(wirings.front().reduction).value_or(KernelReduction::l2);
  const auto reduced = read_reduced(graph, context.analyses.channel_flow(), layer, reduction, context.limits);
  if (!reduced) return propagate(Error(reduced.error()));
  std::map<const MatrixFactors*, CoClustering> known;  // wirings with one matrix share its factors
  for (const Factorization& factors : wirings) {
    auto same = known.find(factors.factors.get());
    if (same == known.end()) {
      auto clustered = cluster(context, *reduced, factors);
      if (!clustered) return propagate(std::move(clustered.error()));
      same = known.emplace(factors.factors.get(), std::move(*clustered)).first;
    }
    tell(factors, same->second, outcome);
  }
  return {};
}

std::vector<std::span<const Factorization>> by_layer(const std::vector<Factorization>& factors) {
  std::vector<std::span<const Factorization>> layers;
  for (auto begin = factors.begin(); begin != factors.end();) {
    const auto end = std::find_if(begin, factors.end(), [&](const Factorization& other) {
      return other.wiring.to != begin->wiring.to || other.wiring.layer.part != begin->wiring.layer.part;
    });
    layers.emplace_back(begin, end);
    begin = end;
  }
  return layers;
}

void note_left_out(std::size_t count, const std::string& why, Findings& findings) {
  if (count == 0) return;
  findings.notes.push_back({"", "latent-branches",
                            std::to_string(count) + (count == 1 ? " pair of layers was" : " pairs of layers were") +
                                " not searched for latent branches: " + why});
}

}  // namespace

Result<Findings> find_latent_branches(const PassContext& context) {
  const auto layers = by_layer(context.found.factors);
  if (!layers.empty()) context.analyses.channel_flow();  // once, before the tasks ask for it together
  std::vector<LayerOutcome> outcomes(layers.size());
  auto status = for_each_index(layers.size(), context.cancelled,
                               [&](std::size_t i) { return cluster_layer(context, layers[i], outcomes[i]); });
  if (!status) return propagate(std::move(status.error()));
  Findings findings;
  std::size_t too_small = 0, too_large = 0;
  for (LayerOutcome& outcome : outcomes) {
    std::move(outcome.latent.begin(), outcome.latent.end(), std::back_inserter(findings.latent));
    too_small += outcome.too_small;
    too_large += outcome.too_large;
  }
  note_left_out(too_small, "fewer than " + std::to_string(kFewestClusteredUnits) + " units on a side carry weight",
                findings);
  note_left_out(too_large, "they have more than latent-branches.entries pairs of units", findings);
  return findings;
}

}  // namespace ramus
