#include "adapters/report/json.hpp"

namespace ramus {
namespace {

ReportJson against_null(double found, const AgainstNull& test) {
  ReportJson json{{"value", found}, {"null_mean", test.mean}, {"null_sd", test.sd}};
  json["z"] = test.z ? ReportJson(*test.z) : ReportJson(nullptr);
  json["p"] = test.p ? ReportJson(*test.p) : ReportJson(nullptr);
  return json;
}

ReportJson layers_to_json(const ReportModularity& entry) {
  ReportJson list = ReportJson::array();
  for (const ReportModularity::Layer& layer : entry.layers) {
    ReportJson json{{"layer", layer.node.name}, {"layer_index", layer.node.index}};
    if (!layer.part.empty()) json["part"] = layer.part;
    json["clusters"] = layer.clusters;
    list.push_back(std::move(json));
  }
  return list;
}

ReportJson entry_to_json(const ReportModularity& entry) {
  const PartitionModularity& values = entry.values;
  ReportJson json;
  if (!entry.graph.empty()) json["graph"] = entry.graph;
  json["partition"] = entry.groups.empty() ? "clusters" : "branches";
  if (!entry.groups.empty()) {
    json["groups"] = entry.groups;
    json["parts"] = values.parts;
  }
  json["k"] = values.k;
  json["reduction"] = values.reduction;
  json["units"] = values.units;
  json["matrices"] = values.matrices;
  json["entries"] = values.entries;
  json["n_cut"] = against_null(values.found.n_cut, values.n_cut);
  json["q"] = against_null(values.found.q, values.q);
  json["null"] = {{"method", name_of(values.permuted)}, {"permutations", values.permutations}};
  if (entry.groups.empty()) json["layers"] = layers_to_json(entry);
  return json;
}

ReportJson mass_test(double found, const MassTest& test) {
  return {{"value", found}, {"null_mean", test.null_mean}, {"p", test.p}};
}

ReportJson mass_tests(const std::vector<std::optional<double>>& found,
                      const std::vector<std::optional<MassTest>>& tests) {
  ReportJson list = ReportJson::array();
  for (std::size_t i = 0; i < found.size(); ++i) {
    list.push_back(found[i] && tests[i] ? mass_test(*found[i], *tests[i]) : ReportJson(nullptr));
  }
  return list;
}

ReportJson rows_of(const Eigen::MatrixXd& matrix) {
  ReportJson rows = ReportJson::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    rows.push_back(std::vector<double>(matrix.row(i).begin(), matrix.row(i).end()));
  }
  return rows;
}

ReportJson reads_to_json(const std::string& from, const BranchMassTest& test) {
  const BranchMass& found = test.found;
  ReportJson json{{"from", from}, {"mass", rows_of(found.mass)}, {"expected", rows_of(found.expected)}};
  json["pairs"] = found.pair_of;
  json["information"] = mass_test(found.information, test.information);
  json["barber_q"] = mass_test(found.barber_q, test.barber_q);
  json["newman_q"] = mass_test(found.newman_q, test.newman_q);
  json["n_cut"] = mass_test(found.n_cut, test.n_cut);
  json["reads_kl"] = mass_tests(found.reads_kl, test.reads_kl);
  json["read_by_kl"] = mass_tests(found.read_by_kl, test.read_by_kl);
  json["null"] = {{"method", "units"}, {"permutations", test.permutations}, {"units", test.units}};
  return json;
}

}  // namespace

ReportJson modularity_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportModularity& entry : report.modularity) list.push_back(entry_to_json(entry));
  return list;
}

ReportJson branch_wiring_to_json(const ReportSpecialization& entry) {
  ReportJson json = ReportJson::object();
  if (entry.values.wiring.empty()) return json;
  json["normalise"] = "inputs";
  json["reads"] = ReportJson::array();
  for (std::size_t i = 0; i < entry.wired_from.size(); ++i) {
    json["reads"].push_back(reads_to_json(entry.wired_from[i], entry.values.wiring[i].test));
  }
  return json;
}

}  // namespace ramus
