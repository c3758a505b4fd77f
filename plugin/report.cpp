#include "plugin/report.hpp"

#include <algorithm>

namespace ramus {

const ReportGroup* Report::find_group(std::string_view id) const {
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const ReportGroup& group) { return group.id == id; });
  return found == groups.end() ? nullptr : &*found;
}

std::optional<std::string_view> ReportFactors::name_of_factor(std::size_t factor) const {
  for (const FactorMeaning& entry : meaning) {
    if (entry.factor == factor && entry.named) return entry.feature;
  }
  return std::nullopt;
}

}  // namespace ramus
