// How messages of rules say lists and counts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ramus {

// "'a', 'b', 'c' and 4 more"
std::string quoted_names(std::span<const std::string> names, std::size_t most = 6);

// "4 branches", "1 branch"
std::string counted(std::size_t count, std::string_view one, std::string_view many);

}  // namespace ramus
