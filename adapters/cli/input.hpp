// Files and standard input, read whole.
#pragma once

#include <string>
#include <vector>

namespace ramus::cli {

// "-" is standard input. Throws Failure (invalid_input, beginning with the path).
std::string read_text(const std::string& path);

}  // namespace ramus::cli
