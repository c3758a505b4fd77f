#include "adapters/report/json.hpp"
#include "adapters/checks/checks.hpp"

namespace ramus {
namespace {

ReportJson to_json(const Place& place);
ReportJson to_json(const PlacePath& path);
ReportJson to_json(const Finding& finding);
ReportJson to_json(const CheckedModel& model);

template <class List>
ReportJson list_to_json(const List& list) {
  ReportJson json = ReportJson::array();
  for (const auto& entry : list) json.push_back(to_json(entry));
  return json;
}

ReportJson to_json(const Place& place) {
  ReportJson json{{"kind", name_of(place.kind)}, {"name", place.name}};
  if (!place.graph.empty()) json["graph"] = place.graph;
  return json;
}

ReportJson to_json(const PlacePath& path) { return {{"title", path.title}, {"steps", list_to_json(path.steps)}}; }

ReportJson to_json(const Finding& finding) {
  ReportJson json{{"code", finding.code},
                  {"severity", name_of(finding.severity)},
                  {"message", finding.message},
                  {"place", to_json(finding.place)},
                  {"fingerprint", finding.fingerprint}};
  if (!finding.related.empty()) json["related"] = list_to_json(finding.related);
  if (!finding.paths.empty()) json["paths"] = list_to_json(finding.paths);
  if (!finding.facts.empty()) {
    ReportJson& facts = json["facts"] = ReportJson::object();
    for (const Fact& fact : finding.facts) {
      std::visit([&](const auto& value) { facts[fact.name] = value; }, fact.value);
    }
  }
  return json;
}

ReportJson to_json(const CheckedModel& model) {
  ReportJson json{{"path", model.path}};
  if (model.failure) {
    json["failure"] = *model.failure;
    return json;
  }
  json["digest"] = model.digest;
  json["rules"] = model.rules;
  json["findings"] = list_to_json(model.findings);
  ReportJson& ignored = json["ignored"] = ReportJson::array();
  for (const IgnoredFinding& entry : model.ignored) {
    ReportJson& finding = ignored.emplace_back(to_json(entry.finding));
    finding["reason"] = entry.reason;
  }
  json["accepted"] = list_to_json(model.accepted);
  return json;
}

}  // namespace

Status write_checks_json(const Checks& checks, const TextSink& sink) {
  ReportJson json{{"schema", "ramus.checks/1"},
                  {"tool", {{"name", "ramus"}, {"version", checks.tool_version}}},
                  {"fail_on", name_of(checks.fail_on)}};
  json["models"] = list_to_json(checks.models);
  json["settings"] = list_to_json(checks.of_settings);
  return write_indented(json, sink);
}

}  // namespace ramus
