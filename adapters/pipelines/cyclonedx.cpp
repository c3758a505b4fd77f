#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/pipelines/pipelines.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/plain_text.hpp"
#include "adapters/report/sentences.hpp"
#include "passes/numerics/sampling_errors.hpp"
#include "plugin/digits.hpp"
#include "plugin/structural_hash.hpp"

namespace ramus {
namespace {

constexpr double kLevel = 0.05;        // of q: what is more than chance
constexpr double kOf95Percent = 1.96;  // standard errors to each side

// Numbers are strings in a model card.
std::string text_of(double value) { return fmt::format("{}", to_digits(value, 6)); }

// "model" of "models/model.onnx"; of a model without a path, the name of its graph.
std::string name_of(const ReportModel& model) {
  const std::size_t slash = model.path.find_last_of("/\\");
  std::string name = slash == std::string::npos ? model.path : model.path.substr(slash + 1);
  if (name.size() > 5 && name.substr(name.size() - 5) == ".onnx") name.resize(name.size() - 5);
  if (name.empty() || name == "-") name = model.graph_name;
  return name.empty() ? "model" : printable(name);
}

ReportJson property(const std::string& name, const std::string& value) {
  return {{"name", "ramus:" + name}, {"value", printable(value)}};
}

ReportJson formats_of(const std::vector<std::string>& types) {
  ReportJson list = ReportJson::array();
  for (const std::string& type : types) list.push_back({{"format", printable(type)}});
  return list;
}

class ModelCard {
 public:
  explicit ModelCard(const Report& report) : report_(report), findings_(report) {}

  ReportJson card() {
    ReportJson json = ReportJson::object();
    for (const ReportGraph& graph : report_.graphs) {
      if (!graph.path.empty()) continue;
      ReportJson& parameters = json["modelParameters"] = ReportJson::object();
      if (!graph.input_types.empty()) parameters["inputs"] = formats_of(graph.input_types);
      if (!graph.output_types.empty()) parameters["outputs"] = formats_of(graph.output_types);
    }
    for (const ReportGroup& group : report_.groups) metrics_of(group);
    if (!metrics_.empty()) json["quantitativeAnalysis"] = {{"performanceMetrics", std::move(metrics_)}};
    json["properties"] = properties();
    return json;
  }

 private:
  void add_metric(const std::string& type, double value, const std::string& slice,
                  std::optional<double> standard_error = {}) {
    ReportJson metric{{"type", "ramus." + printable(type)}, {"value", text_of(value)}, {"slice", printable(slice)}};
    if (standard_error) {
      const double reach = kOf95Percent * *standard_error;
      metric["confidenceInterval"] = {{"lowerBound", text_of(std::max(value - reach, 0.0))},
                                      {"upperBound", text_of(std::min(value + reach, 1.0))}};
    }
    metrics_.push_back(std::move(metric));
  }

  void metrics_of(const ReportGroup& group) {
    const ReportSpecialization* entry = findings_.specialization_of(group);
    if (entry == nullptr) return;
    const std::string of_group = path_of_group(group.name);
    const auto& score = entry->values.score;
    if (score) {
      add_metric("specialization.score", score->score, of_group, score->standard_error);
      add_metric("specialization.p", score->p, of_group);
    }
    for (std::size_t b = 0; b < entry->values.branches.size(); ++b) {
      const BranchSpecialization& branch = entry->values.branches[b];
      const std::string of_branch = path_of_branch(group.name, group.branches[b].name);
      if (score) add_metric("specialization.score", branch.score, of_branch);
      for (const FamilyEnrichment& cell : branch.enrichment) {
        if (cell.q > kLevel) continue;
        add_metric("family." + cell.family + ".p", cell.test.p, of_branch);
        add_metric("family." + cell.family + ".q", cell.q, of_branch);
      }
      for (const FeatureContrast& contrast : branch.features) {
        if (contrast.q > kLevel) continue;
        const MannWhitney& test = contrast.test;
        add_metric("feature." + contrast.feature + ".auc", test.auc, of_branch,
                   standard_error_of_auc(test.auc, test.n1, test.n2));
        add_metric("feature." + contrast.feature + ".q", contrast.q, of_branch);
      }
    }
  }

  ReportJson properties() const {
    const ReportModel& model = report_.model;
    std::map<std::string, std::size_t> kinds;
    std::size_t branches = 0;
    for (const ReportGroup& group : report_.groups) {
      ++kinds[group.kind];
      branches += group.branches.size();
    }
    ReportJson list = ReportJson::array();
    list.push_back(property("digest_of", "the file's bytes without ramus. metadata entries"));
    list.push_back(property("ir_version", std::to_string(model.ir_version)));
    for (const auto& [domain, version] : model.opset) {
      list.push_back(property("opset:" + printable(domain), std::to_string(version)));
    }
    if (!model.producer.empty()) list.push_back(property("producer", model.producer));
    list.push_back(property("nodes", std::to_string(model.nodes)));
    list.push_back(property("parameters", std::to_string(model.parameters)));
    list.push_back(property("groups", std::to_string(report_.groups.size())));
    for (const auto& [kind, count] : kinds) list.push_back(property("groups:" + kind, std::to_string(count)));
    list.push_back(property("branches", std::to_string(branches)));
    list.push_back(property("residual_streams", std::to_string(report_.streams.size())));
    for (const ReportGroup& group : report_.groups) {
      if (!group.repeats.empty() && group.repeats != group.id) continue;  // told once, with how often
      const std::string times = group.times > 1 ? fmt::format(" ({} times)", group.times) : "";
      list.push_back(property("group:" + group.id,
                              group.name + times + ": " + sentence_of(group, findings_.specialization_of(group))));
    }
    return list;
  }

  const Report& report_;
  const BranchFindings findings_;
  ReportJson metrics_ = ReportJson::array();
};

// Of what it names, in the form of a UUID of version 8 (RFC 9562: of the writer's own making).
Result<std::string> uuid_of(const ReportJson& json) {
  const std::vector<std::string> words{json.dump(-1, ' ', false, ReportJson::error_handler_t::replace)};
  auto hash = hash_of(words);
  if (!hash) return propagate(std::move(hash.error()));
  std::string digits = *hash;
  digits[12] = '8';
  digits[16] = "89ab"[std::stoi(digits.substr(16, 1), nullptr, 16) % 4];
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20, 12));
}

}  // namespace

Status write_cyclonedx(const Report& report, const TextSink& sink) {
  ReportJson component{{"type", "machine-learning-model"}, {"bom-ref", "model"}, {"name", name_of(report.model)}};
  constexpr std::string_view kSha256 = "sha256:";
  if (report.model.digest.rfind(kSha256, 0) == 0) {
    const std::string digits = report.model.digest.substr(kSha256.size());
    component["hashes"] = {{{"alg", "SHA-256"}, {"content", printable(digits)}}};
  }
  component["modelCard"] = ModelCard(report).card();
  const ReportJson tool{{"type", "application"}, {"name", "ramus"}, {"version", printable(report.tool_version)}};
  ReportJson json{{"metadata", {{"tools", {{"components", ReportJson::array({tool})}}}}},
                  {"components", ReportJson::array({std::move(component)})}};
  const auto uuid = uuid_of(json);
  if (!uuid) return propagate(Error(uuid.error()));
  ReportJson whole{{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
                   {"bomFormat", "CycloneDX"},
                   {"specVersion", "1.6"},
                   {"serialNumber", "urn:uuid:" + *uuid},
                   {"version", 1}};
  whole.update(json);
  return write_indented(whole, sink);
}

}  // namespace ramus
