// Runs the passes over a graph given as text, and puts what they find back into text.
#pragma once

#include <string>
#include <vector>

#include "passes/pipeline.hpp"
#include "passes/registry.hpp"
#include "tests/graph/graph_text.hpp"

namespace ramus::testing {

struct Wanted {
  std::vector<std::string> passes = {};
  std::vector<std::string> settings = {};
  const LabelsFile* labels = nullptr;
  const std::vector<UserFeature>* features = nullptr;
  Limits limits = {};
};

inline Result<Analysed> run_passes(Graph graph, const Wanted& wanted = {}) {
  PassOptions options(all_passes());
  for (const std::string& setting : wanted.settings) {
    if (auto status = options.set(setting); !status) return propagate(std::move(status.error()));
  }
  PipelineRequest request;
  request.passes = wanted.passes;
  request.options = &options;
  request.labels = wanted.labels;
  request.features = wanted.features;
  request.limits = wanted.limits;
  return run_pipeline(std::move(graph), request);
}

inline Analysed analyse(const std::string& text, const Wanted& wanted = {}) {
  auto analysed = run_passes(graph_from_text(text), wanted);
  if (!analysed) throw std::runtime_error(analysed.error().message);
  return std::move(*analysed);
}

// "concat x -> [a] [b1 b2] [] -> y", then " units 0-4 4-12" and " open" where they apply.
inline std::string to_text(const Analysed& analysed, const BranchGroup& group) {
  const Graph& graph = *analysed.graph;
  const Dataflow& flow = analysed.analyses->dataflow();
  std::string text(name_of(group.kind));
  std::string fork = "source";
  if (flow.is_value(group.fork)) fork = graph[flow.value(group.fork)].name;
  if (flow.is_node(group.fork)) fork = graph[flow.node(group.fork)].name;
  text += " " + fork + " ->";
  std::string units;
  for (const Branch& branch : group.branches) {
    std::string nodes;
    for (const NodeId node : branch.nodes) nodes += (nodes.empty() ? "" : " ") + graph[node].name;
    text += " [" + nodes + "]" + (branch.projection ? "p" : "");
    if (branch.units) units += " " + std::to_string(branch.units->begin) + "-" + std::to_string(branch.units->end);
  }
  text += " -> " + (group.join.exists() ? graph[group.join].name : "outputs");
  if (!units.empty()) text += " units" + units;
  return text + (group.closed ? "" : " open");
}

// All groups in display order, one line each.
inline std::string groups_of(const Analysed& analysed) {
  std::string text;
  for (const BranchTree::Entry& entry : analysed.findings.tree->entries) {
    text += (text.empty() ? "" : "\n") + std::string(static_cast<std::size_t>(entry.depth) * 2, ' ') +
            to_text(analysed, analysed.findings.groups[entry.group]);
  }
  return text;
}

inline std::string groups_of(const std::string& text) { return groups_of(analyse(text, {.passes = {"branch-tree"}})); }

}  // namespace ramus::testing
