// For people: model by model, each finding with its place, what is the matter, and the paths behind it.
#include <fmt/format.h>

#include <map>

#include "adapters/checks/checks.hpp"
#include "adapters/checks/finding_text.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/report/text_page.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostOfRule = 20;  // findings of one rule in one model

void add_finding(const Finding& finding, TextPage& page) {
  const bool has_place = finding.place.kind != PlaceKind::model && finding.place.kind != PlaceKind::settings;
  page.line("  {:<7} {}{}", name_of(finding.severity), title_of(finding.code),
            has_place ? " at " + text_of(finding.place) : "");
  page.line("    {}", shown(finding.message));
  for (const PlacePath& path : finding.paths) page.line("    {}", text_of(path));
}

void add_findings(const std::vector<Finding>& findings, TextPage& page) {
  std::map<std::string, std::size_t> all, told;
  for (const Finding& finding : findings) ++all[finding.code];
  for (const Finding& finding : findings) {
    const std::size_t count = ++told[finding.code];
    if (count <= kMostOfRule) add_finding(finding, page);
    if (count == all[finding.code]) {
      page.more("    ", count, std::min(count, kMostOfRule), "finding of " + finding.code,
                "findings of " + finding.code);
    }
  }
}

}  // namespace

Status write_checks_text(const Checks& checks, const TextSink& sink) {
  TextPage page;
  for (const CheckedModel& model : checks.models) {
    if (!model.failure && model.findings.empty()) continue;
    page.line("{}", shown(model.path));
    if (model.failure) page.line("  could not be checked: {}", failure_of(model));
    add_findings(model.findings, page);
    page.gap();
  }
  if (!checks.of_settings.empty()) {
    page.line("{}", shown(checks.of_settings.front().place.name));
    add_findings(checks.of_settings, page);
    page.gap();
  }
  page.line("{}", totals_of(checks));
  if (count_findings(checks, Severity::note) > 0) {
    page.line("`ramus explain CODE` says what a rule looks for, and how to judge what it found");
  }
  return write_whole(page.take(), sink);
}

}  // namespace ramus
