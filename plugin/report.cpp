#include "plugin/report.hpp"

#include <algorithm>

namespace ramus {

const ReportGroup* Report::find_group(std::string_view id) const {
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const ReportGroup& group) { return group.id == id; });
  return found == groups.end() ? nullptr : &*found;
}

}  // namespace ramus
