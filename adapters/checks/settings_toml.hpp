// Settings that are written as TOML, as the same tree that JSON would give.
#pragma once

#include <string_view>

#include "adapters/report/json_field.hpp"

namespace ramus {

// Throws WrongField: not TOML, with line and column; a date; keys or values that nest deeper than settings do; a library
// that was built without TOML.
Field::Json settings_from_toml(std::string_view text);

}  // namespace ramus
