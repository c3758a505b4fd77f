// The table of passes as text for people and as JSON for programs.
#pragma once

#include <string>
#include <string_view>

#include "graph/result.hpp"

namespace ramus {

// `format`: "text" or "json". Error (usage): anything else.
Result<std::string> passes_table(std::string_view format);

}  // namespace ramus
