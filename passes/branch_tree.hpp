// The groups as a tree, with names.
//
//   mixed3a            a group: named from what its nodes have in common
//   ├ mixed3a_1x1      its branches: likewise, where that tells them apart
//   └ mixed3a_5x5
//     └ …              a group all of whose nodes lie in that branch
//
// Names come from the nodes' own names; where those do not agree (n12, n13 …), from the values they write, then from
// their weights; else from position and operators: "mixed3a/arm2: Conv1x1-Conv5x5". Group names are unique.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "passes/branch_group.hpp"

namespace ramus {

struct BranchTree {
  struct Parent {
    std::size_t entry = 0;   // in `entries`
    std::size_t branch = 0;  // of that group
  };
  struct Entry {
    std::size_t group = 0;  // in the list that the tree was made from
    std::optional<Parent> parent;
    int depth = 0;  // 0 for groups that lie in no branch
    std::string name;
    std::vector<std::string> branch_names;
    std::size_t alike =
        0;  // the first entry that is built alike (branch_structure.hpp); its own place where it is that
    std::size_t times = 1;  // entries built alike, this one included
  };
  std::vector<Entry> entries;         // parents before their children, otherwise in the model's order
  std::vector<std::size_t> entry_of;  // by group
};

BranchTree arrange_branches(const Graph& graph, std::span<const BranchGroup> groups);

struct PassContext;
struct Findings;
Result<Findings> find_branch_tree(const PassContext& context);

}  // namespace ramus
