#include "passes/unit_graph.hpp"

#include <algorithm>

#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostKnown = 8;             // columns that later wirings of a layer are compared with
constexpr std::int64_t kMostUnits = 1 << 22;      // of all layers; GPT-3 has 10 million, and no matrices that fit
constexpr std::int64_t kMostBetween = 1LL << 26;  // entries of one layer over all units of another, read or not

std::vector<std::int64_t> units_read(const Wiring& wiring) {
  std::vector<std::int64_t> units;
  for (const WiringSegment& segment : wiring.segments) {
    for (std::int64_t i = 0; i < segment.count; ++i) units.push_back(segment.unit + i * segment.step);
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

UnitGraph::Source source_of(const Wiring& wiring) {
  return {wiring.source, wiring.layer.reads_its_own_state() || wiring.from_part.empty() ? "" : wiring.from_part};
}

UnitGraph::Source source_of(const WeightLayer& layer) {
  const bool is_slice = !layer.part.empty() && layer.part.front() == '[';
  return {layer.output, is_slice ? layer.part : ""};
}

class UnitGraphFinder {
 public:
  explicit UnitGraphFinder(const PassContext& context)
      : context_(context),
        graph_(context.graph),
        flow_(context.analyses.channel_flow()),
        attention_(context.analyses.attention()) {}

  UnitGraph find() {
    for (WeightLayer& layer : find_trained_layers(graph_, context_.limits).layers) {
      if (context_.cancelled()) break;
      add(std::move(layer));
    }
    return std::move(found_);
  }

 private:
  const UnitGraph::Block& block_of(UnitGraph::Source source, NodeId node, std::int64_t count) {
    const auto [block, is_new] = found_.blocks.try_emplace(std::move(source));
    if (is_new) {
      block->second = {node, found_.graph.vertices, count};
      found_.graph.vertices += count;
    }
    return block->second;
  }

  // Where the same columns are read already: the place of the first.
  Eigen::Index same_columns(const std::vector<UnitColumns>& known, const Wiring& wiring, const InputScales& scales,
                            Eigen::Index end) const {
    std::size_t compared = 0;
    for (auto columns = known.rbegin(); columns != known.rend() && compared < kMostKnown; ++columns, ++compared) {
      end -= static_cast<Eigen::Index>(columns->units.size());
      if (columns->wiring.reads_like(wiring) && columns->scales == scales) return end;
    }
    return -1;
  }

  bool may_read(const WeightLayer& layer, const Wiring& wiring) {
    if (wiring.units < 1 || wiring.units > kMostBetween / layer.outputs || found_.graph.vertices > kMostUnits)
      return false;
    for (const WiringSegment& segment : wiring.segments) reads_ += static_cast<std::size_t>(segment.count);
    return reads_ <= context_.limits.all_channel_segments;
  }

  void add(WeightLayer layer) {
    if (layer.outputs < 1 || layer.outputs > context_.limits.matrix_side) return;
    LayerEdges edges;
    std::vector<UnitColumns> known;
    Eigen::Index end = 0;
    for (Wiring& wiring : find_all_wirings(graph_, flow_, attention_, layer)) {
      if (wiring.joint) continue;
      if (!may_read(layer, wiring)) {
        found_.cut_off = true;
        continue;
      }
      const UnitGraph::Block block = block_of(source_of(wiring), wiring.from, wiring.units);
      std::vector<std::int64_t> units = units_read(wiring);
      InputScales scales = input_scales(graph_, flow_, wiring);
      Eigen::Index begin = same_columns(known, wiring, scales, end);
      const bool is_new = begin < 0;
      if (is_new) begin = std::exchange(end, end + static_cast<Eigen::Index>(units.size()));
      for (std::size_t i = 0; i < units.size(); ++i) {
        if (units[i] < 0 || units[i] >= block.count) continue;
        edges.reads.push_back({begin + static_cast<Eigen::Index>(i), block.first + units[i]});
      }
      if (is_new) known.push_back({std::move(wiring), std::move(scales), std::move(units)});
    }
    const UnitGraph::Block own = block_of(source_of(layer), layer.node, layer.outputs);
    if (end == 0 || own.count < layer.outputs) return;  // it reads units of no layer
    std::stable_sort(edges.reads.begin(), edges.reads.end(),
                     [](const auto& a, const auto& b) { return a.column < b.column; });
    for (Eigen::Index i = 0; i < layer.outputs; ++i) edges.rows.push_back(own.first + i);
    found_.places[layer.node].push_back(found_.layers.size());
    found_.graph.layers.push_back(std::move(edges));
    found_.entries.push_back(layer.outputs * end);
    found_.layers.push_back(std::move(layer));
    found_.columns.push_back(std::move(known));
  }

  const PassContext& context_;
  const Graph& graph_;
  const ChannelFlow& flow_;
  const AttentionCores& attention_;
  UnitGraph found_;
  std::size_t reads_ = 0;
};

bool is_readable(const Eigen::MatrixXf& weights) {
  return weights.allFinite() && (weights.size() == 0 || weights.minCoeff() >= 0);
}

// Empty where the weights cannot be read.
Eigen::MatrixXf read_matrix(const PassContext& context, const ReducedLayer& reduced,
                            const std::vector<UnitColumns>& columns, std::int64_t entries) {
  Eigen::MatrixXf weights(reduced.layer.outputs, entries / reduced.layer.outputs);
  Eigen::Index begin = 0;
  for (const UnitColumns& read : columns) {
    const auto m = wiring_matrix(context.graph, reduced, read.wiring, read.scales, context.limits);
    const auto count = static_cast<Eigen::Index>(read.units.size());
    if (!m || read.units.front() < 0 || read.units.back() >= m->cols()) return {};
    weights.middleCols(begin, count) = (*m)(Eigen::all, read.units).cast<float>();
    begin += count;
  }
  return is_readable(weights) ? weights : Eigen::MatrixXf();
}

// Runs of layers whose weights stand in one tensor.
std::vector<std::vector<std::size_t>> by_tensor(const UnitGraph& units, const std::vector<bool>& wanted) {
  std::vector<std::vector<std::size_t>> runs;
  for (std::size_t i = 0; i < units.layers.size(); ++i) {
    if (!wanted[i]) continue;
    const bool follows = !runs.empty() && units.layers[runs.back().back()].weight == units.layers[i].weight;
    if (!follows) runs.emplace_back();
    runs.back().push_back(i);
  }
  return runs;
}

}  // namespace

const std::vector<std::size_t>& UnitGraph::layers_of(NodeId node) const {
  static const std::vector<std::size_t> none;
  const auto found = places.find(node);
  return found == places.end() ? none : found->second;
}

Eigen::Index UnitGraph::vertex(ValueId source, std::int64_t unit) const {
  const auto block = blocks.find({source, ""});
  return block == blocks.end() || unit < 0 || unit >= block->second.count ? -1 : block->second.first + unit;
}

UnitGraph find_unit_graph(const PassContext& context) { return UnitGraphFinder(context).find(); }

Result<WeightGraph> read_edges(const PassContext& context, const UnitGraph& units, const std::vector<bool>& wanted,
                               KernelReduction reduction) {
  const ChannelFlow& flow = context.analyses.channel_flow();
  std::vector<Eigen::MatrixXf> matrices(units.layers.size());
  const auto runs = by_tensor(units, wanted);
  auto status = for_each_index(runs.size(), context.cancelled, [&](std::size_t run) {
    std::optional<LayerKernel> kernel;
    for (const std::size_t i : runs[run]) {
      auto read = read_kernel(context.graph, flow, units.layers[i], context.limits, kernel ? &*kernel : nullptr);
      if (!read) continue;
      kernel = std::move(*read);
      const auto reduced = reduce_layer(context.graph, *kernel, reduction);
      if (reduced) matrices[i] = read_matrix(context, *reduced, units.columns[i], units.entries[i]);
    }
    return Status();
  });
  if (!status) return propagate(std::move(status.error()));
  WeightGraph graph;
  graph.vertices = units.graph.vertices;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    if (matrices[i].size() == 0) continue;
    graph.layers.push_back(units.graph.layers[i]);
    graph.layers.back().weights = std::move(matrices[i]);
  }
  return graph;
}

}  // namespace ramus
