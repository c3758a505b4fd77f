// The table of passes: one row makes the command-line word, the help text, the annotation prefix and the README heading.
#pragma once

#include <span>

#include "passes/pass.hpp"

namespace ramus {

// In the order in which they run: rewrites to normal form first, then analyses, each after those whose facts it reads.
std::span<const PassInfo> all_passes();

}  // namespace ramus
