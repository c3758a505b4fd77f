// The table of rules, for people and for programs.
#pragma once

#include <string>
#include <string_view>

#include "graph/result.hpp"

namespace ramus {

// `format`: "text" or "json". Error (usage): another one.
Result<std::string> rules_table(std::string_view format);

// Everything that is said of one rule. Errors (usage): no such rule, or format.
Result<std::string> describe_rule(std::string_view code, std::string_view format);

}  // namespace ramus
