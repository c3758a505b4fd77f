#include "passes/duplicate_branches.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "graph/dataflow.hpp"
#include "graph/weight_layer.hpp"
#include "passes/channel_colours.hpp"
#include "passes/decoded_weights.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

bool has_trained_layers(const Graph& graph, const Branch& branch) {
  bool has_layers = false;
  for (const NodeId id : branch.nodes) {
    const auto layer = find_first_weight_layer(graph, id);
    if (!layer) continue;
    if (is_untrained(graph[layer->weight])) return false;
    has_layers = true;
  }
  return has_layers;
}

// What duplicates have in common, whatever their weights: most branches have nothing that could be their like.
auto outline_of(const Branch& branch) {
  std::vector<std::int64_t> widths;
  for (const UnitRange& range : branch.layers) widths.push_back(range.end - range.begin);
  return std::tuple(branch.nodes.size(), branch.parameters, std::move(widths));
}

using Likeness = std::vector<std::vector<std::size_t>>;  // branches that may be alike

Likeness by_outline(const BranchGroup& group) {
  std::map<decltype(outline_of(group.branches.front())), std::vector<std::size_t>> outlines;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    if (!group.branches[b].skip) outlines[outline_of(group.branches[b])].push_back(b);
  }
  Likeness alike;
  for (auto& [outline, branches] : outlines) {
    if (branches.size() > 1) alike.push_back(std::move(branches));
  }
  return alike;
}

// Sets of equal keys, by their first branch.
template <class Key>
void add_equal(const std::map<Key, std::vector<std::size_t>>& by_key, std::size_t group,
               std::vector<DuplicateBranches>& found) {
  const std::size_t first = found.size();
  for (const auto& [key, branches] : by_key) {
    if (branches.size() > 1) found.push_back({group, branches, false});
  }
  std::sort(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(),
            [](const auto& a, const auto& b) { return a.branches.front() < b.branches.front(); });
}

class DuplicateFinder {
 public:
  DuplicateFinder(const Graph& graph, const ChannelFlow& flow, const Limits& limits)
      : graph_(graph), flow_(flow), limits_(limits), place_(topological_places(graph)), decoded_(graph, limits) {}

  void look_at(std::size_t g, const BranchGroup& group) {
    if (group.kind == BranchKind::heads) return look_at_heads(g, group);
    if (group.kind == BranchKind::experts && shares_nodes(group)) return look_at_slices(g, group);
    const bool meets = group.join.exists() && !shares_nodes(group) && group.kind != BranchKind::conditional;
    if (meets) look_at_arms(g, group);
  }

  std::vector<DuplicateBranches> take() { return std::move(found_); }

 private:
  void look_at_arms(std::size_t g, const BranchGroup& group) {
    const bool any_order = group.along == ConcatAxis::channels;
    std::map<std::vector<Colour>, std::vector<std::size_t>> by_colours;
    std::map<std::size_t, std::vector<Colour>> in_order;
    for (const std::vector<std::size_t>& alike : by_outline(group)) {
      for (const std::size_t b : alike) {
        if (!has_trained_layers(graph_, group.branches[b])) continue;
        auto colours = find_channel_colours(graph_, flow_, group, group.branches[b], place_, limits_);
        if (!colours) continue;
        if (any_order) {
          in_order.emplace(b, *colours);
          std::sort(colours->begin(), colours->end());
        }
        by_colours[std::move(*colours)].push_back(b);
      }
    }
    const std::size_t first = found_.size();
    add_equal(by_colours, g, found_);
    for (std::size_t i = first; i < found_.size() && any_order; ++i) {
      const std::vector<std::size_t>& branches = found_[i].branches;
      found_[i].reordered = std::any_of(branches.begin(), branches.end(),
                                        [&](std::size_t b) { return in_order.at(b) != in_order.at(branches.front()); });
    }
  }

  // The numbers of one unit of a layer, as bits.
  using UnitBits = std::vector<std::uint32_t>;

  std::optional<UnitBits> bits_of(const WeightLayer& layer, std::int64_t unit) {
    const FloatView& values = decoded_[layer.weight];
    if (values.size() == 0 || layer.groups != 1) return std::nullopt;
    UnitBits bits;
    for (std::int64_t i = 0; i < layer.inputs; ++i) {
      for (std::int64_t tap = 0; tap < layer.taps; ++tap) {
        const std::int64_t at =
            layer.offset + unit * layer.output_stride + i * layer.input_stride + tap * layer.tap_stride;
        bits.push_back(std::bit_cast<std::uint32_t>(values[at]));
      }
    }
    return bits;
  }

  // Queries with the keys that they meet, and values, each in any order: scores are sums over units.
  void look_at_heads(std::size_t g, const BranchGroup& group) {
    std::map<std::pair<std::vector<UnitBits>, std::vector<UnitBits>>, std::vector<std::size_t>> by_weights;
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const std::vector<UnitRange>& ranges = group.branches[b].layers;
      if (ranges.size() != 3 || ranges[0].end - ranges[0].begin != ranges[1].end - ranges[1].begin) return;
      std::vector<UnitBits> scores, values;
      for (std::size_t r = 0; r < 3; ++r) {
        const auto layer = find_weight_layer(graph_, ranges[r].layer);
        if (!layer || is_untrained(graph_[layer->weight])) return;
        for (std::int64_t unit = ranges[r].begin; unit < ranges[r].end; ++unit) {
          auto bits = bits_of(*layer, unit);
          if (!bits) return;
          if (r == 1) {
            UnitBits& pair = scores[static_cast<std::size_t>(unit - ranges[1].begin)];
            pair.insert(pair.end(), bits->begin(), bits->end());
          } else {
            (r == 0 ? scores : values).push_back(std::move(*bits));
          }
        }
      }
      std::sort(scores.begin(), scores.end());
      std::sort(values.begin(), values.end());
      by_weights[{std::move(scores), std::move(values)}].push_back(b);
    }
    add_equal(by_weights, g, found_);
  }

  // Experts that are slices of the same stacks, unit by unit.
  void look_at_slices(std::size_t g, const BranchGroup& group) {
    std::map<std::vector<UnitBits>, std::vector<std::size_t>> by_weights;
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      std::vector<UnitBits> weights;
      for (const NodeId id : group.branches[b].nodes) {
        const std::vector<WeightLayer> slices = find_weight_layers(graph_, id);
        if (slices.size() != group.branches.size()) continue;
        if (is_untrained(graph_[slices[b].weight])) return;
        for (std::int64_t unit = 0; unit < slices[b].outputs; ++unit) {
          auto bits = bits_of(slices[b], unit);
          if (!bits) return;
          weights.push_back(std::move(*bits));
        }
      }
      if (!weights.empty()) by_weights[std::move(weights)].push_back(b);
    }
    add_equal(by_weights, g, found_);
  }

  const Graph& graph_;
  const ChannelFlow& flow_;
  const Limits& limits_;
  const std::vector<std::size_t> place_;  // by node, in topological order
  DecodedWeights decoded_;
  std::vector<DuplicateBranches> found_;
};

}  // namespace

std::vector<DuplicateBranches> find_duplicate_branches(const Graph& graph, const ChannelFlow& flow,
                                                       const std::vector<BranchGroup>& groups, const Limits& limits) {
  DuplicateFinder finder(graph, flow, limits);
  for (std::size_t g = 0; g < groups.size(); ++g) finder.look_at(g, groups[g]);
  return finder.take();
}

}  // namespace ramus
