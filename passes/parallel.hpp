// Independent tasks over the threads that the host allows (the arena of the caller), with results in the tasks' order.
#pragma once

#include <cstddef>
#include <functional>

#include "graph/result.hpp"

namespace ramus {

// Runs task(0) … task(count - 1), each once, in any order and from any thread. The answer is the error of the smallest
// failed index; tasks that have not begun when one fails, or when `cancelled` says so, are not run.
Status for_each_index(std::size_t count, const std::function<bool()>& cancelled,
                      const std::function<Status(std::size_t)>& task);

}  // namespace ramus
