#include "adapters/checks/uri.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ramus {
namespace {

// The unreserved characters of RFC 3986, section 2.3, and the slash.
bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

std::string uri_of(std::string_view path) {
  while (path.substr(0, 2) == "./") path.remove_prefix(std::min(path.find_first_not_of('/', 1), path.size()));
  std::string uri = path.substr(0, 1) == "/" ? "file://" : "";
  for (const char c : path) {
    if (stays(c)) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

}  // namespace ramus
