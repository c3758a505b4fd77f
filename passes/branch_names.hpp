// What to call a group and its branches; branch_tree.hpp says how names are chosen.
#pragma once

#include <string>
#include <vector>

#include "passes/branch_group.hpp"

namespace ramus {

struct GroupNames {
  std::string group;                  // differs from all others
  std::vector<std::string> branches;  // differ from one another
};

// Names in the order of the groups. A name that several groups would share (a scope around them all) is given up for the
// names of their joins.
std::vector<GroupNames> name_groups(const Graph& graph, const std::vector<const BranchGroup*>& groups);

// The longest common beginning that does not cut a word: what follows it in each name is nothing, a separator
// (/ . _ - : #), or, where one of the names ends there, anything but a digit after a digit.
//   {"a/b_5x5_pre", "a/b_5x5"} -> "a/b_5x5";  {"conv1", "conv12"} -> "";  {"/x/y", "/x/z"} -> "/x"
std::string common_beginning(const std::vector<std::string>& names);

}  // namespace ramus
