#include "plugin/report.hpp"

namespace ramus {

GroupIndex::GroupIndex(const Report& report) {
  for (const ReportGroup& group : report.groups) by_id_.emplace(group.id, &group);
}

const ReportGroup* GroupIndex::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace ramus
