#include "plugin/check/finding.hpp"

#include <algorithm>
#include <array>

namespace ramus {

namespace {
constexpr std::array<std::string_view, 3> kSeverities{"note", "warning", "error"};
}

std::string_view name_of(Severity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }

std::optional<Severity> severity_from(std::string_view name) {
  const auto found = std::find(kSeverities.begin(), kSeverities.end(), name);
  if (found == kSeverities.end()) return std::nullopt;
  return static_cast<Severity>(found - kSeverities.begin());
}

std::string_view name_of(PlaceKind kind) {
  constexpr std::array<std::string_view, 9> kNames{"model",  "node",   "value",  "initializer", "group",
                                                   "branch", "stream", "wiring", "settings"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace ramus
