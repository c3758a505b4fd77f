// What stands in the boxes of a map, the same in every format.
#pragma once

#include <string>
#include <vector>

#include "adapters/pictures/outline.hpp"

namespace ramus {

struct Caption {
  std::string name;                 // "mixed3a_5x5"; "4 x head0 to head3"
  std::vector<std::string> facts;   // "32 units, 2 layers, 5x5", "15.9 k parameters"
  std::vector<std::string> claims;  // what passed: "9 of 9 BW vs Color", "q 2.0e-08"
  std::vector<std::string> hint;    // whole names, and the sentences of the text report
};

// Of a lane of a group's item.
Caption caption_of(const MapItem& group, const MapLane& lane);

// Of a group: facts are kind and number of branches, claims the score.
Caption caption_of(const MapItem& group);

// "24 x", and of what.
Caption caption_of_repeat(const MapItem& repeat);

// A name, or another line of a box, cut to `room` em. "arm0: Conv3x3-Conv1x1": a name made of what is in the branch begins
// with what tells it apart, all others end in it.
std::string fitted_line(const std::string& line, double room);
bool is_described(const std::string& name);

// Of a section: "in the body 2/else_branch".
std::string title_of(const MapSection& section);

}  // namespace ramus
