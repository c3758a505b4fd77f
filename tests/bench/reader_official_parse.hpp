// The official way to read a model, for comparison.
#pragma once

#include <functional>
#include <string>

namespace ramus::bench {

// Parses the file from a mapping, calls `measured` while the model is alive, and returns its number of nodes.
std::size_t parse_officially(const std::string& path, const std::function<void()>& measured);

}  // namespace ramus::bench
