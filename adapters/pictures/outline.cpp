#include "adapters/pictures/outline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "adapters/pictures/folding.hpp"
#include "adapters/pictures/trunk.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr int kMostDepth = 2;           // of groups in branches in groups
constexpr std::size_t kMostLanes = 8;   // of one group
constexpr std::size_t kMostNested = 4;  // of a group inside a branch
constexpr std::size_t kFewLanes = 3;    // so many are drawn one by one even where they are alike

class Outline {
 public:
  Outline(const Report& report, const BranchFindings& findings) : report_(report), findings_(findings) {
    for (const ReportGroup& group : report.groups) {
      if (group.parent) inside_[group.parent_branch.value_or(*group.parent + ".b0")].push_back(&group);
    }
    for (const ReportGraph& graph : report.graphs) prefix_.emplace(graph.path, graph.prefix);
    for (const ReportStream& stream : report.streams) {
      for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
        stream_of_.emplace(stream.blocks[b].group, b == 0 ? &stream : nullptr);
      }
    }
  }

  std::vector<MapSection> run() const {
    std::vector<MapSection> sections;
    for (const ReportGraph& graph : report_.graphs) {
      std::vector<const ReportGroup*> top;
      for (const ReportGroup* group : findings_.groups_of(graph.path)) {
        if (!group->parent) top.push_back(group);
      }
      if (top.empty() && !graph.path.empty()) continue;
      sections.push_back({graph.path, sequence(top, &graph, 0)});
    }
    return sections;
  }

 private:
  // Groups one after the other, and the trunk between them where `graph` is given.
  std::vector<MapItem> sequence(const std::vector<const ReportGroup*>& groups, const ReportGraph* graph,
                                int depth) const {
    std::vector<MapItem> items;
    std::optional<Trunk> trunk;
    if (graph != nullptr) trunk.emplace(*graph, findings_.groups_of(graph->path));
    for (const ReportGroup* group : groups) {
      const std::size_t before = items.size();
      if (trunk) trunk->take_until(*group, items);
      const auto known = stream_of_.find(group->id);
      const bool goes_on = known != stream_of_.end() && known->second == nullptr;
      for (std::size_t i = before; i < items.size(); ++i) items[i].in_stream = goes_on;
      if (known != stream_of_.end() && known->second != nullptr) items.push_back(start_of(*known->second));
      items.push_back(item_of(*group, depth));
      items.back().in_stream = known != stream_of_.end();
    }
    if (trunk) trunk->take_rest(items);
    return folded(std::move(items), depth == 0 ? kMostItems : kMostNestedItems);
  }

  static MapItem start_of(const ReportStream& stream) {
    MapItem item;
    item.kind = MapItem::Kind::stream;
    const std::string paths =
        stream.paths.size() < 8 ? stream.paths : fmt::format("about 10^{}", stream.paths.size() - 1);
    item.text = fmt::format("residual stream: {}, {} paths", plural(stream.blocks.size(), "block", "blocks"), paths);
    item.hint = "from " + printable(stream.start) + " to " + printable(stream.end);
    item.built = item.shape = "stream " + stream.id;
    return item;
  }

  MapItem item_of(const ReportGroup& group, int depth) const {
    MapItem item;
    item.kind = MapItem::Kind::group;
    item.group = item.last = &group;
    item.name = name_of(group);
    item.specialization = findings_.specialization_of(group);
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const ReportBranch& branch = group.branches[b];
      MapLane lane{&branch, &branch, nullptr, b, 1, {}};
      if (item.specialization != nullptr && b < item.specialization->values.branches.size()) {
        lane.values = &item.specialization->values.branches[b];
      }
      if (const auto known = inside_.find(branch.id); known != inside_.end()) {
        if (depth < kMostDepth) {
          lane.inside = sequence(known->second, nullptr, depth + 1);
        } else {
          lane.inside.push_back(more_item(known->second.size()));
        }
      }
      item.lanes.push_back(std::move(lane));
    }
    item.built = group.repeats.empty() ? group.id : group.repeats;
    item.shape = shape_of(item);
    for (const MapLane& lane : item.lanes) {
      for (const MapItem& inner : lane.inside) item.built += "[" + inner.built + "]";
    }
    fold_lanes(item);
    keep_lanes(item, depth == 0 ? kMostLanes : kMostNested);
    return item;
  }

  std::string name_of(const ReportGroup& group) const {
    const auto prefix = prefix_.find(group.graph);
    const bool has_path = prefix != prefix_.end() && group.name.size() > prefix->second.size() &&
                          group.name.compare(0, prefix->second.size(), prefix->second) == 0;
    return has_path ? group.name.substr(prefix->second.size()) : group.name;
  }

  // Kind and build of all branches, whatever their sizes and their order.
  static std::string shape_of(const MapItem& item) {
    std::multiset<std::string> lanes;
    for (const MapLane& lane : item.lanes) lanes.insert(shape_of(lane));
    return fmt::format("{}{}({})", item.group->kind, item.group->closed ? "" : " open", fmt::join(lanes, "|"));
  }

  static std::string shape_of(const MapLane& lane) {
    const ReportBranch& branch = *lane.branch;
    std::string shape =
        fmt::format("{}{} {}", branch.skip ? "skip" : "", branch.projection ? "projection" : "", branch.layers.size());
    if (branch.kernel) shape += fmt::format(" {}x{}", (*branch.kernel)[0], (*branch.kernel)[1]);
    for (const MapItem& inner : lane.inside) shape += "[" + inner.shape + "]";
    return shape;
  }

  // Branches alike, one beside the other, become one lane; those of which something was tested do not.
  static void fold_lanes(MapItem& item) {
    std::vector<MapLane> lanes;
    for (std::size_t b = 0; b < item.lanes.size();) {
      std::size_t end = b + 1;
      while (end < item.lanes.size() && are_alike(item.lanes[b], item.lanes[end])) ++end;
      const bool as_one = end - b > kFewLanes && item.specialization == nullptr;
      MapLane lane = std::move(item.lanes[b]);
      if (as_one) {
        lane.times = end - b;
        lane.last = item.lanes[end - 1].branch;
      }
      lanes.push_back(std::move(lane));
      b = as_one ? end : b + 1;
    }
    item.lanes = std::move(lanes);
  }

  static bool are_alike(const MapLane& a, const MapLane& b) {
    return shape_of(a) == shape_of(b) && a.branch->parameters == b.branch->parameters;
  }

  static void keep_lanes(MapItem& item, std::size_t most) {
    if (item.lanes.size() <= most) return;
    for (std::size_t b = most; b < item.lanes.size(); ++b) item.lanes_left_out += item.lanes[b].times;
    item.lanes.resize(most);
  }

  const Report& report_;
  const BranchFindings& findings_;
  std::map<std::string, std::vector<const ReportGroup*>> inside_;  // by branch
  std::map<std::string, std::string> prefix_;                      // by graph
  std::map<std::string, const ReportStream*> stream_of_;           // by group; nullptr: not the first of its stream
};

}  // namespace

std::vector<MapSection> outline_of(const Report& report, const BranchFindings& findings) {
  return Outline(report, findings).run();
}

std::size_t count_of_items(const std::vector<MapItem>& items) {
  std::size_t count = items.size();
  for (const MapItem& item : items) {
    count += count_of_items(item.inside) + item.lanes.size();
    for (const MapLane& lane : item.lanes) count += count_of_items(lane.inside);
  }
  return count;
}

}  // namespace ramus
