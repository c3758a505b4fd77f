#include "adapters/checks/finding_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/pictures/names.hpp"
#include "adapters/report/plain_text.hpp"
#include "plugin/check/rule.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostSteps = 8;   // of a path, written out
constexpr std::size_t kFirstSteps = 4;  // of a longer one: these, and as many as still fit at its end

std::string of_severities(const Checks& checks) {
  std::array<std::size_t, 3> counts{};
  const auto add = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.severity)];
  };
  for (const CheckedModel& model : checks.models) add(model.findings);
  add(checks.of_settings);
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const std::string name(name_of(severity));
    const std::size_t count = counts[static_cast<std::size_t>(severity)];
    if (count > 0) parts.push_back(plural(count, name, name + "s"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string text_of(const Place& place) {
  if (place.kind == PlaceKind::model) return "the model";
  std::string text = fmt::format("{} '{}'", name_of(place.kind), shown(place.name));
  if (!place.graph.empty()) text += fmt::format(" of the body '{}'", shown(place.graph));
  return text;
}

std::string sentence_of(const Finding& finding) {
  if (finding.place.kind == PlaceKind::model || finding.place.kind == PlaceKind::settings)
    return shown(finding.message);
  return text_of(finding.place) + ": " + shown(finding.message);
}

std::string text_of(const PlacePath& path) {
  std::vector<std::string> names;
  const std::size_t count = path.steps.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (count > kMostSteps && i == kFirstSteps) {
      const std::size_t last = kMostSteps - kFirstSteps - 1;
      names.push_back(fmt::format("... {} more ...", count - kFirstSteps - last));
      i = count - last;
    }
    names.push_back(shown(path.steps[i].name));
  }
  const std::string steps = fmt::format("{}", fmt::join(names, " -> "));
  return path.title.empty() ? steps : shown(path.title) + ": " + steps;
}

std::string failure_of(const CheckedModel& model) {
  std::string_view why = *model.failure;
  const std::string before = model.path + ": ";
  if (why.substr(0, before.size()) == before) why.remove_prefix(before.size());
  return shown(why);
}

std::string title_of(const std::string& code) {
  const Rule* rule = find_rule(code);
  return rule == nullptr ? shown(code) : fmt::format("{} {}", rule->code, rule->name);
}

std::string totals_of(const Checks& checks) {
  std::size_t checked = 0, ignored = 0, accepted = 0;
  for (const CheckedModel& model : checks.models) {
    if (!model.failure) ++checked;
    ignored += model.ignored.size();
    accepted += model.accepted.size();
  }
  const std::size_t count = count_findings(checks, Severity::note);
  std::string text =
      count == 0 ? "no findings" : plural(count, "finding", "findings") + " (" + of_severities(checks) + ")";
  text += " in " + plural(checked, "model", "models");
  std::vector<std::string> silent;
  if (ignored > 0) silent.push_back(fmt::format("{} ignored", ignored));
  if (accepted > 0) silent.push_back(fmt::format("{} in the baseline", accepted));
  if (!silent.empty()) text += fmt::format("; {}", fmt::join(silent, ", "));
  const std::size_t failed = checks.models.size() - checked;
  if (failed > 0) text += "; " + plural(failed, "model", "models") + " could not be checked";
  return text;
}

}  // namespace ramus
