#include "tests/adapters/checks/made_checks.hpp"

#include <algorithm>

#include "plugin/check/check_formats.hpp"
#include "plugin/check/rule.hpp"

namespace ramus::testing {
namespace {

const Rule& first_rule() { return *all_rules().front(); }

CheckedModel model_of(std::string path) {
  CheckedModel model;
  model.path = std::move(path);
  model.digest = "sha256:" + std::string(64, 'a');
  for (const Rule* rule : all_rules()) model.rules.emplace_back(rule->code);
  return model;
}

Checks checks_of(std::vector<CheckedModel> models) {
  Checks checks;
  checks.tool_version = "1.2.3";
  for (const CheckedModel& model : models) {
    if (!model.failure) checks.rules = model.rules;
  }
  checks.models = std::move(models);
  return checks;
}

// `name` stands for every name, reason and message.
Checks checks_with(const std::string& name) {
  CheckedModel first = model_of("models/" + name), second = model_of("/" + name), failed;
  Finding finding = finding_at(PlaceKind::node, name, Severity::warning);
  finding.message = "says " + name;
  finding.place.graph = name;
  finding.related = {{PlaceKind::value, "", name}, {PlaceKind::model, "", ""}};
  finding.paths = {{name, {{PlaceKind::value, "", name}, {PlaceKind::node, name, name}, {PlaceKind::node, "", "y"}}}};
  finding.facts = {{"parameters", std::int64_t{12}}, {"share", 0.5}, {"via", name}};
  first.findings.push_back(finding);
  first.findings.push_back(finding_at(PlaceKind::model, "", Severity::error));
  first.ignored.push_back({finding, "because " + name});
  second.accepted.push_back(finding);
  second.findings.push_back(finding_at(PlaceKind::initializer, name, Severity::note));
  failed.path = "broken/" + name;
  failed.failure = failed.path + ": cannot be read: " + name;
  Checks checks = checks_of({first, second, failed});
  checks.has_baseline = true;
  Finding unused = finding_at(PlaceKind::settings, "ramus-" + name + ".toml", Severity::note);
  unused.code = all_rules().back()->code;
  unused.fingerprint.clear();
  checks.of_settings.push_back(unused);
  return checks;
}

}  // namespace

const std::string kHostile = "q\"'b\r\n::error::x%0A]]></failure>[l](http://x){0}&amp;\x1B[31m\xE2\x80\xAE\xFF";

Finding finding_at(PlaceKind kind, std::string name, Severity severity) {
  Finding finding;
  finding.code = first_rule().code;
  finding.severity = severity;
  finding.message = "is not as it should be";
  finding.place = {kind, "", std::move(name)};
  finding.fingerprint = std::string(64, 'f');
  return finding;
}

Checks plain_checks() {
  CheckedModel model = model_of("models/a.onnx");
  model.findings.push_back(finding_at(PlaceKind::node, "Add_12", Severity::warning));
  return checks_of({model});
}

Checks full_checks() { return checks_with("x"); }

Checks hostile_checks() { return checks_with(kHostile); }

Checks many_findings(std::size_t notes, std::size_t message_size) {
  CheckedModel model = model_of("a.onnx");
  model.findings.assign(notes, finding_at(PlaceKind::node, "n", Severity::note));
  for (Finding& finding : model.findings) {
    finding.message = std::string(message_size, 'm');
    finding.fingerprint.clear();
  }
  model.findings.push_back(finding_at(PlaceKind::node, "worst", Severity::error));
  return checks_of({model});
}

Checks long_finding(std::size_t related, std::size_t steps) {
  CheckedModel model = model_of("a.onnx");
  Finding finding = finding_at(PlaceKind::node, "n", Severity::note);
  finding.related.assign(related, {PlaceKind::node, "", "other"});
  for (std::size_t i = 0; i < steps; ++i) {
    if (i % 4000 == 0) finding.paths.push_back({"part", {}});
    finding.paths.back().steps.push_back({PlaceKind::node, "", "step" + std::to_string(i)});
  }
  model.findings.push_back(finding);
  return checks_of({model});
}

Checks nothing_found() { return checks_of({model_of("a.onnx"), model_of("b.onnx")}); }

std::string written_as(std::string_view format, const Checks& checks) {
  const auto formats = check_formats();
  const auto row =
      std::find_if(formats.begin(), formats.end(), [&](const CheckFormat& entry) { return entry.name == format; });
  std::string text;
  if (row == formats.end()) return text;
  const Status status = row->write(checks, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  return status ? text : "error: " + status.error().message;
}

}  // namespace ramus::testing
