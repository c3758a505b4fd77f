// What a map shows, before it is drawn: the branch tree with what lies between its groups, repeats folded.
//
//   trunk "Conv 7x7, MaxPool"       nodes in no group
//   group mixed3a                   lanes side by side, each with what lies in it
//   12 x [ group Add_69, group Add_94 ]      groups, one after the other, that recur
//   more "30 groups more"           what a picture has no room for
//
// Order is that of the report. A node of the trunk stands before the first group whose join comes after it in the file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plugin/node_facts.hpp"

namespace ramus {

struct MapItem;

struct MapLane {
  const ReportBranch* branch = nullptr;
  const ReportBranch* last = nullptr;            // of branches that are drawn as one; else the same as `branch`
  const BranchSpecialization* values = nullptr;  // nullptr: nothing was tested
  std::size_t place = 0;                         // in its group
  std::size_t times = 1;                         // branches that are drawn as one
  std::vector<MapItem> inside;
};

struct MapItem {
  enum class Kind { trunk, group, repeat, stream, more };

  Kind kind = Kind::trunk;
  std::string text;                                      // of trunk, stream, more
  std::string hint;                                      // more of it: all operators of the trunk
  std::string name;                                      // of a group, without the path of the body that it lies in
  const ReportGroup* group = nullptr;                    // of a group; of a repeat: the first that it holds
  const ReportGroup* last = nullptr;                     // of a repeat
  const ReportSpecialization* specialization = nullptr;  // of a group; nullptr: nothing was tested
  bool in_stream = false;  // a block of a residual stream, or the trunk between two of them
  std::vector<MapLane> lanes;
  std::size_t lanes_left_out = 0;
  std::size_t times = 1;        // of a repeat
  bool sizes_differ = false;    // of a repeat: alike but for their sizes
  std::vector<MapItem> inside;  // of a repeat: one of its times
  std::string built;            // how it is built, with sizes: what recurs has the same
  std::string shape;            // and without sizes
};

struct MapSection {
  std::string graph;  // empty: the main one; else the path of a body whose groups lie in no branch
  std::vector<MapItem> items;
};

// Borrows the report and the findings.
std::vector<MapSection> outline_of(const Report& report, const BranchFindings& findings);

// Groups, branches that are drawn as several, and trunks, counted over all that is drawn.
std::size_t count_of_items(const std::vector<MapItem>& items);

}  // namespace ramus
