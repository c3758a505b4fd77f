#include <fmt/format.h>

#include <map>

#include "adapters/model_explorer/model_explorer.hpp"
#include "adapters/report/colours.hpp"
#include "adapters/report/sentences.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostColours = 400;  // branches; each is an expression that the viewer tries on every group

// Stands literally in a JavaScript regular expression.
std::string escaped(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/-").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// One graph of the model, nodes in the namespaces of their branches: "mixed3a/mixed3a_5x5/inner/a".
class GraphWriter {
 public:
  GraphWriter(const Report& report, const BranchFindings& findings, const ReportGraph& graph)
      : report_(report), findings_(findings), graph_(graph) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (std::size_t output = 0; output < graph.nodes[n].outputs.size(); ++output) {
        writer_.emplace(graph.nodes[n].outputs[output], Port{n, output});
      }
    }
    for (const ReportGraph& body : report.graphs) note_body(body);
  }

  ReportJson run() {
    for (const ReportGroup* group : findings_.groups_of(graph_.path)) add_group(*group);
    ReportJson nodes = ReportJson::array();
    for (const ReportGraphNode& node : graph_.nodes) nodes.push_back(node_to_json(node));
    for (auto& [value, json] : inputs_) nodes.push_back(std::move(json));
    ReportJson json{{"id", model_explorer_id(report_, graph_)}, {"nodes", std::move(nodes)}};
    json["groupNodeAttributes"] = std::move(attributes_);
    json["groupNodeConfigs"] = std::move(configs_);
    ReportJson overlays = stream_overlays(report_, graph_);
    if (!overlays.empty()) {
      json["tasksData"]["edgeOverlaysDataListLeftPane"] = {
          {{"type", "edge_overlays"}, {"name", "residual streams"}, {"overlays", std::move(overlays)}}};
    }
    return json;
  }

 private:
  struct Port {
    std::size_t node, output;
  };

  // Paths go on with the node's place and the attribute: "12/then_branch".
  void note_body(const ReportGraph& body) {
    const std::string above = graph_.path.empty() ? "" : graph_.path + "/";
    if (body.path.size() <= above.size() || body.path.compare(0, above.size(), above) != 0) return;
    const std::string rest = body.path.substr(above.size());
    const std::size_t digits = rest.find_first_not_of("0123456789");
    if (digits == 0 || digits > 9 || rest[digits] != '/' || rest.find('/', digits + 1) != std::string::npos) return;
    bodies_.emplace(static_cast<std::uint32_t>(std::stoul(rest)), model_explorer_id(report_, body));
  }

  void add_group(const ReportGroup& group) {
    const auto parent =
        group.parent_branch ? namespace_of_branch_.find(*group.parent_branch) : namespace_of_branch_.end();
    const std::string above = parent == namespace_of_branch_.end() ? "" : parent->second + "/";
    const std::string here = above + path_of_group(group.name);
    const ReportSpecialization* specialization = findings_.specialization_of(group);
    attributes_[here]["branches"] = sentence_of(group, specialization);
    if (group.join) namespace_of_node_.emplace(group.join->name, here);
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const ReportBranch& branch = group.branches[b];
      const std::string inside = above + path_of_branch(group.name, branch.name);
      namespace_of_branch_[branch.id] = inside;
      for (const ReportNode& node : branch.nodes) namespace_of_node_[node.name] = inside;
      add_branch(inside, branch, b, specialization);
    }
  }

  void add_branch(const std::string& inside, const ReportBranch& branch, std::size_t place,
                  const ReportSpecialization* specialization) {
    ReportJson& attributes = attributes_[inside];
    attributes["branch"] = sentence_of(branch);
    if (specialization != nullptr && place < specialization->values.branches.size()) {
      const BranchSpecialization& values = specialization->values.branches[place];
      if (specialization->values.score) attributes["specialization"] = fmt::format("{:.3g}", values.score);
      if (const auto strongest = strongest_result(values)) attributes["gathers"] = sentence_of(*strongest);
    }
    if (branch.nodes.empty() || configs_.size() >= kMostColours) return;
    configs_.push_back({{"namespaceRegex", "^" + escaped(inside) + "$"}, {"backgroundColor", colour_of_branch(place)}});
  }

  ReportJson node_to_json(const ReportGraphNode& node) {
    const auto inside = namespace_of_node_.find(node.name);
    ReportJson json{{"id", node.name}, {"label", node.op}};
    json["namespace"] = inside == namespace_of_node_.end() ? "" : inside->second;
    json["incomingEdges"] = ReportJson::array();
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      if (!node.inputs[input].empty()) add_edge(node.inputs[input], input, json["incomingEdges"]);
    }
    json["outputsMetadata"] = ReportJson::array();
    for (std::size_t output = 0; output < node.outputs.size(); ++output) {
      const ReportJson name{{"key", "tensor_name"}, {"value", node.outputs[output]}};
      json["outputsMetadata"].push_back({{"id", std::to_string(output)}, {"attrs", {name}}});
    }
    const auto [first, last] = bodies_.equal_range(node.index);
    for (auto body = first; body != last; ++body) json["subgraphIds"].push_back(body->second);
    return json;
  }

  // What nobody here writes is an input: of the graph, or a weight. Weights are left out, as viewers do.
  void add_edge(const std::string& value, std::size_t input, ReportJson& edges) {
    std::string source = "[value] " + value, output = "0";
    if (const auto written = writer_.find(value); written != writer_.end()) {
      source = graph_.nodes[written->second.node].name;
      output = std::to_string(written->second.output);
    } else if (input > 0) {
      return;
    } else {
      inputs_.try_emplace(value, ReportJson{{"id", source}, {"label", value}, {"namespace", ""}});
    }
    edges.push_back(
        {{"sourceNodeId", source}, {"sourceNodeOutputId", output}, {"targetNodeInputId", std::to_string(input)}});
  }

  const Report& report_;
  const BranchFindings& findings_;
  const ReportGraph& graph_;
  std::map<std::string, Port> writer_;                // by value
  std::multimap<std::uint32_t, std::string> bodies_;  // ids, by place of the node that holds them
  std::map<std::string, std::string> namespace_of_branch_, namespace_of_node_;
  std::map<std::string, ReportJson> inputs_;  // by value
  ReportJson attributes_ = ReportJson::object(), configs_ = ReportJson::array();
};

}  // namespace

Status write_model_explorer_graph(const Report& report, const TextSink& sink) {
  ReportJson graphs = ReportJson::array();
  const BranchFindings findings(report);
  for (const ReportGraph& graph : report.graphs) graphs.push_back(GraphWriter(report, findings, graph).run());
  return write_indented({{"label", report.model.path}, {"graphs", std::move(graphs)}}, sink);
}

}  // namespace ramus
