// Files and standard input, read whole.
#pragma once

#include <functional>
#include <string>

namespace ramus::cli {

// "-" is standard input. Throws Failure (invalid_input, beginning with the path; interrupted, when a signal came and
// `interrupted` says that it meant us).
std::string read_text(
    const std::string& path, const std::function<bool()>& interrupted = [] { return false; });

}  // namespace ramus::cli
