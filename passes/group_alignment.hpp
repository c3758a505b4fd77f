// Which group of one model is which of another.
//
//   A   stem   block 1   block 2   block 3   head            built alike counts most, then alike branches, then position;
//        |        |         |         |       |              the order is kept
//   B   stem   block 1   block 2'  block 3   head   aux
//
// The alignment of two lists in order for which the sum of likenesses is largest (Needleman, Wunsch 1970). Long lists are
// first cut at groups that have both structure and name in common, and, where that leaves pieces that are still too long,
// in halves: the time grows with the number of groups, not with its square.
#pragma once

#include <optional>
#include <vector>

#include "passes/model_profile.hpp"

namespace ramus {

enum class GroupLikeness {
  structure,  // operators, connections and shapes are the same
  form,  // so are the widths and kernels of all branches, in any order: the explicit and the grouped form of a network
  branches,  // so are those of at least half of the branches, or the name and the kind are
  position,  // as many branches of the same kind stand at that place
};
std::string_view name_of(GroupLikeness likeness);

struct AlignedGroups {
  std::size_t a = 0, b = 0;
  GroupLikeness likeness = GroupLikeness::structure;
};

// Ascending in both.
std::vector<AlignedGroups> align_groups(const std::vector<ProfiledGroup>& a, const std::vector<ProfiledGroup>& b);

}  // namespace ramus
