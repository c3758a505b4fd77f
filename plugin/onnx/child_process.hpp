// Runs one function in a forked child and brings back the bytes that it returns.
//
//   host ──fork──▶ child: function() ──pipe──▶ host        a crash, a signal or a lack of time or memory
//                                                          ends the child and comes back as an error
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "graph/result.hpp"

namespace ramus {

struct ChildLimits {
  int seconds = 60;
  std::size_t memory = std::size_t{4} << 30;  // beyond what the host has mapped already
};

// The function runs on a copy of the host's memory with only the calling thread; it must not wait for other threads.
// Errors (ErrorKind::internal): no child could be made, it crashed, it took too long.
Result<std::string> run_in_child(const std::function<std::string()>& function, const ChildLimits& limits);

}  // namespace ramus
