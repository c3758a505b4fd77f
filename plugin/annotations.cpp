#include "plugin/annotations.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "plugin/onnx/digest.hpp"
#include "plugin/onnx/inferred_types.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// ';' separates branches and '/' levels, so neither may stand in a name.
std::string as_path_part(std::string name) {
  std::replace(name.begin(), name.end(), ';', ',');
  std::replace(name.begin(), name.end(), '/', ':');
  return name;
}

// "mixed3a/mixed3a_5x5"; a name that already begins with its group's ("mixed3a/arm2: Conv1x1") does not say it twice.
std::string path_of(const std::string& group, const std::string& branch) {
  const bool repeats =
      branch.size() > group.size() && branch.compare(0, group.size(), group) == 0 && branch[group.size()] == '/';
  return as_path_part(group) + "/" + as_path_part(repeats ? branch.substr(group.size() + 1) : branch);
}

// Four digits are plenty to look at; the report has them all.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10.0, 3 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) && scale > 0 ? std::round(value * scale) / scale : value;
}

using NodeCounts = std::map<std::string, std::size_t>;  // by graph path

void count_nodes(const WireGraph& graph, const std::string& path, NodeCounts& counts) {
  counts[path] = graph.nodes.size();
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const WireBody& body : graph.nodes[n].bodies) {
      count_nodes(*body.graph, body_path(path, n, body.attribute), counts);
    }
  }
}

struct NodeFacts {
  std::vector<std::string> branches;  // outermost first
  std::set<std::string> roles;
  std::vector<Json> specialization;
};

class Annotator {
 public:
  Annotator(const Report& report, const NodeCounts& node_counts) : report_(report), node_counts_(node_counts) {
    for (const ReportGroup& group : report.groups) groups_of_[group.graph].push_back(&group);
    for (const ReportSpecialization& entry : report.specialization) specialization_of_.emplace(entry.group, &entry);
  }

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
    facts_.assign(nodes, {});
    Json groups = Json::array();
    const std::vector<const ReportGroup*>& here = groups_of_[path];
    for (const ReportGroup* group : here) {
      groups.push_back(summary_of(*group));
      note_roles(*group);
    }
    if (!groups.empty()) annotations.graph.push_back({"ramus.groups", compact(groups)});
    for (const ReportGroup* group : here) {
      if (const auto* specialization = specialization_of(*group)) note_specialization(*group, *specialization);
    }
    for (std::size_t n = 0; n < facts_.size(); ++n) {
      auto entries = entries_of(facts_[n]);
      if (!groups.empty()) annotations.nodes.emplace(static_cast<std::uint32_t>(n), std::move(entries));
    }
    annotate_weights(path, annotations);
  }

  const ReportSpecialization* specialization_of(const ReportGroup& group) const {
    const auto found = specialization_of_.find(group.id);
    return found == specialization_of_.end() ? nullptr : found->second;
  }

  Json summary_of(const ReportGroup& group) const {
    Json summary{{"id", group.id}, {"name", group.name}, {"kind", group.kind}, {"closed", group.closed}};
    summary["parent"] = group.parent ? Json(*group.parent) : Json(nullptr);
    const ReportSpecialization* specialization = specialization_of(group);
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

  void note_roles(const ReportGroup& group) {
    if (group.join) facts(*group.join).roles.insert("join");
    if (group.fork_node) facts(*group.fork_node).roles.insert("fork");
    for (const ReportBranch& branch : group.branches) {
      for (const ReportNode& node : branch.nodes) {
        auto& branches = facts(node).branches;
        std::string path = path_of(group.name, branch.name);
        // A call stands for several nodes.
        if (branches.empty() || branches.back() != path) branches.push_back(std::move(path));
        facts(node).roles.insert(branch.projection ? "skip" : "arm");
      }
    }
  }

  void note_specialization(const ReportGroup& group, const ReportSpecialization& specialization) {
    const GroupSpecialization& values = specialization.values;
    if (values.score && group.join) {
      facts(*group.join)
          .specialization.push_back(Json{{"group", group.name},
                                         {"score", rounded(values.score->score)},
                                         {"p", rounded(values.score->p)},
                                         {"basis", values.score->basis}});
    }
    for (std::size_t b = 0; b < values.branches.size(); ++b) {
      const auto top = strongest(values.branches[b]);
      if (!top || !group.branches[b].first_layer) continue;
      Json entry{{"branch", group.branches[b].name}};
      if (values.score) entry["score"] = rounded(values.branches[b].score);
      entry.update(*top);
      facts(*group.branches[b].first_layer).specialization.push_back(std::move(entry));
    }
  }

  // The family or feature with the smallest p, if it passes at q 0.05.
  static std::optional<Json> strongest(const BranchSpecialization& branch) {
    constexpr double kLevel = 0.05;
    std::optional<Json> top;
    double smallest = 2;
    for (const FamilyEnrichment& cell : branch.enrichment) {
      if (cell.q > kLevel || cell.test.p >= smallest) continue;
      smallest = cell.test.p;
      top = Json{{"family", cell.family}, {"p", rounded(cell.test.p)}, {"q", rounded(cell.q)}};
    }
    for (const FeatureContrast& contrast : branch.features) {
      if (contrast.q > kLevel || contrast.test.p >= smallest) continue;
      smallest = contrast.test.p;
      top = Json{{"feature", contrast.feature},
                 {"auc", rounded(contrast.test.auc)},
                 {"p", rounded(contrast.test.p)},
                 {"q", rounded(contrast.q)}};
    }
    return top;
  }

  static std::vector<MetadataEntry> entries_of(const NodeFacts& facts) {
    std::vector<MetadataEntry> entries;
    const auto joined = [](const auto& parts) {
      std::string text;
      for (const std::string& part : parts) text += (text.empty() ? "" : ";") + part;
      return text;
    };
    if (!facts.branches.empty()) entries.push_back({"ramus.branch", joined(facts.branches)});
    entries.push_back({"ramus.role", facts.roles.empty() ? "trunk" : joined(facts.roles)});
    if (facts.specialization.size() == 1) {
      entries.push_back({"ramus.specialization", compact(facts.specialization.front())});
    } else if (!facts.specialization.empty()) {
      entries.push_back({"ramus.specialization", compact(Json(facts.specialization))});
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
    for (const auto& [tensor, list] : by_tensor)
      annotations.tensors[tensor].push_back({"ramus.factors", compact(list)});
  }

  NodeFacts& facts(const ReportNode& node) { return facts_[node.index]; }

  const Report& report_;
  const NodeCounts& node_counts_;
  std::map<std::string, std::vector<const ReportGroup*>> groups_of_;                // by graph path
  std::unordered_map<std::string, const ReportSpecialization*> specialization_of_;  // by group
  std::vector<NodeFacts> facts_;
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

Result<ModelAnnotations> annotations_from(const Report& report, const WireModel& model) {
  auto digest = model_digest(model);
  if (!digest) return propagate(std::move(digest.error()));
  if (*digest != report.model.digest) {
    return failure(ErrorKind::usage, model.label() + ": the report is of other bytes (" + report.model.digest +
                                         "); analyse this model anew, or give the model the report was made of");
  }
  NodeCounts node_counts;
  count_nodes(model.main_graph(), "", node_counts);
  if (auto status = check_indices(report, node_counts); !status) return propagate(std::move(status.error()));
  return Annotator(report, node_counts).run();
}

}  // namespace ramus
