#include "passes/block_diagonal_layers.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "passes/parallel.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

// Of a matrix; far more than latent branches take, for hardly any is worth the permutations.
constexpr Eigen::Index kMostEntries = 1 << 20;

// The wiring of all that the layer reads, joint or from one layer alone.
std::optional<Wiring> whole_wiring(const Graph& graph, const Analyses& analyses, const WeightLayer& layer) {
  for (Wiring& wiring : find_all_wirings(graph, analyses.channel_flow(), analyses.attention(), layer)) {
    std::int64_t columns = 0;
    for (const WiringSegment& segment : wiring.segments) columns += segment.count * segment.run;
    if (columns == layer.inputs) return std::move(wiring);
  }
  return std::nullopt;
}

std::int64_t smallest_group(const CoClustering& clustering) {
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
  for (int group = 0; group < clustering.groups; ++group) {
    for (const auto* side : {&clustering.inputs, &clustering.outputs}) {
      smallest = std::min<std::int64_t>(smallest, std::count(side->begin(), side->end(), group));
    }
  }
  return smallest;
}

bool is_told(const CoClustering& clustering, const BlockDiagonalRequest& request) {
  return clustering.status == CoClusteringStatus::found && clustering.energy >= request.least_energy &&
         clustering.saved >= request.least_saved && smallest_group(clustering) >= request.least_units &&
         2 * (1 - clustering.energy) <=
             1 - clustering.null_energy;  // a few large weights keep energy inside of any groups
}

class BlockFinder {
 public:
  BlockFinder(const Graph& graph, const Analyses& analyses, const Limits& limits, const BlockDiagonalRequest& request)
      : graph_(graph), analyses_(analyses), limits_(limits), request_(request) {}

  Status look_at(const WeightLayer& layer, std::optional<BlockDiagonalLayer>& found) const {
    if (layer.groups != 1) return {};
    auto wiring = whole_wiring(graph_, analyses_, layer);
    if (!wiring) return {};
    const ChannelFlow& flow = analyses_.channel_flow();
    const auto reduced = read_reduced(graph_, flow, layer, KernelReduction::l2, limits_);
    if (!reduced) return {};
    const auto m = wiring_matrix(graph_, *reduced, *wiring, input_scales(graph_, flow, *wiring), limits_);
    if (!m) return {};
    CoClusteringOptions options;
    options.least_energy = request_.least_energy;
    options.least_saved = request_.least_saved;
    options.seed = request_.seed;
    options.key = wiring->id(graph_) + "#blocks";
    options.most_entries = kMostEntries;
    auto clustering = find_co_clustering(*m, options, request_.cancelled);
    if (!clustering) {
      return clustering.error().kind == ErrorKind::cancelled ? propagate(std::move(clustering.error())) : Status();
    }
    if (is_told(*clustering, request_)) found = {std::move(*wiring), std::move(*clustering)};
    return {};
  }

 private:
  const Graph& graph_;
  const Analyses& analyses_;
  const Limits& limits_;
  const BlockDiagonalRequest& request_;
};

}  // namespace

Result<std::vector<BlockDiagonalLayer>> find_block_diagonal_layers(const Graph& graph, const Analyses& analyses,
                                                                   const Limits& limits,
                                                                   const BlockDiagonalRequest& request) {
  const std::vector<WeightLayer> layers = find_trained_layers(graph, limits).layers;
  if (!layers.empty()) {  // once, before the tasks ask for them together
    analyses.channel_flow();
    analyses.attention();
  }
  const BlockFinder finder(graph, analyses, limits, request);
  std::vector<std::optional<BlockDiagonalLayer>> found(layers.size());
  auto status = for_each_index(layers.size(), request.cancelled,
                               [&](std::size_t i) { return finder.look_at(layers[i], found[i]); });
  if (!status) return propagate(std::move(status.error()));
  std::vector<BlockDiagonalLayer> all;
  for (auto& layer : found) {
    if (layer) all.push_back(std::move(*layer));
  }
  return all;
}

}  // namespace ramus
