// Features of the first layer of each branch that reads the common input, where filters are comparable; units further in
// are not independent of one another.
//
//   conv1 of branch 0   colour 0.9 0.8 …      each branch against the rest: Mann-Whitney, AUC
//   conv1 of branch 1   colour 0.1 0.3 …      all branches at once: Kruskal-Wallis, eta squared
#pragma once

#include "passes/specialization.hpp"

namespace ramus {

// Fills the features of the group and of its branches; their q are not known yet.
void compare_features(const PassContext& context, const BranchGroup& branches, GroupSpecialization& group);

}  // namespace ramus
