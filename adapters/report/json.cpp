#include "adapters/report/json.hpp"

namespace ramus {
ReportJson model_to_json(const ReportModel& model) {
  ReportJson json;
  json["path"] = model.path;
  json["bytes"] = model.bytes;
  json["digest"] = model.digest;
  json["ir_version"] = model.ir_version;
  json["opset"] = model.opset;
  json["producer"] = model.producer;
  json["graph_name"] = model.graph_name;
  json["nodes"] = model.nodes;
  json["values"] = model.values;
  json["parameters"] = model.parameters;
  json["weight_bytes"] = model.weight_bytes;
  return json;
}

ReportJson notes_to_json(const std::vector<Note>& notes) {
  ReportJson list = ReportJson::array();
  for (const Note& note : notes) list.push_back({{"where", note.where}, {"code", note.code}, {"text", note.text}});
  return list;
}

ReportJson to_json(const Report& report) {
  ReportJson json;
  json["schema"] = kReportSchema;
  json["tool"] = {{"name", "ramus"}, {"version", report.tool_version}};
  json["options"] = report.options;
  json["model"] = model_to_json(report.model);
  json["groups"] = groups_to_json(report);
  json["streams"] = streams_to_json(report);
  json["factors"] = factors_to_json(report);
  json["latent"] = latent_to_json(report);
  json["features"] = features_to_json(report);
  json["specialization"] = specialization_to_json(report);
  json["modularity"] = modularity_to_json(report);
  json["notes"] = notes_to_json(report.notes);
  json["graphs"] = graphs_to_json(report);
  return json;
}

Status write_json(const Report& report, const TextSink& sink) { return write_indented(to_json(report), sink); }

Status write_indented(const ReportJson& json, const TextSink& sink) {
  return write_whole(json.dump(1, ' ', false, ReportJson::error_handler_t::replace) + "\n", sink);
}

}  // namespace ramus
