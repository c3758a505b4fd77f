#include "passes/output_branches.hpp"

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
    findings.notes.push_back(
        {"", "regions", region.error().message + "; its outputs are not listed as branches", true});
    return findings;
  }
  if (!*region) return findings;
  BranchGroup group;
  group.kind = BranchKind::outputs;
  group.fork = (*region)->fork;
  group.closed = (*region)->closed;
  for (const Arm& arm : (*region)->arms) {
    group.branches.push_back(branch_of(graph, arm));
    group.branches.back().output = (*region)->inputs[arm.inputs.front()];
  }
  group.crossing = std::move((*region)->crossing);
  group.shared = std::move((*region)->shared);
  findings.groups.push_back(std::move(group));
  return findings;
}

}  // namespace ramus
