#include "plugin/check/settings.hpp"

namespace ramus {

Result<CheckSettings> read_check_settings(std::string_view, std::string name) {
  return failure(ErrorKind::usage, name + ": settings cannot be read yet");
}

}  // namespace ramus
