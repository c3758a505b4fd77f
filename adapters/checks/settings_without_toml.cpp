// In the place of settings_toml.cpp where toml++ was not found.
#include "adapters/checks/settings_toml.hpp"

namespace ramus {

Field::Json settings_from_toml(std::string_view) {
  throw WrongField{
      "this build of ramus reads no TOML, since toml++ (libtomlplusplus-dev) was not there; write the same as JSON, in "
      "braces: {\"fail-on\": \"warning\"}"};
}

}  // namespace ramus
