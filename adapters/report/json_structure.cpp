#include "adapters/report/json.hpp"

namespace ramus {
namespace {

ReportJson range_to_json(const ReportRange& range) {
  return {{"layer", range.layer}, {"begin", range.begin}, {"end", range.end}};
}

ReportJson names_of(const std::vector<ReportNode>& nodes) {
  ReportJson names = ReportJson::array();
  for (const ReportNode& node : nodes) names.push_back(node.name);
  return names;
}

ReportJson indices_of(const std::vector<ReportNode>& nodes) {
  ReportJson indices = ReportJson::array();
  for (const ReportNode& node : nodes) indices.push_back(node.index);
  return indices;
}

ReportJson branch_to_json(const ReportBranch& branch) {
  ReportJson json{{"id", branch.id}, {"name", branch.name}};
  json["nodes"] = names_of(branch.nodes);
  json["node_indices"] = indices_of(branch.nodes);
  if (!branch.body.empty()) json["body"] = branch.body;
  json["skip"] = branch.skip;
  json["projection"] = branch.projection;
  if (branch.units) json["units"] = range_to_json(*branch.units);
  json["layers"] = ReportJson::array();
  for (const ReportRange& layer : branch.layers) json["layers"].push_back(range_to_json(layer));
  for (const ReportRange& layer : branch.inputs) json["inputs"].push_back(range_to_json(layer));
  if (branch.first_layer)
    json["first_layer"] = {{"node", branch.first_layer->name}, {"index", branch.first_layer->index}};
  json["parameters"] = branch.parameters;
  json["macs"] = branch.macs;
  if (branch.kernel) json["kernel"] = *branch.kernel;
  return json;
}

ReportJson group_to_json(const ReportGroup& group) {
  ReportJson json{{"id", group.id}, {"name", group.name}, {"kind", group.kind}};
  if (!group.graph.empty()) json["graph"] = group.graph;
  json["join"] = {{"node", nullptr}, {"index", nullptr}, {"op", nullptr}};
  if (group.join) json["join"] = {{"node", group.join->name}, {"index", group.join->index}, {"op", group.join_op}};
  if (group.axis) json["join"]["axis"] = *group.axis;
  if (group.along) json["join"]["along"] = *group.along;
  json["fork"] = {{"value", group.fork_value}};
  if (group.fork_node) {
    json["fork"]["node"] = group.fork_node->name;
    json["fork"]["index"] = group.fork_node->index;
  }
  json["closed"] = group.closed;
  json["leaking"] = group.leaking;
  json["parent"] = group.parent ? ReportJson(*group.parent) : ReportJson(nullptr);
  json["parent_branch"] = group.parent_branch ? ReportJson(*group.parent_branch) : ReportJson(nullptr);
  json["depth"] = group.depth;
  if (group.times > 1) json["repeated"] = {{"of", group.repeats}, {"times", group.times}};
  json["crossing"] = group.crossing;
  json["shared"] = names_of(group.shared);
  json["branches"] = ReportJson::array();
  for (const ReportBranch& branch : group.branches) json["branches"].push_back(branch_to_json(branch));
  return json;
}

}  // namespace

ReportJson groups_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportGroup& group : report.groups) list.push_back(group_to_json(group));
  return list;
}

ReportJson streams_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportStream& stream : report.streams) {
    ReportJson json{{"id", stream.id}, {"name", stream.name}};
    if (!stream.graph.empty()) json["graph"] = stream.graph;
    json["start"] = {{"value", stream.start}};
    json["end"] = {{"value", stream.end}};
    json["blocks"] = ReportJson::array();
    for (const ReportStreamBlock& block : stream.blocks) {
      ReportJson entry{{"group", block.group}, {"branch", block.branch}};
      entry["read"] = {{"value", block.read}};
      entry["write"] = {{"node", block.write.name}};
      entry["link"] = block.link;
      entry["via"] = block.via;
      json["blocks"].push_back(std::move(entry));
    }
    json["paths"] = stream.paths;
    json["path_lengths"] = stream.path_lengths;
    json["composition"] = composition_to_json(stream.composition);
    json["communities"] = communities_to_json(stream.communities);
    list.push_back(std::move(json));
  }
  return list;
}

ReportJson graphs_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportGraph& graph : report.graphs) {
    ReportJson nodes = ReportJson::array();
    for (const ReportGraphNode& node : graph.nodes) {
      nodes.push_back({{"name", node.name},
                       {"op", node.op},
                       {"index", node.index},
                       {"inputs", node.inputs},
                       {"outputs", node.outputs},
                       {"hash", node.hash}});
      if (!node.weight.empty()) nodes.back()["weight"] = node.weight;
    }
    ReportJson json{
        {"path", graph.path}, {"prefix", graph.prefix}, {"inputs", graph.inputs}, {"outputs", graph.outputs}};
    if (!graph.input_types.empty()) json["input_types"] = graph.input_types;
    if (!graph.output_types.empty()) json["output_types"] = graph.output_types;
    json["nodes"] = std::move(nodes);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace ramus
