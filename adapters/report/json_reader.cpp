// The counterpart of json.cpp: what write_json wrote and read_report_json read is written alike again, byte for byte.
// Left out of the report, and so not read: vectors beyond the significant ones, magnitudes of assignments, and whether a
// feature is an angle or speaks of the image.
#include "adapters/report/json_reader.hpp"

#include "adapters/report/plain_text.hpp"
#include "plugin/report_formats.hpp"

namespace ramus {
namespace {

ReportModel read_model(const Field& field) {
  ReportModel model;
  model.path = field["path"].text();
  model.bytes = static_cast<std::uint64_t>(field["bytes"].count());
  model.digest = field["digest"].text();
  model.ir_version = field["ir_version"].integer();
  model.opset = field["opset"].map([](const Field& version) { return version.integer(); });
  model.producer = field["producer"].text();
  model.graph_name = field["graph_name"].text();
  model.nodes = static_cast<std::uint64_t>(field["nodes"].count());
  model.values = static_cast<std::uint64_t>(field["values"].count());
  model.parameters = field["parameters"].count();
  model.weight_bytes = static_cast<std::uint64_t>(field["weight_bytes"].count());
  return model;
}

Note read_note(const Field& field) { return {field["where"].text(), field["code"].text(), field["text"].text()}; }

Report read_report(const Field& field) {
  if (const std::string schema = field["schema"].text(); schema != kReportSchema) {
    field["schema"].fail("is '" + schema + "', not '" + std::string(kReportSchema) + "'");
  }
  Report report;
  report.tool_version = field["tool"]["version"].text();
  report.options = field["options"].map([](const Field& value) { return value.text(); });
  report.model = read_model(field["model"]);
  report.groups = field["groups"].list(read_group);
  report.streams = field["streams"].list(read_stream);
  FactorsById factors;
  report.factors = field["factors"].list([&](const Field& entry) { return read_factors(entry, factors); });
  report.latent = field["latent"].list(read_latent);
  report.features = field["features"].list(read_features);
  report.specialization =
      field["specialization"].list([&](const Field& entry) { return read_specialization(entry, report.groups); });
  report.modularity =
      field["modularity"].list([&](const Field& entry) { return read_modularity(entry, report.groups); });
  report.notes = field["notes"].list(read_note);
  report.graphs = field["graphs"].list(read_graph);
  return report;
}

// One line of bounded length, whatever the report holds.
std::string as_one_line(const std::string& what) {
  constexpr std::size_t kMostBytes = 300;
  return printable(what.size() <= kMostBytes ? what : what.substr(0, kMostBytes) + "...");
}

}  // namespace

Result<Report> read_report_json(std::string_view json) {
  Field::Json parsed;
  try {
    parsed = parse_report(json);
  } catch (const WrongField& wrong) {
    return invalid_input(wrong.what);
  }
  try {
    return read_report(Field(parsed));
  } catch (const WrongField& wrong) {
    return invalid_input("is no report: " + as_one_line(wrong.what));
  }
}

}  // namespace ramus
