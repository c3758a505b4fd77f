#include "passes/label_enrichment.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace ramus {
namespace {

using Unit = std::pair<ValueId, std::int64_t>;  // source and unit

constexpr int kNobody = -1;
constexpr int kSeveral = -2;

bool owns_units_of_the_join(const BranchGroup& group) {
  return std::any_of(group.branches.begin(), group.branches.end(),
                     [&](const Branch& branch) { return branch.units && branch.units->layer == group.join; });
}

bool carries_the_join(const Graph& graph, const ChannelFlow& flow, const BranchGroup& group, ValueId value) {
  if (!owns_units_of_the_join(group)) return false;
  const auto& outputs = graph[group.join].outputs;
  if (outputs.front() == value) return true;
  const ChannelMap &join = flow[outputs.front()], &here = flow[value];
  if (join.channels != here.channels || here.segments.empty()) return false;
  return std::equal(join.segments.begin(), join.segments.end(), here.segments.begin(), here.segments.end(),
                    [](const ChannelSegment& a, const ChannelSegment& b) {
                      return a.begin == b.begin && a.end == b.end && a.source == b.source &&
                             a.first_unit == b.first_unit && a.step == b.step && a.run == b.run;
                    });
}

std::map<Unit, int> owners_by_layer(const Graph& graph, const BranchGroup& group) {
  std::map<Unit, int> owners;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    for (const UnitRange& range : group.branches[b].layers) {
      const ValueId source = graph[range.layer].outputs.front();
      for (std::int64_t unit = range.begin; unit < range.end; ++unit) {
        const auto [entry, is_new] = owners.try_emplace(Unit{source, unit}, static_cast<int>(b));
        if (!is_new && entry->second != static_cast<int>(b)) entry->second = kSeveral;
      }
    }
  }
  return owners;
}

bool reads_a_layer_of(const BranchGroup& group, const Graph& graph, const ChannelMap& map) {
  return std::any_of(map.segments.begin(), map.segments.end(), [&](const ChannelSegment& segment) {
    const NodeId layer = graph[segment.source].producer;
    return std::any_of(group.branches.begin(), group.branches.end(), [&](const Branch& branch) {
      return std::any_of(branch.layers.begin(), branch.layers.end(),
                         [&](const UnitRange& range) { return range.layer == layer; });
    });
  });
}

}  // namespace

std::vector<int> owners_of(const Graph& graph, const ChannelFlow& flow, const BranchGroup& group,
                           const ResolvedLabels& labels) {
  std::vector<int> owners(static_cast<std::size_t>(labels.channels), kNobody);
  if (carries_the_join(graph, flow, group, labels.value)) {
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const auto& units = group.branches[b].units;
      if (!units) continue;
      std::fill(owners.begin() + units->begin, owners.begin() + units->end, static_cast<int>(b));
    }
    return owners;
  }
  const ChannelMap& map = flow[labels.value];
  if (!reads_a_layer_of(group, graph, map)) return owners;
  const std::map<Unit, int> by_unit = owners_by_layer(graph, group);
  for (const ChannelSegment& segment : map.segments) {
    for (std::int64_t channel = segment.begin; channel < segment.end; ++channel) {
      const auto found = by_unit.find({segment.source, segment.unit(channel)});
      if (found == by_unit.end()) continue;
      int& owner = owners[static_cast<std::size_t>(channel)];
      owner = owner == kNobody || owner == found->second ? found->second : kSeveral;
    }
  }
  std::replace(owners.begin(), owners.end(), kSeveral, kNobody);
  return owners;
}

std::vector<std::size_t> overlapping_families(const LayerLabels& labels) {
  std::map<std::int64_t, std::vector<std::size_t>> families_of_unit;
  for (std::size_t f = 0; f < labels.families.size(); ++f) {
    for (const std::int64_t unit : labels.families[f].units) families_of_unit[unit].push_back(f);
  }
  std::vector<std::set<std::size_t>> overlaps(labels.families.size());
  for (const auto& [unit, families] : families_of_unit) {
    for (const std::size_t a : families) {
      for (const std::size_t b : families) {
        if (a != b) overlaps[a].insert(b);
      }
    }
  }
  std::vector<std::size_t> removed;
  for (;;) {
    std::size_t worst = 0;
    for (std::size_t f = 1; f < overlaps.size(); ++f) {
      const auto rank = [&](std::size_t family) {
        return std::pair(overlaps[family].size(), labels.families[family].units.size());
      };
      if (rank(f) > rank(worst)) worst = f;
    }
    if (overlaps.empty() || overlaps[worst].empty()) break;
    removed.push_back(worst);
    for (const std::size_t other : std::exchange(overlaps[worst], {})) overlaps[other].erase(worst);
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

}  // namespace ramus
