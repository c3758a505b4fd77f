#include "passes/grouped_branches.hpp"

#include <algorithm>
#include <map>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

// One convolution with groups, and the units behind the channels that each group reads.
struct GroupedLayer {
  WeightLayer layer;
  std::vector<std::vector<UnitRange>> sources;  // by group; consecutive units are one range
  bool leaking = false;
};

struct SourceRange {
  NodeId layer;  // !exists(): a graph input
  std::int64_t begin, end;
};

// The units behind channels [begin, end); nullopt where some are of unknown origin or not consecutive. Where a sum joins
// several sources, each of them has its range.
std::optional<std::vector<SourceRange>> trace(const Graph& graph, const ChannelMap& map, std::int64_t begin,
                                              std::int64_t end) {
  std::vector<SourceRange> ranges;
  std::int64_t covered = begin;  // segments come by their beginnings
  for (const ChannelSegment& segment : map.segments) {
    const std::int64_t from = std::max(begin, segment.begin), to = std::min(end, segment.end);
    if (from >= to) continue;
    if (segment.step != 1 || segment.run != 1 || from > covered) return std::nullopt;
    covered = std::max(covered, to);
    ranges.push_back({graph[segment.source].producer, segment.unit(from), segment.unit(from) + to - from});
  }
  if (covered < end) return std::nullopt;
  return ranges;
}

GroupedLayer trace_sources(const PassContext& context, WeightLayer layer) {
  GroupedLayer grouped{std::move(layer), {}, false};
  const ChannelMap& map = context.analyses.channel_flow()[grouped.layer.input];
  grouped.leaking = std::any_of(map.segments.begin(), map.segments.end(),
                                [](const ChannelSegment& segment) { return segment.leaking; });
  const std::int64_t each = grouped.layer.inputs_per_group();
  for (std::int64_t g = 0; g < grouped.layer.groups; ++g) {
    auto& sources = grouped.sources.emplace_back();
    const auto ranges = trace(context.graph, map, g * each, (g + 1) * each);
    if (!ranges) continue;
    for (const SourceRange& range : *ranges) {
      if (range.layer.exists()) sources.push_back({range.layer, range.begin, range.end});
    }
  }
  return grouped;
}

// Whether every group of `reader` reads just what the same group of `source` writes.
bool continues(const GroupedLayer& source, const GroupedLayer& reader) {
  if (source.layer.groups != reader.layer.groups) return false;
  const std::int64_t each = source.layer.outputs_per_group();
  for (std::size_t g = 0; g < reader.sources.size(); ++g) {
    const auto begin = static_cast<std::int64_t>(g) * each;
    const auto& ranges = reader.sources[g];
    const bool same = !ranges.empty() && std::all_of(ranges.begin(), ranges.end(), [&](const UnitRange& range) {
      return range.layer != source.layer.node || (range.begin >= begin && range.end <= begin + each);
    });
    const bool reads = std::any_of(ranges.begin(), ranges.end(),
                                   [&](const UnitRange& range) { return range.layer == source.layer.node; });
    if (!same || !reads) return false;
  }
  return true;
}

// Nodes between the layers of a chain: everything on a path from a layer that is split up to one that splits it.
class NodesBetween {
 public:
  explicit NodesBetween(const Graph& graph) : graph_(graph), seen_(graph.nodes().size(), false) {}

  // `stops` ascend.
  void walk_back(ValueId value, const std::vector<NodeId>& stops) {
    std::vector<ValueId> open{value};
    while (!open.empty()) {
      const NodeId producer = graph_[open.back()].producer;
      open.pop_back();
      if (!producer.exists() || seen_[producer.index]) continue;
      seen_[producer.index] = true;
      found_.push_back(producer);
      if (std::binary_search(stops.begin(), stops.end(), producer)) continue;
      for (const ValueId input : graph_.data_inputs(producer)) open.push_back(input);
    }
  }

  void add(NodeId node) {
    if (seen_[node.index]) return;
    seen_[node.index] = true;
    found_.push_back(node);
  }

  std::vector<NodeId> take() {
    std::sort(found_.begin(), found_.end());
    for (const NodeId node : found_) seen_[node.index] = false;
    return std::exchange(found_, {});
  }

 private:
  const Graph& graph_;
  std::vector<bool> seen_;
  std::vector<NodeId> found_;
};

using Chain = std::vector<const GroupedLayer*>;  // in topological order

void add_range(std::vector<UnitRange>& layers, const UnitRange& range) {
  for (UnitRange& known : layers) {
    if (known.layer == range.layer && range.begin <= known.end && known.begin <= range.end) {
      known = {known.layer, std::min(known.begin, range.begin), std::max(known.end, range.end)};
      return;
    }
  }
  layers.push_back(range);
}

// Layers that continue one another; a layer that continues several chains goes to the first.
std::vector<Chain> chain_up(const std::vector<GroupedLayer>& layers) {
  std::vector<Chain> chains;
  std::map<NodeId, std::pair<const GroupedLayer*, std::size_t>> chain_of;  // by layer
  for (const GroupedLayer& layer : layers) {
    std::size_t chain = chains.size();
    for (const UnitRange& source : layer.sources.front()) {
      const auto known = chain_of.find(source.layer);
      if (known == chain_of.end() || !continues(*known->second.first, layer)) continue;
      chain = std::min(chain, known->second.second);
    }
    if (chain == chains.size()) chains.emplace_back();
    chains[chain].push_back(&layer);
    chain_of.emplace(layer.layer.node, std::pair(&layer, chain));
  }
  return chains;
}

// Where all that the first layers read comes from; several where a sum or a concatenation stands before the groups.
Vertex find_fork(const PassContext& context, const Chain& chain, const std::vector<NodeId>& sources) {
  const Dataflow& flow = context.analyses.dataflow();
  if (sources.empty()) return flow.vertex(chain.front()->layer.input);
  std::optional<Vertex> fork;
  for (const NodeId source : sources) {
    const auto layer = find_first_weight_layer(context.graph, source);  // none: a table, which reads indices
    const Vertex read = flow.vertex(layer ? layer->input : context.graph.data_inputs(source).front());
    fork = fork ? context.analyses.dominators().nearest_common_ancestor(*fork, read) : read;
  }
  return *fork;
}

BranchGroup to_group(const PassContext& context, const Chain& chain, NodesBetween& between) {
  const Graph& graph = context.graph;
  BranchGroup group;
  group.kind = BranchKind::grouped;
  group.join = chain.back()->layer.node;
  const auto count = static_cast<std::size_t>(chain.front()->layer.groups);
  group.branches.resize(count);
  std::vector<NodeId> sources;
  for (const GroupedLayer* grouped : chain) {
    group.leaking = group.leaking || grouped->leaking;
    const std::int64_t each = grouped->layer.outputs_per_group();
    for (std::size_t g = 0; g < count; ++g) {
      auto& layers = group.branches[g].layers;
      for (const UnitRange& range : grouped->sources[g]) {
        add_range(layers, range);
        sources.push_back(range.layer);
      }
      const auto first = static_cast<std::int64_t>(g) * each;
      add_range(layers, {grouped->layer.node, first, first + each});
      group.branches[g].units = UnitRange{grouped->layer.node, first, first + each};
    }
  }
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  for (const GroupedLayer* grouped : chain) {
    if (!sources.empty()) between.walk_back(grouped->layer.input, sources);
    between.add(grouped->layer.node);
  }
  const std::vector<NodeId> nodes = between.take();

  group.fork = find_fork(context, chain, sources);
  for (Branch& branch : group.branches) {
    branch.nodes = nodes;
    std::vector<UnitRange> layers = std::exchange(branch.layers, {});
    std::sort(layers.begin(), layers.end(), [](const UnitRange& a, const UnitRange& b) { return a.layer < b.layer; });
    describe_branch(graph, branch);
    branch.layers = std::move(layers);
    branch.parameters /= static_cast<std::int64_t>(count);
    branch.macs /= static_cast<std::int64_t>(count);
  }
  return group;
}

}  // namespace

Result<Findings> find_grouped_branches(const PassContext& context) {
  const Graph& graph = context.graph;
  Findings findings;
  std::vector<GroupedLayer> layers;
  std::size_t depthwise = 0;
  for (const NodeId id : graph.topological_order()) {
    if (auto layer = find_weight_layer(graph, id); layer && layer->groups > 1) {
      if (layer->is_depthwise()) {
        ++depthwise;
      } else if (layer->groups > context.limits.branches) {
        findings.notes.push_back(
            {graph[id].name, "groups",
             "more than " + std::to_string(context.limits.branches) + " groups; they are not listed as branches",
             true});
      } else {
        layers.push_back(trace_sources(context, std::move(*layer)));
      }
    }
  }
  NodesBetween between(graph);
  for (const Chain& chain : chain_up(layers)) {
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled while grouped convolutions were followed");
    findings.groups.push_back(to_group(context, chain, between));
  }
  if (depthwise > 0) {
    findings.notes.push_back({"", "depthwise",
                              std::to_string(depthwise) +
                                  " depthwise convolutions: every channel is a group of its own; "
                                  "they are counted and not listed as branches"});
  }
  return findings;
}

}  // namespace ramus
