#include "adapters/pictures/diagram.hpp"

#include "adapters/pictures/map_layout.hpp"

namespace ramus {
namespace {

using Kind = DiagramNode::Kind;

constexpr double kMostName = 18;  // em, of a cluster

// Where a part of the diagram is entered and left; nullopt: nothing leads there, as to towers and from outputs.
struct Ends {
  std::optional<std::size_t> first, last;
};

class Drawing {
 public:
  Diagram run(const std::vector<MapSection>& sections) {
    diagram_.clusters.emplace_back();
    for (const MapSection& section : sections) {
      const std::size_t cluster =
          section.graph.empty() ? 0 : add_cluster(0, {title_of(section), {}, std::nullopt, {}, {}});
      sequence(section.items, cluster);
    }
    return std::move(diagram_);
  }

 private:
  std::size_t add_node(std::size_t cluster, DiagramNode node) {
    diagram_.nodes.push_back(std::move(node));
    diagram_.clusters[cluster].nodes.push_back(diagram_.nodes.size() - 1);
    return diagram_.nodes.size() - 1;
  }

  std::size_t add_cluster(std::size_t around, DiagramCluster cluster) {
    diagram_.clusters.push_back(std::move(cluster));
    diagram_.clusters[around].clusters.push_back(diagram_.clusters.size() - 1);
    return diagram_.clusters.size() - 1;
  }

  void connect(std::optional<std::size_t> from, std::optional<std::size_t> to,
               std::optional<std::size_t> place = std::nullopt) {
    if (from && to) diagram_.edges.push_back({*from, *to, place});
  }

  Ends sequence(const std::vector<MapItem>& items, std::size_t cluster) {
    Ends ends;
    bool is_first = true;
    for (const MapItem& item : items) {
      if (item.kind == MapItem::Kind::stream) continue;
      const Ends drawn = this->item(item, cluster);
      connect(ends.last, drawn.first);
      if (is_first) ends.first = drawn.first;
      ends.last = drawn.last;
      is_first = false;
    }
    return ends;
  }

  Ends item(const MapItem& item, std::size_t cluster) {
    if (item.kind == MapItem::Kind::group) return group(item, cluster);
    if (item.kind == MapItem::Kind::repeat) {
      const Caption caption = caption_of_repeat(item);
      return sequence(item.inside,
                      add_cluster(cluster, {caption.name + " " + caption.facts.front(), {}, std::nullopt, {}, {}}));
    }
    const Kind kind = item.kind == MapItem::Kind::more ? Kind::more : Kind::trunk;
    const std::size_t node = add_node(cluster, {kind, {item.text}, 0, {item.hint}});
    return {node, node};
  }

  Ends group(const MapItem& item, std::size_t cluster) {
    Ends ends;
    const bool is_towers = item.group->kind == "towers" && item.group->fork_value.empty();
    if (!is_towers) ends.first = add_node(cluster, {});
    std::vector<std::pair<std::size_t, Ends>> lanes;
    for (const MapLane& lane : item.lanes) {
      if (!is_line(lane)) lanes.emplace_back(lane.place, this->lane(item, lane, cluster));
    }
    const Caption caption = caption_of(item);
    if (item.group->join) {
      std::vector<std::string> lines{caption.name};
      lines.insert(lines.end(), caption.facts.begin(), caption.facts.end());
      lines.insert(lines.end(), caption.claims.begin(), caption.claims.end());
      ends.last = add_node(cluster, {Kind::join, std::move(lines), 0, caption.hint});
    }
    for (const auto& [place, drawn] : lanes) {
      connect(ends.first, drawn.first, place);
      connect(drawn.last, ends.last, place);
    }
    for (const MapLane& lane : item.lanes) {
      if (is_line(lane)) connect(ends.first, ends.last, lane.place);
    }
    if (item.lanes_left_out > 0) {
      const std::string text = "and " + std::to_string(item.lanes_left_out) + " branches more";
      const std::size_t more = add_node(cluster, {Kind::more, {text}, 0, {}});
      connect(ends.first, more);
      connect(more, ends.last);
    }
    return ends;
  }

  Ends lane(const MapItem& item, const MapLane& lane, std::size_t cluster) {
    const Caption caption = caption_of(item, lane);
    if (!lane.inside.empty()) {
      std::string facts;
      for (const std::string& fact : caption.facts) facts += ", " + fact;
      return sequence(
          lane.inside,
          add_cluster(cluster, {fitted_line(caption.name, kMostName), std::move(facts), lane.place, {}, {}}));
    }
    std::vector<std::string> lines{caption.name};
    lines.insert(lines.end(), caption.facts.begin(), caption.facts.end());
    lines.insert(lines.end(), caption.claims.begin(), caption.claims.end());
    const std::size_t node = add_node(cluster, {Kind::branch, std::move(lines), lane.place, caption.hint});
    return {node, node};
  }

  Diagram diagram_;
};

}  // namespace

Diagram diagram_of(const std::vector<MapSection>& sections) { return Drawing().run(sections); }

}  // namespace ramus
