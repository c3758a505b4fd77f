// Nodes that no output of their graph depends on.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "graph/dataflow.hpp"
#include "graph/weight_layer.hpp"
#include "passes/branch_group.hpp"
#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

// Dead nodes that read one another hang together: a head that was cut off is one finding, not one for each node.
std::vector<std::vector<NodeId>> find_dead_parts(const Graph& graph) {
  const std::vector<bool> live = find_live_nodes(graph);
  std::vector<std::uint32_t> part(live.size());
  std::iota(part.begin(), part.end(), 0U);
  const auto root = [&](std::uint32_t node) {
    while (part[node] != node) node = part[node] = part[part[node]];
    return node;
  };
  for (std::uint32_t n = 0; n < live.size(); ++n) {
    if (live[n]) continue;
    for (const auto* list : {&graph[NodeId(n)].inputs, &graph[NodeId(n)].captures}) {
      for (const ValueId input : *list) {
        const NodeId producer = input.exists() ? graph[input].producer : NodeId();
        if (!producer.exists() || live[producer.index]) continue;
        const std::uint32_t a = root(n), b = root(producer.index);
        part[std::max(a, b)] = std::min(a, b);
      }
    }
  }
  std::vector<std::vector<NodeId>> parts(live.size());
  for (std::uint32_t n = 0; n < live.size(); ++n) {
    if (!live[n]) parts[root(n)].push_back(NodeId(n));
  }
  parts.erase(std::remove_if(parts.begin(), parts.end(), [](const auto& nodes) { return nodes.empty(); }), parts.end());
  return parts;
}

bool has_layers(const Graph& graph, const std::vector<NodeId>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](NodeId id) { return find_first_weight_layer(graph, id).has_value(); });
}

Finding describe(const AnalysedGraph& source, const std::vector<NodeId>& nodes, const std::string& how) {
  const Graph& graph = *source.original;
  Finding finding;
  finding.severity = kUnreachableNodes.severity;
  finding.place = {PlaceKind::node, source.path, source.prefix + graph[nodes.front()].name};
  finding.message = "no output of the graph depends on this node";
  if (nodes.size() > 1) finding.message += fmt::format(" and {} more{}", nodes.size() - 1, how);
  for (std::size_t n = 1; n < nodes.size(); ++n) {
    finding.related.push_back({PlaceKind::node, source.path, source.prefix + graph[nodes[n]].name});
  }
  finding.facts = {{"nodes", static_cast<std::int64_t>(nodes.size())}};
  return finding;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& source : context.graphs) {
    const Graph& graph = *source.original;
    std::vector<NodeId> leftovers;
    for (const std::vector<NodeId>& nodes : find_dead_parts(graph)) {
      if (!has_layers(graph, nodes)) {
        leftovers.insert(leftovers.end(), nodes.begin(), nodes.end());
        continue;
      }
      Branch part;
      part.nodes = nodes;
      describe_branch(graph, part);
      Finding& finding = findings.emplace_back(describe(source, nodes, " that hang together with it"));
      finding.message += fmt::format(", with {} parameters", part.parameters);
      finding.facts.push_back({"parameters", part.parameters});
    }
    if (leftovers.empty()) continue;
    std::sort(leftovers.begin(), leftovers.end());
    findings.push_back(describe(source, leftovers, " without weights, in one or several places"));
  }
  return findings;
}

}  // namespace

const Rule kUnreachableNodes{
    "RMS201",
    "unreachable-nodes",
    Severity::note,
    "nodes that no output depends on",
    "What nobody reads is computed for nothing, by runtimes that do not remove it, and is counted by tools that "
    "count nodes. Most often it is what an export left of training (auxiliary heads, a loss), or an output that was "
    "taken from the list while its branch stayed.\n\n"
    "Nodes that hang together are one finding where they hold layers; all others of a graph are one together. A node "
    "of which one output is read counts as read.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
