// Groups that recur, drawn once.
//
//   A T A T A T B        3 x [A T] B
//
// First by how they are built, sizes included; where more than `most` remain, by shape alone (DenseNet's blocks grow). What
// is still too long ends in a count.
#pragma once

#include "adapters/pictures/outline.hpp"

namespace ramus {

inline constexpr std::size_t kMostItems = 32;        // drawn beneath one another at the top level
inline constexpr std::size_t kMostNestedItems = 12;  // and in a branch

std::vector<MapItem> folded(std::vector<MapItem> items, std::size_t most);

// "30 groups more"
MapItem more_item(std::size_t groups);

}  // namespace ramus
