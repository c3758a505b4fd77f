#include "adapters/pictures/map_layout.hpp"

#include <algorithm>

#include "adapters/pictures/names.hpp"

namespace ramus {
namespace {

using namespace map_sizes;

constexpr double kLeastLane = 84, kMostLane = 184;
constexpr double kLeastTrunk = 40, kMostTrunk = 250;
constexpr double kMostGroupName = 190;
constexpr double kStretch = 40;  // by which a lane grows to be as high as its neighbours

double width_of_text(std::string_view text, double size) { return width_in_em(shown(text)) * size; }

MapBox sequence(const std::vector<MapItem>& items);

double widest(const Caption& caption) {
  double width = width_of_text(caption.name, kName * kBold);  // bold
  for (const auto& lines : {caption.facts, caption.claims}) {
    for (const std::string& line : lines) width = std::max(width, width_of_text(line, kFact * kBold));
  }
  return width;
}

MapBox lane_box(const MapItem& group, const MapLane& lane) {
  MapBox box;
  box.item = &group;
  box.lane = &lane;
  box.caption = caption_of(group, lane);
  if (is_line(lane)) {
    box.width = kSkip;
    box.height = kLine;
    box.axis = kSkip / 2;
    return box;
  }
  const std::size_t lines = 1 + box.caption.facts.size() + box.caption.claims.size();
  box.width = std::clamp(widest(box.caption) + 2 * kPad, kLeastLane, kMostLane);
  box.height = static_cast<double>(lines) * kLine + kPad;
  if (!lane.inside.empty()) {
    MapBox inside = sequence(lane.inside);
    inside.y = box.height + kPad;
    box.width = std::max(box.width, inside.width + 2 * kPad);
    inside.x = (box.width - inside.width) / 2;
    box.height += inside.height + 2 * kPad;
    box.axis = inside.x + inside.axis;
    box.children.push_back(std::move(inside));
  } else {
    box.axis = box.width / 2;
  }
  return box;
}

MapBox group_box(const MapItem& item) {
  MapBox box;
  box.item = &item;
  box.caption = caption_of(item);
  const std::size_t on_axis = lane_on_axis(item);
  double height = 0, x = 0;
  const auto add = [&](std::size_t l) {
    MapBox lane = lane_box(item, item.lanes[l]);
    lane.x = x;
    lane.y = kBend;
    x += lane.width + kLaneGap;
    height = std::max(height, lane.height);
    box.children.push_back(std::move(lane));
  };
  if (on_axis != kNoLane) add(on_axis);
  for (std::size_t l = 0; l < item.lanes.size(); ++l) {
    if (l != on_axis) add(l);
  }
  for (MapBox& lane : box.children) {
    if (height - lane.height <= kStretch || is_line(*lane.lane)) lane.height = height;
  }
  box.width = std::max(x - kLaneGap, kLeastLane);
  if (item.lanes_left_out > 0) box.width += 60;
  box.height = kBend + height + kBend + kJoin;
  box.note = box.caption.facts.front();
  for (const std::string& claim : box.caption.claims) box.note += "; " + claim;
  const double name = std::min(width_of_text(box.caption.name, kName * kBold), kMostGroupName);
  const double text = name + width_of_text(box.note, kFact) + 4 * kPad;
  if (on_axis != kNoLane) {
    const MapBox& lane = box.children.front();
    box.axis = lane.x + lane.axis;
    box.width = std::max(box.width, box.axis + kJoin / 2 + text);
    return box;
  }
  if (text > box.width) {
    for (MapBox& lane : box.children) lane.x += (text - box.width) / 2;
    box.width = text;
  }
  box.axis = box.width / 2;
  return box;
}

MapBox small_box(const MapItem& item) {
  MapBox box;
  box.item = &item;
  const bool is_note = item.kind == MapItem::Kind::stream;
  const double most = is_note ? 1.5 * kMostTrunk : kMostTrunk;
  box.width = std::clamp(width_of_text(item.text, kFact) + 2 * kPad, kLeastTrunk, most);
  box.height = kLine + kPad;
  box.axis = is_note ? -kPad : box.width / 2;  // a note stands beside the axis
  return box;
}

MapBox repeat_box(const MapItem& item) {
  MapBox box;
  box.item = &item;
  box.caption = caption_of_repeat(item);
  MapBox inside = sequence(item.inside);
  inside.x = kPad;
  inside.y = kLine + kPad;
  const double caption =
      width_of_text(box.caption.name, 1.25 * kName) + width_of_text(box.caption.facts.front(), kFact) + 5 * kPad;
  box.width = std::max(inside.width + 2 * kPad, inside.x + inside.axis + caption);
  box.height = inside.height + kLine + 2 * kPad;
  box.axis = inside.x + inside.axis;
  box.children.push_back(std::move(inside));
  return box;
}

MapBox item_box(const MapItem& item) {
  switch (item.kind) {
    case MapItem::Kind::group:
      return group_box(item);
    case MapItem::Kind::repeat:
      return repeat_box(item);
    default:
      return small_box(item);
  }
}

MapBox sequence(const std::vector<MapItem>& items) {
  MapBox box;
  for (const MapItem& item : items) {
    box.children.push_back(item_box(item));
    box.axis = std::max(box.axis, box.children.back().axis);
  }
  double y = 0;
  for (MapBox& child : box.children) {
    child.x = box.axis - child.axis;
    child.y = y;
    y += child.height + kBetween;
    box.width = std::max(box.width, child.x + child.width);
  }
  box.height = std::max(y - kBetween, 0.0);
  return box;
}

}  // namespace

bool is_line(const MapLane& lane) { return lane.branch->skip && lane.inside.empty(); }

std::size_t lane_on_axis(const MapItem& group) {
  std::size_t projection = kNoLane;
  for (std::size_t l = 0; l < group.lanes.size(); ++l) {
    if (is_line(group.lanes[l])) return l;
    if (projection == kNoLane && group.lanes[l].branch->projection) projection = l;
  }
  return projection;
}

MapBox lay_out(const std::vector<MapItem>& items) { return sequence(items); }

}  // namespace ramus
