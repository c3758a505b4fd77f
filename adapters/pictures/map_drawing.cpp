#include "adapters/pictures/map_drawing.hpp"

#include <algorithm>

#include "adapters/pictures/names.hpp"
#include "adapters/report/colours.hpp"

namespace ramus {
namespace {

using namespace map_sizes;

constexpr double kStack = 3;  // between the edges of branches that are drawn as one

bool is_note(const MapBox& box) { return box.item->kind == MapItem::Kind::stream; }

// Towers read inputs of their own.
bool has_fork(const MapItem& item) {
  return item.kind != MapItem::Kind::group || item.group->kind != "towers" || !item.group->fork_value.empty();
}

bool has_join(const MapItem& item) { return item.kind != MapItem::Kind::group || item.group->join.has_value(); }

// A fork has its dot, and a note stands beside the line.
bool has_arrow(const MapBox& box) {
  return box.item->kind == MapItem::Kind::trunk || box.item->kind == MapItem::Kind::more;
}

// What the join does, in one sign; empty where there is none for it.
std::string_view sign_of(const ReportGroup& group) {
  if (group.join_op == "Add" || group.join_op == "Sum") return "+";
  if (group.join_op == "Mul") return "\xC3\x97";
  if (group.join_op == "Concat") return "C";
  return {};
}

class MapDrawing {
 public:
  explicit MapDrawing(SvgWriter& svg) : svg_(svg) {}

  // The upper left corner of what is drawn is (x, y), here and below.
  void sequence(const MapBox& box, double x, double y) {
    const MapBox* above = nullptr;
    for (const MapBox& child : box.children) {
      const double top = y + child.y;
      if (above != nullptr && has_join(*above->item) && has_fork(*child.item)) {
        const bool in_stream = is_note(child) || (above->item->in_stream && child.item->in_stream) ||
                               (is_note(*above) && child.item->in_stream);
        const double from = y + above->y + (is_note(*above) ? 0 : above->height);
        connect(x + box.axis, from, top, in_stream, has_arrow(child));
      }
      item(child, x + child.x, top);
      above = &child;
    }
  }

  void connect(double axis, double from, double to, bool in_stream, bool has_arrow) {
    svg_.line(axis, from, axis, to - (has_arrow ? 3 : 0), in_stream ? "stream" : "trunk", {}, has_arrow);
  }

 private:
  void item(const MapBox& box, double x, double y) {
    switch (box.item->kind) {
      case MapItem::Kind::group:
        return group(box, x, y);
      case MapItem::Kind::repeat:
        return repeat(box, x, y);
      case MapItem::Kind::stream:
        svg_.begin_titled({box.item->text, box.item->hint});
        svg_.text(x, y + kLine, box.width, box.item->text, {"muted", kFact, Anchor::start, false});
        return svg_.end_titled();
      case MapItem::Kind::trunk:
      case MapItem::Kind::more:
        svg_.begin_titled({box.item->hint.empty() ? box.item->text : box.item->hint});
        svg_.rectangle(x, y, box.width, box.height, 5, box.item->kind == MapItem::Kind::more ? "more" : "card");
        svg_.text(x + box.width / 2, y + kLine, box.width - kPad, box.item->text,
                  {"ink", kFact, Anchor::middle, false});
        return svg_.end_titled();
    }
  }

  void repeat(const MapBox& box, double x, double y) {
    const MapBox& inside = box.children.front();
    const double axis = x + box.axis, first = y + inside.y;
    svg_.begin_titled(box.caption.hint);
    svg_.rectangle(x, y, box.width, box.height, 8, "frame");
    double right = axis + 2 * kPad;
    const double name = width_in_em(shown(box.caption.name)) * kName * 1.1 * kBold;
    svg_.text(right, y + kLine + 1, name, box.caption.name, {"ink strong", kName * 1.1});
    right += name;
    svg_.text(right, y + kLine + 1, x + box.width - right, box.caption.facts.front(), {"muted", kFact});
    svg_.end_titled();
    const bool in_stream = inside.children.front().item->in_stream;
    connect(axis, y, first, in_stream, has_arrow(inside.children.front()));
    connect(axis, first + inside.height, y + box.height, inside.children.back().item->in_stream, false);
    sequence(inside, x + inside.x, first);
  }

  void group(const MapBox& box, double x, double y) {
    const MapItem& item = *box.item;
    const double axis = x + box.axis, join = y + box.height - kJoin;
    double right = x;
    for (const MapBox& lane : box.children) {
      edges(item, lane, axis, x + lane.x, y, join);
      right = x + lane.x + lane.width;
    }
    if (has_fork(item)) svg_.circle(axis, y, 3.5, "dot");
    for (const MapBox& child : box.children) lane(child, x + child.x, y + child.y);
    if (item.lanes_left_out > 0) {
      svg_.text(right + kPad, y + kBend + kLine, 54, "+ " + std::to_string(item.lanes_left_out) + " more",
                {"muted", kFact, Anchor::start, false});
    }
    if (has_join(item)) {
      this->join(box, x, join);
    } else {
      svg_.text(axis, join + kLine, box.width, box.caption.name, {"muted", kFact, Anchor::middle});
    }
  }

  // From the fork through a lane to the join.
  void edges(const MapItem& item, const MapBox& lane, double fork, double x, double y, double join) {
    const std::string_view colour = colour_of_branch(lane.lane->place);
    const bool in_stream = item.in_stream && (is_line(*lane.lane) || lane.lane->branch->projection);
    const std::string_view classes = in_stream ? "stream" : "edge";
    const std::string_view stroke = in_stream ? std::string_view() : colour;
    const double axis = x + lane.axis, top = y + lane.y, bottom = top + lane.height;
    if (has_fork(item)) {
      svg_.curve(fork, y, axis, top, classes, stroke);
    } else {
      svg_.line(axis, top - kBend / 2, axis, top, "edge", colour);
      svg_.circle(axis, top - kBend / 2, 3.5, "dot");
    }
    if (is_line(*lane.lane)) svg_.line(axis, top, axis, bottom, classes, stroke);
    if (has_join(item)) {
      if (bottom < join - kBend) svg_.line(axis, bottom, axis, join - kBend, classes, stroke);
      svg_.curve(axis, join - kBend, fork, join, classes, stroke);
    } else {
      svg_.line(axis, bottom, axis, bottom + kBend / 2, "edge", colour, true);
    }
  }

  void lane(const MapBox& box, double x, double y) {
    if (is_line(*box.lane)) return;
    const std::string_view colour = colour_of_branch(box.lane->place);
    const bool holds_items = !box.children.empty();
    svg_.begin_titled(box.caption.hint);
    for (int behind = box.lane->times > 1 ? 2 : 0; behind > 0; --behind) {
      svg_.rectangle(x + behind * kStack, y - behind * kStack, box.width, box.height, 6, "stack", colour);
    }
    if (holds_items) svg_.rectangle(x, y, box.width, box.height, 6, "bg");
    svg_.rectangle(x, y, box.width, box.height, 6, holds_items ? "tint" : "lane", colour, colour);
    const double room = box.width - 2 * kPad;
    double line = y + kLine;
    const std::string strong = holds_items ? "ink strong" : "on strong", plain = holds_items ? "ink" : "on";
    svg_.text(x + kPad, line, room, box.caption.name, {strong, kName, Anchor::start, !is_described(box.caption.name)});
    for (const std::string& fact : box.caption.facts) {
      svg_.text(x + kPad, line += kLine, room, fact, {plain, kFact, Anchor::start, false});
    }
    for (std::size_t i = 0; i < box.caption.claims.size(); ++i) {
      svg_.text(x + kPad, line += kLine, room, box.caption.claims[i],
                {i == 0 ? strong : plain, kFact, Anchor::start, false});
    }
    svg_.end_titled();
    for (const MapBox& inside : box.children) {
      const double first = y + inside.y;
      if (has_fork(*inside.children.front().item)) connect(x + box.axis, line + 5, first, false, false);
      connect(x + box.axis, first + inside.height, y + box.height, false, false);
      sequence(inside, x + inside.x, first);
    }
  }

  void join(const MapBox& box, double x, double y) {
    const MapItem& item = *box.item;
    const double axis = x + box.axis, base = y + kLine;
    svg_.begin_titled(box.caption.hint);
    if (lane_on_axis(item) != kNoLane) {
      svg_.circle(axis, y + kJoin / 2, kJoin / 2 - 1, "join");
      svg_.text(axis, y + kJoin / 2 + 5, kJoin, sign_of(*item.group), {"ink strong", 14, Anchor::middle});
      const double left = axis + kJoin / 2 + kPad;
      svg_.text_with_note(left, base, x + box.width - left, box.caption.name, box.note, {"ink strong", kName});
    } else {
      const double text = width_in_em(shown(box.caption.name)) * kName * kBold + width_in_em(shown(box.note)) * kFact;
      const double width = std::min(text + 4 * kPad, box.width);
      svg_.rectangle(axis - width / 2, y, width, kJoin, kJoin / 2, "join");
      svg_.text_with_note(axis, base, width - 2 * kPad, box.caption.name, box.note,
                          {"ink strong", kName, Anchor::middle});
    }
    svg_.end_titled();
  }

  SvgWriter& svg_;
};

}  // namespace

void draw_map(const MapBox& map, double x, double y, SvgWriter& svg) {
  if (map.children.empty()) return;
  MapDrawing drawing(svg);
  const double axis = x + map.axis;
  if (has_fork(*map.children.front().item)) {
    svg.circle(axis, y + 4, 3.5, "dot");
    drawing.connect(axis, y + 4, y + kMapEnds, false, has_arrow(map.children.front()));
  }
  if (has_join(*map.children.back().item)) {
    const double bottom = y + kMapEnds + map.height;
    drawing.connect(axis, bottom, bottom + kMapEnds - 2, false, true);
  }
  drawing.sequence(map, x, y + kMapEnds);
}

}  // namespace ramus
