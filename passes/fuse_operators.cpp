#include "passes/fuse_operators.hpp"

#include <algorithm>

#include "passes/known_formulas.hpp"

namespace ramus {
namespace {

constexpr int kMostSteps =
    3;  // operators before or after the core of a formula: a factor, a shift, a scale per channel

struct Candidate {
  Formula formula;
  KnownOperator known;
};

bool may_end(const Node& node) {
  return node.op == "Mul" || node.op == "Div" || node.op == "Add" || node.op == "Sub" || node.op == "Log" ||
         node.op == "Max" || node.op == "Min";
}

// A constant of a larger shape would make it another operator.
bool keeps_shape(const Graph& graph, const Formula& formula) {
  const auto &x = graph[formula.x].shape, &y = graph[formula.y].shape;
  return !x || !y || *x == *y;
}

// With the norm's own mean, scale and shift, but without a factor before it, which the norm only seems to swallow.
bool says_more(const Formula& formula, const Formula& than) {
  return formula.reductions > than.reductions || (formula.reductions == than.reductions && formula.x == than.x);
}

// The formula as it stands, or with what follows it or goes before it; of a norm, the longest that still is one.
std::optional<Candidate> candidate_at(const Graph& graph, const FormulaFinder& finder, NodeId end) {
  std::optional<Candidate> best;
  auto after = finder.ending_at(end);
  for (int steps = 0; after && steps <= kMostSteps; ++steps) {
    auto before = after;
    for (int wider = 0; before && wider <= kMostSteps; ++wider) {
      if (before->nodes.size() > 1 && keeps_shape(graph, *before)) {
        if (auto known = recognise(graph, *before)) {
          if (before->axes.empty()) return Candidate{std::move(*before), std::move(*known)};
          if (!best || says_more(*before, best->formula)) best = Candidate{*before, std::move(*known)};
        }
      }
      before = finder.widened(*before);
    }
    after = finder.extended(*after);
  }
  return best;
}

void add_to(Patch& patch, const Graph& graph, const Candidate& candidate) {
  const Formula& formula = candidate.formula;
  AddedNode fused;
  fused.op = candidate.known.op;
  fused.name = graph[formula.nodes.back()].name;
  fused.attributes = candidate.known.attributes;
  fused.inputs.push_back(graph[formula.x].name);
  for (const ValueId constant : candidate.known.constants) fused.inputs.push_back(graph[constant].name);
  fused.outputs.push_back(graph[formula.y].name);
  fused.stands_for = formula.nodes;
  patch.drop.insert(formula.nodes.begin(), formula.nodes.end());
  patch.add.push_back(std::move(fused));
}

}  // namespace

Result<Findings> fuse_operators(const PassContext& context) {
  const Graph& graph = context.graph;
  const FormulaFinder finder(graph, context.analyses.dataflow(), context.analyses.dominators());
  std::vector<Candidate> candidates;
  for (const NodeId id : graph.topological_order()) {
    if (!may_end(graph[id])) continue;
    if (auto candidate = candidate_at(graph, finder, id)) candidates.push_back(std::move(*candidate));
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.formula.nodes.size() > b.formula.nodes.size();
  });
  std::vector<bool> taken(graph.nodes().size(), false);
  Findings findings;
  Patch patch;
  for (const Candidate& candidate : candidates) {
    const auto& nodes = candidate.formula.nodes;
    if (std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) { return taken[id.index]; })) continue;
    for (const NodeId id : nodes) taken[id.index] = true;
    add_to(patch, graph, candidate);
  }
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
