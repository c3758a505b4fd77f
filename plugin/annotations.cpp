#include "plugin/annotations.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "plugin/digits.hpp"
#include "plugin/node_facts.hpp"
#include "plugin/onnx/digest.hpp"
#include "plugin/onnx/inferred_types.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

constexpr std::size_t kShownWhole = 2000;  // characters of a value; Netron cuts what is longer

// A list under `key`. What viewers would cut goes on under KEY.1, KEY.2 ..., each a list of its own.
void append_list(const std::string& key, const Json& list, std::vector<MetadataEntry>& entries) {
  Json part = Json::array();
  std::size_t size = 2, parts = 0;
  const auto finish = [&] {
    entries.push_back({parts == 0 ? key : key + "." + std::to_string(parts), compact(part)});
    ++parts;
    part = Json::array();
    size = 2;
  };
  for (const Json& item : list) {
    const std::size_t more = compact(item).size() + 1;
    if (!part.empty() && size + more > kShownWhole) finish();
    part.push_back(item);
    size += more;
  }
  finish();
}

// Four digits are plenty to look at; the report has them all.
double rounded(double value) { return std::isfinite(value) ? to_digits(value, 4) : 0; }

using NodeCounts = std::map<std::string, std::size_t>;  // by graph path

void count_nodes(const WireGraph& graph, const std::string& path, NodeCounts& counts) {
  counts[path] = graph.nodes.size();
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const WireBody& body : graph.nodes[n].bodies) {
      count_nodes(*body.graph, body_path(path, n, body.attribute), counts);
    }
  }
}

Json to_json(const SpecializationFact& fact) {
  Json json;
  if (fact.branch == nullptr) {
    json = {
        {"group", fact.group->name}, {"score", rounded(*fact.score)}, {"p", rounded(fact.p)}, {"basis", fact.basis}};
    return json;
  }
  json["branch"] = fact.branch->name;
  if (fact.score) json["score"] = rounded(*fact.score);
  json[fact.strongest->is_family ? "family" : "feature"] = fact.strongest->name;
  if (!fact.strongest->is_family) json["auc"] = rounded(fact.strongest->auc);
  json["p"] = rounded(fact.strongest->p);
  json["q"] = rounded(fact.strongest->q);
  return json;
}

// Without what means something in the setting that names layers: "gpu(mixed3a/, =tail); cpu(...)".
std::string as_layer(std::string path) {
  std::replace_if(
      path.begin(), path.end(), [](char c) { return std::string_view("(),;= ").find(c) != std::string_view::npos; },
      '_');
  return path;
}

class Annotator {
 public:
  Annotator(const Report& report, const NodeCounts& node_counts, const ForeignAnnotations& foreign)
      : report_(report), node_counts_(node_counts), findings_(report), foreign_(foreign) {}

  ModelAnnotations run() {
    ModelAnnotations annotations;
    Json header{{"schema", kReportSchema}, {"version", report_.tool_version}, {"digest", report_.model.digest}};
    header["options"] = report_.options;
    annotations.model.push_back({"ramus.report", compact(header)});
    for (const auto& [path, nodes] : node_counts_) annotate_graph(path, nodes, annotations.graphs[path]);
    return annotations;
  }

 private:
  void annotate_graph(const std::string& path, std::size_t nodes, GraphAnnotations& annotations) {
    Json groups = Json::array();
    for (const ReportGroup* group : findings_.groups_of(path)) groups.push_back(summary_of(*group));
    annotate_weights(path, annotations);
    if (groups.empty()) return;
    append_list("ramus.groups", groups, annotations.graph);
    const auto facts = node_facts(findings_, path);
    for (std::uint32_t n = 0; n < nodes; ++n) {
      const auto known = facts.find(n);
      annotations.nodes.emplace(n, entries_of(known == facts.end() ? NodeFacts() : known->second));
    }
  }

  Json summary_of(const ReportGroup& group) const {
    Json summary{{"id", group.id}, {"name", group.name}, {"kind", group.kind}, {"closed", group.closed}};
    summary["parent"] = group.parent ? Json(*group.parent) : Json(nullptr);
    const ReportSpecialization* specialization = findings_.specialization_of(group);
    const bool scored = specialization != nullptr && specialization->values.score;
    if (scored) summary["score"] = rounded(specialization->values.score->score);
    summary["branches"] = Json::array();
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      Json branch{{"id", group.branches[b].id}, {"name", group.branches[b].name}};
      if (scored) branch["score"] = rounded(specialization->values.branches[b].score);
      summary["branches"].push_back(std::move(branch));
    }
    return summary;
  }

  std::vector<MetadataEntry> entries_of(const NodeFacts& facts) const {
    std::vector<MetadataEntry> entries;
    const auto joined = [](const auto& parts, char between) {
      std::string text;
      for (const std::string& part : parts) {
        if (!text.empty()) text += between;
        text += part;
      }
      return text;
    };
    if (!facts.branches.empty()) {
      entries.push_back({"ramus.branch", joined(facts.branches, ';')});
      const std::string path = joined(facts.branches, '/');
      if (foreign_.name_spaces) entries.push_back({"namespace", path});
      if (foreign_.layers) entries.push_back({"layer_ann", as_layer(path)});
    }
    entries.push_back({"ramus.role", facts.roles.empty() ? "trunk" : joined(facts.roles, ';')});
    Json specialization = Json::array();
    for (const SpecializationFact& fact : facts.specialization) specialization.push_back(to_json(fact));
    if (!specialization.empty()) {
      entries.push_back(
          {"ramus.specialization", compact(specialization.size() == 1 ? specialization.front() : specialization)});
    }
    return entries;
  }

  void annotate_weights(const std::string& path, GraphAnnotations& annotations) const {
    if (!path.empty()) return;
    std::map<std::string, Json> by_tensor;
    for (const ReportFactors& factors : report_.factors) {
      if (!factors.graph.empty() || factors.from_weight.empty()) continue;
      if (factors.factors->null.significant == 0) continue;
      Json entry{{"wiring", factors.id}, {"units", run_length_coded(factors.factors->inputs)}};
      Json names = Json::object();
      for (Eigen::Index j = 0; j < factors.factors->null.significant; ++j) {
        if (const auto name = name_of_factor(factors.meaning, static_cast<std::size_t>(j)))
          names[std::to_string(j)] = *name;
      }
      if (!names.empty()) entry["names"] = std::move(names);
      auto& list = by_tensor.try_emplace(factors.from_weight, Json::array()).first->second;
      list.push_back(std::move(entry));
    }
    for (const auto& [tensor, list] : by_tensor) append_list("ramus.factors", list, annotations.tensors[tensor]);
  }

  const Report& report_;
  const NodeCounts& node_counts_;
  const BranchFindings findings_;
  const ForeignAnnotations foreign_;
};

Status check_indices(const Report& report, const NodeCounts& node_counts) {
  for (const ReportGroup& group : report.groups) {
    if (is_inside_call(group.graph)) continue;
    const auto counted = node_counts.find(group.graph);
    const std::size_t size = counted == node_counts.end() ? 0 : counted->second;
    std::vector<ReportNode> named;
    if (group.join) named.push_back(*group.join);
    if (group.fork_node) named.push_back(*group.fork_node);
    for (const ReportBranch& branch : group.branches) {
      named.insert(named.end(), branch.nodes.begin(), branch.nodes.end());
      if (branch.first_layer) named.push_back(*branch.first_layer);
    }
    for (const ReportNode& node : named) {
      if (node.index < size) continue;
      return failure(ErrorKind::usage, "report: group '" + group.name + "': node " + std::to_string(node.index) +
                                           " does not exist in the model");
    }
  }
  const GroupIndex groups(report);
  for (const ReportSpecialization& specialization : report.specialization) {
    const ReportGroup* group = groups.find(specialization.group);
    if (group == nullptr || group->branches.size() != specialization.values.branches.size()) {
      return failure(ErrorKind::usage,
                     "report: specialization of group '" + specialization.group + "' does not fit the groups");
    }
  }
  return {};
}

}  // namespace

std::string run_length_coded(const std::vector<UnitAssignment>& units) {
  std::string text;
  for (std::size_t begin = 0; begin < units.size();) {
    std::size_t end = begin + 1;
    const auto same = [&](const UnitAssignment& a, const UnitAssignment& b) {
      return a.factor == b.factor && a.pole == b.pole;
    };
    while (end < units.size() && same(units[begin], units[end])) ++end;
    const UnitAssignment& unit = units[begin];
    if (!text.empty()) text += ' ';
    text += unit.factor < 0 ? "." : std::to_string(unit.factor) + (unit.pole < 0 ? "-" : "+");
    if (end - begin > 1) text += "*" + std::to_string(end - begin);
    begin = end;
  }
  return text;
}

Result<ModelAnnotations> annotations_from(const Report& report, const WireModel& model,
                                          const ForeignAnnotations& foreign) {
  auto digest = model_digest(model);
  if (!digest) return propagate(std::move(digest.error()));
  if (*digest != report.model.digest) {
    return failure(ErrorKind::usage, model.label() + ": the report is of other bytes (" + report.model.digest +
                                         "); analyse this model anew, or give the model the report was made of");
  }
  NodeCounts node_counts;
  count_nodes(model.main_graph(), "", node_counts);
  if (auto status = check_indices(report, node_counts); !status) return propagate(std::move(status.error()));
  return Annotator(report, node_counts, foreign).run();
}

}  // namespace ramus
