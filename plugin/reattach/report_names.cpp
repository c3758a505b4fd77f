#include "plugin/reattach/report_names.hpp"

#include <algorithm>
#include <unordered_set>

#include "plugin/reattach/anchors.hpp"

namespace ramus {
namespace {

// A sum that is fused with a norm writes the sum last of its four outputs, and the norm first.
std::size_t output_for(const ReportGraphNode& from, std::size_t output, const ReportGraphNode& to) {
  const bool fused = to.op.find("Skip") != std::string::npos && from.op.find("Skip") == std::string::npos;
  return fused && operator_family(to) == "Add" && operator_family(from) == "Add" ? 3 : output;
}

}  // namespace

ReportNames::ReportNames(const std::vector<ReportGraph>& from, const std::vector<ReportGraph>& to) {
  for (const ReportGraph& graph : to) {
    for (const ReportGraphNode& node : graph.nodes) operators_.emplace(node.name, node.op);
  }
  for (const ReportGraph& graph : from) {
    counts_.nodes += graph.nodes.size();
    if (const ReportGraph* other = counterpart(graph, to)) {
      add_graph(graph, *other);
      continue;
    }
    for (const ReportGraphNode& node : graph.nodes) ++counts_.lost[node.op];
  }
}

// The main graph, or the body of the node that the node around this body became.
const ReportGraph* ReportNames::counterpart(const ReportGraph& graph, const std::vector<ReportGraph>& others) const {
  std::string prefix = graph.prefix;
  if (!prefix.empty()) {
    const std::size_t end = prefix.size() - 1, slash = prefix.rfind('/', end - 1);
    if (end == 0 || slash == std::string::npos) return nullptr;
    const auto holder = node(std::string_view(prefix).substr(0, slash));
    if (!holder) return nullptr;
    prefix.replace(0, slash, holder->name);
  }
  const auto found =
      std::find_if(others.begin(), others.end(), [&](const ReportGraph& o) { return o.prefix == prefix; });
  return found == others.end() ? nullptr : &*found;
}

void ReportNames::add_graph(const ReportGraph& from, const ReportGraph& to) {
  graphs_[from.path] = to.path;
  const auto matches = match_nodes(from, to);
  for (std::size_t n = 0; n < matches.size(); ++n) {
    const ReportGraphNode& node = from.nodes[n];
    if (!matches[n]) {
      ++counts_.lost[node.op];
      continue;
    }
    ++counts_.found[static_cast<std::size_t>(matches[n]->basis)];
    nodes_.emplace(node.name, NodePair{&node, &to.nodes[matches[n]->node]});
  }
  add_values(from, to, matches);
}

void ReportNames::add_values(const ReportGraph& from, const ReportGraph& to,
                             const std::vector<std::optional<NodeMatch>>& matches) {
  auto& values = values_[from.path];
  for (std::size_t i = 0; i < from.inputs.size(); ++i) {
    const bool is_there = std::find(to.inputs.begin(), to.inputs.end(), from.inputs[i]) != to.inputs.end();
    if (is_there) {
      values[from.inputs[i]] = from.inputs[i];
    } else if (from.inputs.size() == to.inputs.size()) {
      values[from.inputs[i]] = to.inputs[i];
    }
  }
  for (std::size_t n = 0; n < matches.size(); ++n) {
    if (!matches[n]) continue;
    const ReportGraphNode &node = from.nodes[n], &other = to.nodes[matches[n]->node];
    for (std::size_t o = 0; o < node.outputs.size(); ++o) {
      const std::string& name = node.outputs[o];
      const bool kept = std::find(other.outputs.begin(), other.outputs.end(), name) != other.outputs.end();
      const std::size_t place = output_for(node, o, other);
      if (kept) {
        values[name] = name;
      } else if (place < other.outputs.size() && !other.outputs[place].empty()) {
        values[name] = other.outputs[place];
      }
    }
  }
}

std::optional<ReportNode> ReportNames::node(std::string_view name) const {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return std::nullopt;
  return ReportNode{found->second.to->name, found->second.to->index};
}

std::optional<std::string> ReportNames::graph(const std::string& path) const {
  const auto found = graphs_.find(path);
  return found == graphs_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> ReportNames::value(const std::string& graph_path, const std::string& name) const {
  const auto graph = values_.find(graph_path);
  if (graph == values_.end()) return std::nullopt;
  const auto found = graph->second.find(name);
  return found == graph->second.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> ReportNames::weight(std::string_view node, const std::string& name) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return std::nullopt;
  const std::vector<std::string>&inputs = found->second.from->inputs, &others = found->second.to->inputs;
  const auto slot = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), name) - inputs.begin());
  if (slot >= inputs.size() || slot >= others.size() || others[slot].empty()) return std::nullopt;
  return others[slot];
}

std::string ReportNames::operator_of(const ReportNode& node) const {
  const auto found = operators_.find(node.name);
  return found == operators_.end() ? std::string() : std::string(found->second);
}

}  // namespace ramus
