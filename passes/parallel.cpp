#include "passes/parallel.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <atomic>
#include <optional>
#include <vector>

namespace ramus {

Status for_each_index(std::size_t count, const std::function<bool()>& cancelled,
                      const std::function<Status(std::size_t)>& task) {
  std::vector<std::optional<Error>> errors(count);
  std::atomic<bool> stop{false};
  const auto run = [&](std::size_t i) {
    if (stop.load()) return;
    if (cancelled()) {
      stop.store(true);
      return;
    }
    if (auto status = task(i); !status) {
      errors[i] = std::move(status.error());
      stop.store(true);
    }
  };
  // One task may take a thousand times as long as the next, so they are handed out one by one.
  oneapi::tbb::parallel_for(std::size_t{0}, count, std::size_t{1}, run, oneapi::tbb::simple_partitioner());
  for (auto& error : errors) {
    if (error) return propagate(std::move(*error));
  }
  if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
  return {};
}

}  // namespace ramus
