#include "plugin/check/baseline.hpp"

namespace ramus {

Result<Baseline> read_baseline(std::string_view, std::string name) {
  return failure(ErrorKind::usage, name + ": baselines cannot be read yet");
}

}  // namespace ramus
