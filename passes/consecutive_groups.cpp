#include "passes/consecutive_groups.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostOwned = 1 << 20;  // units of all groups together: a stack of concatenations owns n^2 / 2

// The units that arrive at the join, by the branch that owns their channels there.
BranchUnits units_at_join(const PassContext& context, const UnitGraph& units, const BranchGroup& group) {
  BranchUnits owned;
  const ValueId joined = context.graph[group.join].outputs.front();
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const auto& range = group.branches[b].units;
    if (!range || range->layer != group.join) continue;
    for (const ChannelSegment& segment : context.analyses.channel_flow()[joined].segments) {
      const std::int64_t end = std::min(segment.end, range->end);
      std::int64_t channel = std::max(segment.begin, range->begin);
      for (; channel < end && owned.size() <= kMostOwned; channel += segment.run) {
        const Eigen::Index vertex = units.vertex(segment.source, segment.unit(channel));
        if (vertex < 0) break;  // of a graph input, say
        owned.emplace_back(vertex, static_cast<int>(b));
      }
    }
  }
  drop_units_of_several(owned);
  return owned;
}

constexpr std::size_t kMostBranches = 256;  // ResNeXt has 64

// Owners of units at the joins of groups.
struct Owner {
  std::size_t group;
  int branch;
};

class ConsecutiveFinder {
 public:
  ConsecutiveFinder(const PassContext& context, const UnitGraph& units)
      : context_(context), units_(units), groups_(context.found.groups), place_(topological_places(context.graph)) {
    std::size_t all = 0;
    for (const BranchGroup& group : groups_) {
      owned_.emplace_back();
      if (!group.join.exists() || context.graph[group.join].outputs.empty() || all > kMostOwned ||
          group.branches.size() > kMostBranches) {
        continue;
      }
      owned_.back() = units_at_join(context, units, group);
      all += owned_.back().size();
    }
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const auto& [vertex, branch] : owned_[g]) owners_[vertex].push_back({g, branch});
    }
  }

  std::vector<ConsecutiveGroups> find() const {
    std::vector<ConsecutiveGroups> found;
    if (owners_.empty()) return found;
    for (std::size_t to = 0; to < groups_.size(); ++to) {
      if (context_.cancelled()) break;
      if (owned_[to].empty()) continue;
      std::vector<ConsecutiveGroups> read = groups_read_by(to);
      for (ConsecutiveGroups& each : read) {
        if (!passes_through_another(each, read)) found.push_back(std::move(each));
      }
    }
    return found;
  }

 private:
  struct Reads {
    std::set<int> reading;  // branches
    BranchUnits units;
  };

  std::vector<ConsecutiveGroups> groups_read_by(std::size_t to) const {
    std::map<std::size_t, Reads> read;  // by the group that is read
    for (std::size_t b = 0; b < groups_[to].branches.size(); ++b) {
      for (const UnitRange& range : groups_[to].branches[b].layers) {
        for (const std::size_t layer : units_.layers_of(range.layer)) note_reads(layer, to, static_cast<int>(b), read);
      }
    }
    std::vector<ConsecutiveGroups> groups;
    for (auto& [from, reads] : read) {
      drop_units_of_several(reads.units);
      const auto of_another = [&](const auto& unit) { return unit.second != reads.units.front().second; };
      const bool several = std::any_of(reads.units.begin(), reads.units.end(), of_another);
      if (several && reads.reading.size() > 1) groups.push_back({from, to, std::move(reads.units)});
    }
    return groups;
  }

  void note_reads(std::size_t layer, std::size_t to, int branch, std::map<std::size_t, Reads>& read) const {
    for (const LayerEdges::Read& each : units_.graph.layers[layer].reads) {
      const auto owners = owners_.find(each.vertex);
      if (owners == owners_.end()) continue;
      for (const Owner& owner : owners->second) {
        if (owner.group == to || place_of_join(owner.group) >= place_[units_.layers[layer].node.index]) continue;
        Reads& reads = read[owner.group];
        reads.reading.insert(branch);
        reads.units.emplace_back(each.vertex, owner.branch);
      }
    }
  }

  std::size_t place_of_join(std::size_t group) const { return place_[groups_[group].join.index]; }

  // A group that joins later hands on all of these units.
  bool passes_through_another(const ConsecutiveGroups& group, const std::vector<ConsecutiveGroups>& read) const {
    const auto vertices_before = [](const auto& a, const auto& b) { return a.first < b.first; };
    return std::any_of(read.begin(), read.end(), [&](const ConsecutiveGroups& other) {
      const BranchUnits& others = owned_[other.from];
      return place_of_join(other.from) > place_of_join(group.from) &&
             std::includes(others.begin(), others.end(), group.units.begin(), group.units.end(), vertices_before);
    });
  }

  const PassContext& context_;
  const UnitGraph& units_;
  const std::vector<BranchGroup>& groups_;
  const std::vector<std::size_t> place_;
  std::vector<BranchUnits> owned_;                     // by group
  std::map<Eigen::Index, std::vector<Owner>> owners_;  // by vertex
};

}  // namespace

void drop_units_of_several(BranchUnits& units) {
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  BranchUnits alone;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool before = i > 0 && units[i - 1].first == units[i].first;
    const bool behind = i + 1 < units.size() && units[i + 1].first == units[i].first;
    if (!before && !behind) alone.push_back(units[i]);
  }
  units = std::move(alone);
}

BranchUnits units_inside(const PassContext& context, const UnitGraph& units, const BranchGroup& group) {
  BranchUnits inside;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    for (const UnitRange& range : group.branches[b].layers) {
      const auto layer = find_first_weight_layer(context.graph, range.layer);
      if (!layer) continue;
      for (std::int64_t unit = range.begin; unit < range.end; ++unit) {
        const Eigen::Index vertex = units.vertex(layer->output, unit);
        if (vertex < 0) break;  // of a layer that is no part of the graph
        inside.emplace_back(vertex, static_cast<int>(b));
      }
    }
  }
  drop_units_of_several(inside);
  return inside;
}

std::vector<ConsecutiveGroups> find_consecutive_groups(const PassContext& context, const UnitGraph& units) {
  return ConsecutiveFinder(context, units).find();
}

std::vector<int> labels_of(const UnitGraph& units, const BranchUnits& branch_units) {
  std::vector<int> labels(static_cast<std::size_t>(units.graph.vertices), -1);
  for (const auto& [vertex, branch] : branch_units) labels[static_cast<std::size_t>(vertex)] = branch;
  return labels;
}

}  // namespace ramus
