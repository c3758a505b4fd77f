// Where everything of a map lies. Boxes hold boxes; places are relative to the box around.
//
//            |  axis                    |  axis of a group with a skip
//         ---o---                       o--.
//        [a][b][c]  lanes               |  [block]
//         ---v---                       +--'
//        ( concat )  join               |
//
// From above to below; the items of a sequence share one axis.
#pragma once

#include <vector>

#include "adapters/pictures/captions.hpp"
#include "adapters/pictures/outline.hpp"

namespace ramus {

struct MapBox {
  const MapItem* item = nullptr;
  const MapLane* lane = nullptr;  // nullptr: the box of the item itself; both nullptr: a sequence
  double x = 0, y = 0, width = 0, height = 0;
  double axis = 0;  // from the box's left
  Caption caption;
  std::string note;              // of a group: what stands beside its name, "concat of 4; specialization 0.18, p 0.001"
  std::vector<MapBox> children;  // of a group its lanes; of a lane, a repeat or the map the items in it
};

namespace map_sizes {
inline constexpr double kName = 12, kFact = 11;  // fonts
inline constexpr double kLine = 15;              // from one line of text to the next
inline constexpr double kPad = 8;                // between text and the edge of its box
inline constexpr double kBend = 24;              // height of the curves of a fork, and of a join
inline constexpr double kJoin = 22;              // height of a join
inline constexpr double kSkip = 26;              // width of a lane without nodes
inline constexpr double kBetween = 20;           // items of a sequence
inline constexpr double kLaneGap = 10;
}  // namespace map_sizes

MapBox lay_out(const std::vector<MapItem>& items);

// The lane that the axis of its group goes through: a skip, or a projection in its place; kNoLane where there is none.
inline constexpr std::size_t kNoLane = static_cast<std::size_t>(-1);
std::size_t lane_on_axis(const MapItem& group);

// Of a lane: drawn as a line, without a box.
bool is_line(const MapLane& lane);

}  // namespace ramus
