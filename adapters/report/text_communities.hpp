// Communities of blocks and of heads, as lines of the summary.
//
//     2 communities of 8 blocks: Q 0.41 (with composition dealt to pairs at random 0.12, p 0.01; to pairs as far apart 0.30,
//       p 0.03), 25 runs agree to 0.98
//       community 0: blocks 0-3
//       community 1: blocks 4-7
#pragma once

#include <string>
#include <vector>

#include "passes/communities.hpp"

namespace ramus {

// Unbroken lines, indented as those of a stream. Members are told where Q is beyond chance.
std::vector<std::string> lines_of_communities(const std::vector<StreamCommunities>& all);

}  // namespace ramus
