#include "graph/patch.hpp"

#include <algorithm>

#include "graph/dataflow.hpp"
#include "graph/verify.hpp"

namespace ramus {
namespace {

class Application {
 public:
  Application(const Graph& graph, const Patch& patch) : graph_(graph), patch_(patch) {}

  Result<Graph> run() {
    if (auto status = follow_redirects(); !status) return propagate(std::move(status.error()));
    if (auto status = place_added_nodes(); !status) return propagate(std::move(status.error()));
    collect_origins();
    GraphBuilder builder(graph_.name());
    add_values(builder);
    for (std::size_t n = 0; n < graph_.nodes().size(); ++n) {
      if (patch_.drop.count(NodeId(n)) == 0) add_node(builder, NodeId(n));
      const auto [first, last] = added_behind_.equal_range(NodeId(n));
      for (auto added = first; added != last; ++added) add_new_node(builder, *added->second);
    }
    for (const ValueId output : graph_.outputs()) builder.add_output(graph_[target(output)].name);
    return builder.finish();
  }

 private:
  ValueId target(ValueId id) const {
    const auto end = end_of_redirect_.find(id);
    return end == end_of_redirect_.end() ? id : end->second;
  }

  std::string name(ValueId id) const { return id.exists() ? graph_[target(id)].name : std::string(); }

  Status follow_redirects() {
    for (const auto& [from, to] : patch_.redirect) {
      std::vector<ValueId> way;
      ValueId id = from;
      while (end_of_redirect_.count(id) == 0) {
        const auto next = patch_.redirect.find(id);
        if (next == patch_.redirect.end()) break;
        if (way.size() == patch_.redirect.size()) {
          return failure(ErrorKind::internal, "value '" + graph_[from].name + "' is redirected in a circle");
        }
        way.push_back(id);
        id = next->second;
      }
      const ValueId end = target(id);
      for (const ValueId passed : way) end_of_redirect_.emplace(passed, end);
    }
    return {};
  }

  Status place_added_nodes() {
    for (const AddedNode& added : patch_.add) {
      const auto last = std::max_element(added.stands_for.begin(), added.stands_for.end());
      if (last == added.stands_for.end() || last->index >= graph_.nodes().size()) {
        return failure(ErrorKind::internal, "added node '" + added.name + "' stands for no node of the graph");
      }
      added_behind_.emplace(*last, &added);
      stood_for_.insert(added.stands_for.begin(), added.stands_for.end());
    }
    return {};
  }

  // Itself, or in what was added for it.
  bool is_kept(NodeId id) const { return id.exists() && (patch_.drop.count(id) == 0 || stood_for_.count(id) != 0); }

  void collect_origins() {
    const std::vector<bool> live = find_live_nodes(graph_);
    std::map<ValueId, NodeId> first_reader;  // of a redirected output, if need be through dropped nodes
    const auto find_reader_behind = [&](NodeId reader) -> NodeId {
      if (is_kept(reader)) return reader;
      for (const ValueId output : graph_[reader].outputs) {
        if (const auto known = first_reader.find(output); known != first_reader.end()) return known->second;
      }
      return {};
    };
    // Rather one that counts: what nothing depends on may itself be dropped later, and leave nobody behind.
    const auto find_first_reader = [&](ValueId value) -> NodeId {
      NodeId first;
      for (const NodeId reader : graph_[value].readers) {
        const NodeId found = find_reader_behind(reader);
        if (found.exists() && live[found.index]) return found;
        if (!first.exists()) first = found;
      }
      return first;
    };
    const auto order = graph_.topological_order();
    for (auto dropped = order.rbegin(); dropped != order.rend(); ++dropped) {  // readers before what they read
      if (is_kept(*dropped)) continue;
      for (const ValueId output : graph_[*dropped].outputs) {
        if (!output.exists() || patch_.redirect.count(output) == 0) continue;
        const NodeId reader = find_first_reader(output);
        if (reader.exists()) first_reader.emplace(output, reader);
        const NodeId producer = graph_[target(output)].producer;
        const NodeId keeper = is_kept(producer) ? producer : reader;
        if (!keeper.exists()) continue;
        auto& kept = inherited_[keeper];
        kept.insert(kept.end(), graph_[*dropped].origins.begin(), graph_[*dropped].origins.end());
      }
    }
  }

  void add_values(GraphBuilder& builder) const {
    for (const ValueId input : graph_.inputs()) {
      builder.add_input(graph_[input].name, graph_[input].type, graph_[input].shape);
    }
    for (std::size_t v = 0; v < graph_.values().size(); ++v) {
      const Value& value = graph_.values()[v];
      if (value.kind == ValueKind::parameter) builder.add_parameter(value.name, graph_[value.weight], value.may_be_fed);
      if (value.kind == ValueKind::captured) builder.add_captured(value.name);
      if (value.kind == ValueKind::input || value.kind == ValueKind::parameter) continue;
      const auto constant = patch_.parameters.find(ValueId(v));
      if (constant != patch_.parameters.end()) {
        builder.add_parameter(value.name, constant->second);
      } else {
        builder.set_type(value.name, value.type, value.shape);
      }
    }
    for (const auto& [name, parameter] : patch_.add_parameters) builder.add_parameter(name, parameter);
  }

  void add_node(GraphBuilder& builder, NodeId id) const {
    const Node& node = graph_[id];
    GraphBuilder::NewNode kept{node.op, {}, {}, node.name, node.domain, node.attributes, node.bodies, {}, node.origins};
    kept.place = node.place;
    kept.is_added = !node.place;
    kept.in_call = node.in_call;
    for (const ValueId input : node.inputs) kept.inputs.push_back(name(input));
    for (const ValueId output : node.outputs) kept.outputs.push_back(output.exists() ? graph_[output].name : "");
    std::set<std::string> captured;
    for (const ValueId capture : node.captures) {
      if (captured.insert(name(capture)).second) kept.captures.push_back(name(capture));
    }
    kept.origins = origins_of(id);
    sort_and_unify(kept.origins);
    builder.add_node(std::move(kept));
  }

  void add_new_node(GraphBuilder& builder, const AddedNode& added) const {
    GraphBuilder::NewNode fresh{added.op, {}, added.outputs, added.name, {}, added.attributes};
    fresh.is_added = true;
    for (const std::string& input : added.inputs) {
      const auto value = input.empty() ? std::nullopt : graph_.find_value(input);
      fresh.inputs.push_back(value ? name(*value) : input);
    }
    fresh.in_call = true;
    for (const NodeId id : added.stands_for) {
      const std::vector<std::uint32_t> origins = origins_of(id);
      fresh.origins.insert(fresh.origins.end(), origins.begin(), origins.end());
      fresh.in_call = fresh.in_call && graph_[id].in_call;
    }
    sort_and_unify(fresh.origins);
    builder.add_node(std::move(fresh));
  }

  // With those of dropped neighbours.
  std::vector<std::uint32_t> origins_of(NodeId id) const {
    std::vector<std::uint32_t> origins = graph_[id].origins;
    if (const auto more = inherited_.find(id); more != inherited_.end()) {
      origins.insert(origins.end(), more->second.begin(), more->second.end());
    }
    return origins;
  }

  static void sort_and_unify(std::vector<std::uint32_t>& places) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
  }

  const Graph& graph_;
  const Patch& patch_;
  std::map<ValueId, ValueId> end_of_redirect_;
  std::map<NodeId, std::vector<std::uint32_t>> inherited_;
  std::multimap<NodeId, const AddedNode*> added_behind_;
  std::set<NodeId> stood_for_;
};

}  // namespace

Result<Graph> apply(const Graph& graph, const Patch& patch) {
  auto patched = Application(graph, patch).run();
  if (!patched) return patched;
  if (auto status = verify(*patched); !status) return propagate(std::move(status.error()));
  return patched;
}

void FreshNames::collect(const Graph& graph) {
  for (const Value& value : graph.values()) taken_.insert(value.name);
  for (const Node& node : graph.nodes()) {
    taken_.insert(node.name);
    for (const Body& body : node.bodies) collect(*body.graph);
  }
}

std::string FreshNames::take(const std::string& wanted) {
  std::string name = wanted;
  for (std::size_t i = 1; !taken_.insert(name).second; ++i) name = wanted + "." + std::to_string(i);
  return name;
}

}  // namespace ramus
