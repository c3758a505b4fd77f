#include "adapters/checks/checks.hpp"
#include "plugin/check/baseline.hpp"

namespace ramus {

Result<Baseline> read_baseline(std::string_view, std::string name) {
  return failure(ErrorKind::usage, name + ": baselines cannot be read yet");
}

Status write_baseline(const Checks&, const TextSink&) {
  return failure(ErrorKind::usage, "baselines cannot be written yet");
}

}  // namespace ramus
