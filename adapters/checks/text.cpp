#include <fmt/format.h>

#include "adapters/checks/checks.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {

Status write_checks_text(const Checks& checks, const TextSink& sink) {
  std::string text;
  for (const CheckedModel& model : checks.models) {
    if (model.failure) continue;
    for (const Finding& finding : model.findings) {
      text += fmt::format("{}: {} {} {} '{}': {}\n", printable(model.path), finding.code, name_of(finding.severity),
                          name_of(finding.place.kind), printable(finding.place.name), printable(finding.message));
    }
  }
  return write_whole(text, sink);
}

}  // namespace ramus
