#include "adapters/report/json_reader.hpp"

namespace ramus {
namespace {

std::string optional_text(const Field& field, const char* key) {
  return field.has(key) ? field[key].text() : std::string();
}

ReportRange read_range(const Field& field) {
  ReportRange range{field["layer"].text(), field["begin"].count(), field["end"].count()};
  if (range.end < range.begin) field.fail("ends before it begins");
  return range;
}

std::vector<ReportNode> read_nodes(const Field& field) {
  const std::vector<std::string> names = field["nodes"].texts();
  const auto indices = field["node_indices"].list([](const Field& index) { return index.index(); });
  if (names.size() != indices.size()) field["node_indices"].fail("must be as many as the nodes");
  std::vector<ReportNode> nodes;
  for (std::size_t i = 0; i < names.size(); ++i) nodes.push_back({names[i], indices[i]});
  return nodes;
}

std::array<std::int64_t, 2> read_kernel(const Field& field) {
  const auto sides = field.list([](const Field& side) { return side.count(); });
  if (sides.size() != 2) field.fail("must be a height and a width");
  return {sides[0], sides[1]};
}

ReportBranch read_branch(const Field& field) {
  ReportBranch branch;
  branch.id = field["id"].text();
  branch.name = field["name"].text();
  branch.nodes = read_nodes(field);
  branch.body = optional_text(field, "body");
  branch.skip = field["skip"].flag();
  branch.projection = field["projection"].flag();
  if (field.has("units")) branch.units = read_range(field["units"]);
  branch.layers = field["layers"].list(read_range);
  if (field.has("inputs")) branch.inputs = field["inputs"].list(read_range);
  if (field.has("first_layer")) {
    branch.first_layer = ReportNode{field["first_layer"]["node"].text(), field["first_layer"]["index"].index()};
  }
  branch.parameters = field["parameters"].count();
  branch.macs = field["macs"].count();
  if (field.has("kernel")) branch.kernel = read_kernel(field["kernel"]);
  return branch;
}

ReportStreamBlock read_block(const Field& field) {
  ReportStreamBlock block;
  block.group = field["group"].text();
  block.branch = field["branch"].text();
  block.read = field["read"]["value"].text();
  block.write.name = field["write"]["node"].text();
  block.link = field["link"].text();
  block.via = field["via"].texts();
  return block;
}

std::vector<std::string> read_types(const Field& field, const std::vector<std::string>& values) {
  std::vector<std::string> types = field.texts();
  if (types.size() != values.size()) field.fail("must be as many as the values");
  return types;
}

}  // namespace

ReportGroup read_group(const Field& field) {
  ReportGroup group;
  group.id = field["id"].text();
  group.graph = optional_text(field, "graph");
  group.name = field["name"].text();
  group.kind = field["kind"].text();
  const Field join = field["join"];
  if (group.kind != "outputs") {
    group.join = ReportNode{join["node"].text(), join["index"].index()};
    group.join_op = join["op"].text();
  }
  if (join.has("axis")) group.axis = join["axis"].integer();
  if (join.has("along")) group.along = join["along"].text();
  const Field fork = field["fork"];
  group.fork_value = fork["value"].text();
  if (fork.has("node")) group.fork_node = ReportNode{fork["node"].text(), fork["index"].index()};
  group.closed = field["closed"].flag();
  group.leaking = field["leaking"].flag();
  if (field.has("parent")) group.parent = field["parent"].text();
  if (field.has("parent_branch")) group.parent_branch = field["parent_branch"].text();
  constexpr std::int64_t kDeepest = 1 << 20;
  const std::int64_t depth = field["depth"].count();
  if (depth > kDeepest) field["depth"].fail("is too large");
  group.depth = static_cast<int>(depth);
  group.repeats = field.has("repeated") ? field["repeated"]["of"].text() : group.id;
  if (field.has("repeated")) group.times = static_cast<std::size_t>(field["repeated"]["times"].count());
  group.crossing = field["crossing"].texts();
  for (std::string& name : field["shared"].texts()) group.shared.push_back({std::move(name), 0});
  group.branches = field["branches"].list(read_branch);
  return group;
}

ReportStream read_stream(const Field& field) {
  ReportStream stream;
  stream.id = field["id"].text();
  stream.graph = optional_text(field, "graph");
  stream.name = field["name"].text();
  stream.start = field["start"]["value"].text();
  stream.end = field["end"]["value"].text();
  stream.blocks = field["blocks"].list(read_block);
  stream.paths = field["paths"].text();
  stream.path_lengths = field["path_lengths"].texts();
  stream.composition =
      field["composition"].list([&](const Field& pair) { return read_composed_pair(pair, stream.blocks.size()); });
  stream.communities =
      field["communities"].list([&](const Field& found) { return read_communities(found, stream.blocks.size()); });
  return stream;
}

ReportGraph read_graph(const Field& field) {
  ReportGraph graph;
  graph.path = field["path"].text();
  graph.prefix = field["prefix"].text();
  graph.inputs = field["inputs"].texts();
  graph.outputs = field["outputs"].texts();
  if (field.has("input_types")) graph.input_types = read_types(field["input_types"], graph.inputs);
  if (field.has("output_types")) graph.output_types = read_types(field["output_types"], graph.outputs);
  graph.nodes = field["nodes"].list([](const Field& node) {
    ReportGraphNode read{node["name"].text(),
                         node["op"].text(),
                         node["index"].index(),
                         node["inputs"].texts(),
                         node["outputs"].texts(),
                         node["hash"].text(),
                         {}};
    if (node.has("weight")) read.weight = node["weight"].list([](const Field& dim) { return dim.integer(); });
    return read;
  });
  return graph;
}

}  // namespace ramus
