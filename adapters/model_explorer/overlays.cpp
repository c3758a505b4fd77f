#include <map>

#include "adapters/model_explorer/model_explorer.hpp"
#include "adapters/report/colours.hpp"
#include "plugin/node_facts.hpp"

namespace ramus {
namespace {

constexpr const char* kSkipColour = "#4477AA";
constexpr const char* kBlockColour = "#EE6677";

// The branches of one graph: path of the innermost branch that holds a node, its colour, and the share of the score.
struct BranchLook {
  std::string path;
  std::string_view colour;
  std::optional<double> score;
};

std::map<std::string, BranchLook> looks_of(const BranchFindings& findings, const std::string& graph) {
  std::map<std::string, BranchLook> looks;  // parents stand before their children, which take their place
  for (const ReportGroup* group : findings.groups_of(graph)) {
    const ReportSpecialization* specialization = findings.specialization_of(*group);
    for (std::size_t b = 0; b < group->branches.size(); ++b) {
      BranchLook look{path_of_branch(group->name, group->branches[b].name), colour_of_branch(b), std::nullopt};
      if (specialization != nullptr && specialization->values.score && b < specialization->values.branches.size()) {
        look.score = specialization->values.branches[b].score;
      }
      for (const ReportNode& node : group->branches[b].nodes) looks[node.name] = look;
    }
  }
  return looks;
}

ReportJson edge(const std::string& from, const std::string& to, const std::string& label) {
  return {{"sourceNodeId", from}, {"targetNodeId", to}, {"label", label}};
}

ReportJson overlay(const std::string& name, const char* colour, ReportJson edges) {
  return {{"name", name}, {"edgeColor", colour}, {"edgeWidth", 3}, {"edges", std::move(edges)}};
}

}  // namespace

std::string model_explorer_id(const Report& report, const ReportGraph& graph) {
  if (!graph.path.empty()) return graph.path;
  return report.model.graph_name.empty() ? "main" : report.model.graph_name;
}

ReportJson stream_overlays(const Report& report, const ReportGraph& graph) {
  std::map<std::string, std::string> writer;  // by value
  for (const ReportGraphNode& node : graph.nodes) {
    for (const std::string& output : node.outputs) writer.emplace(output, node.name);
  }
  const GroupIndex groups(report);
  ReportJson overlays = ReportJson::array();
  for (const ReportStream& stream : report.streams) {
    if (stream.graph != graph.path) continue;
    ReportJson skips = ReportJson::array(), blocks = ReportJson::array();
    for (const ReportStreamBlock& block : stream.blocks) {
      const auto read = writer.find(block.read);
      if (read != writer.end()) skips.push_back(edge(read->second, block.write.name, block.link));
      const ReportGroup* group = groups.find(block.group);
      if (group == nullptr) continue;
      for (const ReportBranch& branch : group->branches) {
        if (branch.id != block.branch || branch.nodes.empty()) continue;
        if (read != writer.end()) blocks.push_back(edge(read->second, branch.nodes.front().name, branch.name));
        blocks.push_back(edge(branch.nodes.back().name, block.write.name, branch.name));
      }
    }
    if (!skips.empty()) overlays.push_back(overlay(stream.name + ": past the blocks", kSkipColour, std::move(skips)));
    if (!blocks.empty()) {
      overlays.push_back(overlay(stream.name + ": into the blocks", kBlockColour, std::move(blocks)));
    }
  }
  return overlays;
}

Status write_model_explorer_branches(const Report& report, const TextSink& sink) {
  const BranchFindings findings(report);
  ReportJson json = ReportJson::object();
  for (const ReportGraph& graph : report.graphs) {
    ReportJson results = ReportJson::object();
    for (const auto& [node, look] : looks_of(findings, graph.path)) {
      results[node] = {{"value", look.path}, {"bgColor", look.colour}, {"textColor", "black"}};
    }
    if (results.empty()) continue;
    json[model_explorer_id(report, graph)] = {{"name", "ramus branches"},
                                              {"showExpandedSummaryOnGroupNode", true},
                                              {"showLabelCountColumnsInChildrenStatsTable", true},
                                              {"results", std::move(results)}};
  }
  return write_indented(json, sink);
}

Status write_model_explorer_scores(const Report& report, const TextSink& sink) {
  const BranchFindings findings(report);
  ReportJson json = ReportJson::object();
  for (const ReportGraph& graph : report.graphs) {
    ReportJson results = ReportJson::object();
    for (const auto& [node, look] : looks_of(findings, graph.path)) {
      if (look.score) results[node] = {{"value", *look.score}};
    }
    if (results.empty()) continue;
    const ReportJson gradient = {{{"stop", 0}, {"bgColor", "white"}}, {{"stop", 1}, {"bgColor", "#EE8866"}}};
    json[model_explorer_id(report, graph)] = {
        {"name", "ramus specialization of branches"}, {"gradient", gradient}, {"results", std::move(results)}};
  }
  return write_indented(json, sink);
}

Status write_model_explorer_streams(const Report& report, const TextSink& sink) {
  ReportJson overlays = ReportJson::array();
  std::string graph_name;
  for (const ReportGraph& graph : report.graphs) {
    if (!graph.path.empty()) continue;
    graph_name = model_explorer_id(report, graph);
    overlays = stream_overlays(report, graph);
  }
  return write_indented({{"type", "edge_overlays"},
                         {"name", "ramus residual streams"},
                         {"graphName", graph_name},
                         {"overlays", overlays}},
                        sink);
}

}  // namespace ramus
