#include "plugin/build_report.hpp"

#include <map>

#include "graph/weight_layer.hpp"
#include "plugin/node_names.hpp"
#include "plugin/onnx/inferred_types.hpp"
#include "plugin/report_graph.hpp"

namespace ramus {
namespace {

struct HoldingBranch {
  std::string group, branch;  // ids
};
using BranchesByBody = std::map<std::string, HoldingBranch>;  // by the path of the body

class ReportBuilder {
 public:
  ReportBuilder(const AnalysedGraph& graph, BranchesByBody& bodies, Report& report)
      : source_(graph),
        normal_(*graph.analysed.graph),
        flow_(graph.analysed.analyses->dataflow()),
        found_(graph.analysed.findings),
        tree_(found_.tree ? *found_.tree : arrange_branches(normal_, found_.groups)),
        names_(graph),
        bodies_(bodies),
        report_(report),
        first_group_(report.groups.size()) {}

  void run() {
    report_.graphs.push_back(describe_graph(source_));
    for (const BranchTree::Entry& entry : tree_.entries) add_group(entry);
    const std::size_t first_stream = report_.streams.size();
    for (const ResidualStream& stream : found_.streams) add_stream(stream);
    for (const StreamComposition& stream : found_.composition) {
      report_.streams[first_stream + stream.stream].composition = stream.pairs;
    }
    for (const StreamCommunities& communities : found_.communities) {
      report_.streams[first_stream + communities.stream].communities.push_back(communities);
    }
    for (const UnitFeatures& features : found_.features) {
      report_.features.push_back({source_.path, node(features.layer), features.units, features.columns, features.field,
                                  features.linearised, features.pictures});
    }
    for (const Factorization& factors : found_.factors) add_factors(factors);
    for (const LatentBranches& latent : found_.latent) add_latent(latent);
    for (const GroupSpecialization& specialization : found_.specialization) add_specialization(specialization);
    for (const PartitionModularity& modularity : found_.modularity) add_modularity(modularity);
    for (const Note& note : found_.notes)
      report_.notes.push_back({place_of(note), note.code, note.text, note.beyond_limits});
  }

 private:
  ReportNode node(NodeId id) const { return names_.node(id); }
  std::vector<ReportNode> nodes(const std::vector<NodeId>& ids) const { return names_.nodes(ids); }

  // Of a note about the whole graph: which body, or nothing for the main graph.
  std::string place_of(const Note& note) const {
    if (!note.where.empty()) return source_.prefix + note.where;
    return source_.prefix.empty() ? std::string() : source_.prefix.substr(0, source_.prefix.size() - 1);
  }

  ReportRange range(const UnitRange& units) const { return {node(units.layer).name, units.begin, units.end}; }

  void add_fork(Vertex fork, ReportGroup& group) const {
    NodeId writer;
    if (flow_.is_value(fork)) {
      const Value& value = normal_[flow_.value(fork)];
      group.fork_value = value.name;
      writer = value.producer;
    } else if (flow_.is_node(fork)) {
      writer = flow_.node(fork);
      const auto inputs = normal_.data_inputs(writer);
      if (!inputs.empty()) group.fork_value = normal_[inputs.front()].name;
    }
    if (writer.exists()) group.fork_node = node(writer);
  }

  std::string group_id(std::size_t entry) const { return "g" + std::to_string(first_group_ + entry); }
  static std::string branch_id(const std::string& group, std::size_t branch) {
    return group + ".b" + std::to_string(branch);
  }

  ReportBranch branch(const Branch& found, std::string id, std::string name) const {
    ReportBranch branch;
    branch.id = std::move(id);
    branch.name = std::move(name);
    branch.nodes = nodes(found.nodes);
    branch.skip = found.skip;
    branch.projection = found.projection;
    if (found.units) branch.units = range(*found.units);
    for (const UnitRange& layer : found.layers) branch.layers.push_back(range(layer));
    for (const UnitRange& layer : found.inputs) branch.inputs.push_back(range(layer));
    if (!found.layers.empty()) branch.first_layer = node(found.layers.front().layer);
    branch.parameters = found.parameters;
    branch.macs = found.macs;
    branch.kernel = found.kernel;
    return branch;
  }

  void add_group(const BranchTree::Entry& entry) {
    const BranchGroup& found = found_.groups[entry.group];
    ReportGroup group;
    group.id = "g" + std::to_string(report_.groups.size());
    group.graph = source_.path;
    group.name = source_.prefix + entry.name;
    group.kind = name_of(found.kind);
    if (found.join.exists()) {
      group.join = node(found.join);
      group.join_op = normal_[found.join].op;
    }
    group.axis = found.axis;
    if (found.along) group.along = std::string(name_of(*found.along));
    add_fork(found.fork, group);
    group.closed = found.closed;
    group.leaking = found.leaking;
    group.depth = entry.depth;
    group.repeats = group_id(entry.alike);
    group.times = entry.times;
    if (entry.parent) {
      group.parent = group_id(entry.parent->entry);
      group.parent_branch = branch_id(*group.parent, entry.parent->branch);
    } else if (const auto holder = bodies_.find(source_.path); holder != bodies_.end()) {
      group.parent = holder->second.group;
      group.parent_branch = holder->second.branch;
    }
    for (const ValueId crossing : found.crossing) group.crossing.push_back(normal_[crossing].name);
    group.shared = nodes(found.shared);
    for (std::size_t b = 0; b < found.branches.size(); ++b) {
      group.branches.push_back(
          branch(found.branches[b], branch_id(group.id, b), source_.prefix + entry.branch_names[b]));
      const std::string& body = found.branches[b].body;
      if (body.empty()) continue;
      ReportBranch& last = group.branches.back();
      last.body = path_of_body(source_.path, normal_[found.join], body);
      bodies_.emplace(last.body, HoldingBranch{group.id, last.id});
    }
    report_.groups.push_back(std::move(group));
  }

  void add_stream(const ResidualStream& found) {
    ReportStream stream;
    stream.id = "s" + std::to_string(report_.streams.size());
    stream.graph = source_.path;
    stream.start = normal_[found.start].name;
    stream.end = normal_[found.end].name;
    for (const StreamBlock& block : found.blocks) {
      const std::string group = group_id(tree_.entry_of[block.group]);
      stream.blocks.push_back({group, branch_id(group, block.branch), normal_[block.read].name, node(block.write),
                               std::string(name_of(block.link)), block.via});
    }
    const auto name_of_group = [&](const StreamBlock& block) {
      return report_.groups[first_group_ + tree_.entry_of[block.group]].name;
    };
    stream.name = name_of_group(found.blocks.front());
    if (found.blocks.size() > 1) stream.name += " ... " + name_of_group(found.blocks.back());
    stream.paths = found.paths;
    stream.path_lengths = found.path_lengths;
    report_.streams.push_back(std::move(stream));
  }

  // The initializer behind a layer; empty where its weights stand in a node or in another form.
  std::string initializer_of(NodeId layer) const {
    const auto weights = find_weight_layer(normal_, layer);
    if (!weights || !source_.path.empty()) return {};
    const WeightView& weight = normal_[weights->weight];
    const auto value = source_.original->find_value(weight.name);
    if (!value || weight.storage == WeightStorage::sparse || !source_.original->is_parameter(*value)) return {};
    return weight.name;
  }

  ReportWiring wiring(const Wiring& found) const {
    ReportWiring wiring{{}, source_.path, node(found.from), node(found.to), {}, found.joint};
    wiring.id = wiring.from.name + found.from_part + "->" + wiring.to.name + found.layer.part;
    if (!found.joint) wiring.from_weight = initializer_of(found.from);
    return wiring;
  }

  void add_factors(const Factorization& found) {
    ReportFactors factors{wiring(found.wiring)};
    factors.leaking = found.wiring.leaking;
    factors.gated = found.wiring.gated;
    factors.summed = found.wiring.summed;
    factors.rows = found.factors->left.rows();
    factors.columns = found.factors->right.rows();
    factors.reduction = found.reduction;
    factors.normalise = found.normalise;
    factors.centring = found.centring;
    factors.factors = found.factors;
    factors.raw = found.raw;
    factors.centred = found.centred;
    factors.meaning = found.meaning;
    report_.factors.push_back(std::move(factors));
  }

  void add_latent(const LatentBranches& found) { report_.latent.push_back({wiring(found.wiring), found.clustering}); }

  void add_specialization(const GroupSpecialization& found) {
    const std::string group = group_id(tree_.entry_of[found.group]);
    ReportSpecialization specialization{group, {}, found};
    for (std::size_t b = 0; b < found.branches.size(); ++b) specialization.branches.push_back(branch_id(group, b));
    for (const BranchWiring& wiring : found.wiring) {
      specialization.wired_from.push_back(group_id(tree_.entry_of[wiring.from]));
    }
    report_.specialization.push_back(std::move(specialization));
  }

  void add_modularity(const PartitionModularity& found) {
    ReportModularity modularity{source_.path, {}, {}, found};
    for (const std::size_t group : found.groups) modularity.groups.push_back(group_id(tree_.entry_of[group]));
    for (const PartitionModularity::Layer& layer : found.layers) {
      modularity.layers.push_back({node(layer.node), layer.part, layer.clusters});
    }
    report_.modularity.push_back(std::move(modularity));
  }

  const AnalysedGraph& source_;
  const Graph& normal_;
  const Dataflow& flow_;
  const Findings& found_;
  const BranchTree tree_;
  const NodeNames names_;
  BranchesByBody& bodies_;
  Report& report_;
  std::size_t first_group_;
};

}  // namespace

std::string path_of_body(const std::string& graph_path, const Node& node, std::string_view attribute) {
  const std::uint32_t place = node.place.value_or(node.origins.front());
  if (!node.in_call) return body_path(graph_path, place, attribute);
  return path_inside_call(graph_path, place, node.name + "/" + std::string(attribute));
}

void add_to_report(std::span<const AnalysedGraph> graphs, Report& report) {
  BranchesByBody bodies;
  for (const AnalysedGraph& graph : graphs) ReportBuilder(graph, bodies, report).run();
}

}  // namespace ramus
