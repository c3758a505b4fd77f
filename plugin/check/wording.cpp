#include "plugin/check/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ramus {

std::string quoted_names(std::span<const std::string> names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "'" : ", '") + names[i] + "'";
  return names.size() > most ? text + fmt::format(" and {} more", names.size() - most) : text;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace ramus
