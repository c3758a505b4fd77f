#include "passes/output_branches.hpp"

#include <set>

#include "graph/region.hpp"
#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_output_branches(const PassContext& context) {
  if (context.is_body) return Findings{};
  const Graph& graph = context.graph;
  const Analyses& analyses = context.analyses;
  RegionFinder finder(graph, analyses.dataflow(), analyses.dominators(), analyses.post_dominators(), context.limits);
  auto region = finder.find_outputs();
  Findings findings;
  if (!region) {
    findings.notes.push_back({"", "regions", region.error().message + "; its outputs are not listed as branches"});
    return findings;
  }
  if (!*region) return findings;
  std::vector<ValueId> outputs;  // as the arms count them: each once, without constants
  std::set<ValueId> seen;
  for (const ValueId output : graph.outputs()) {
    if (!graph.is_constant(output) && seen.insert(output).second) outputs.push_back(output);
  }
  BranchGroup group;
  group.kind = BranchKind::outputs;
  group.fork = (*region)->fork;
  group.closed = (*region)->closed;
  for (Arm& arm : (*region)->arms) {
    Branch branch;
    branch.nodes = std::move(arm.nodes);
    branch.skip = arm.skip;
    branch.output = outputs[arm.inputs.front()];
    describe_branch(graph, branch);
    group.branches.push_back(std::move(branch));
  }
  group.crossing = std::move((*region)->crossing);
  group.shared = std::move((*region)->shared);
  findings.groups.push_back(std::move(group));
  return findings;
}

}  // namespace ramus
