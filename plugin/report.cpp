#include "plugin/report.hpp"

#include "plugin/report_formats.hpp"

namespace ramus {

GroupIndex::GroupIndex(const Report& report) {
  for (const ReportGroup& group : report.groups) by_id_.emplace(group.id, &group);
}

const ReportGroup* GroupIndex::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Status write_whole(std::string_view text, const TextSink& sink) {
  if (!sink(text)) return failure(ErrorKind::cancelled, "the writer asked to stop");
  return {};
}

}  // namespace ramus
