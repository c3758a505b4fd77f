#include "adapters/checks/sarif_parts.hpp"
#include "adapters/checks/uri.hpp"

namespace ramus {
namespace {

constexpr std::string_view kMainGraph = "main";

std::string part_of(std::string_view name) {
  if (name.find("::") == std::string_view::npos) return std::string(name);
  std::string out;
  for (const char c : name) {
    if (c == ':') out += '\\';
    out += c;
  }
  return out;
}

ReportJson logical_location(const Place& place) {
  const std::string graph = part_of(place.graph.empty() ? kMainGraph : place.graph);
  if (place.kind == PlaceKind::model) return {{"name", graph}, {"fullyQualifiedName", graph}, {"kind", "model"}};
  return {
      {"name", place.name}, {"fullyQualifiedName", graph + "::" + part_of(place.name)}, {"kind", name_of(place.kind)}};
}

}  // namespace

ReportJson sarif_message(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '{' || c == '}') out += c;
    if (c == '(' && !out.empty() && out.back() == ']') out += ' ';
    out += c;
  }
  return {{"text", out}};
}

SarifPlaces::SarifPlaces(const Checks& checks) {
  for (const CheckedModel& model : checks.models) add(model.path, model.digest, "analysisTarget");
  for (const Finding& finding : checks.of_settings) add(finding.place.name, {}, "userSpecifiedConfiguration");
}

void SarifPlaces::add(const std::string& path, std::string_view digest, std::string_view role) {
  const std::string uri = uri_of(path);
  if (!index_.emplace(uri, artifacts_.size()).second) return;
  constexpr std::string_view kPrefix = "sha256:";
  ReportJson artifact{{"location", {{"uri", uri}}}};
  if (digest.substr(0, kPrefix.size()) == kPrefix) {
    artifact["hashes"] = {{"sha-256", digest.substr(kPrefix.size())}};
  }
  artifact["roles"] = ReportJson::array({role});
  artifacts_.push_back(std::move(artifact));
}

ReportJson SarifPlaces::file(const std::string& path) const {
  const std::string uri = uri_of(path);
  ReportJson artifact{{"uri", uri}, {"index", index_.at(uri)}};
  return {{"physicalLocation", {{"artifactLocation", std::move(artifact)}, {"region", {{"startLine", 1}}}}}};
}

ReportJson SarifPlaces::place(const std::string& path, const Place& place) const {
  ReportJson location = file(path);
  if (place.kind != PlaceKind::settings) {
    location["logicalLocations"] = ReportJson::array({logical_location(place)});
  }
  return location;
}

}  // namespace ramus
