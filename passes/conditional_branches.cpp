#include "passes/conditional_branches.hpp"

#include "passes/pass.hpp"

namespace ramus {
namespace {

void count_body(const Graph& body, Branch& branch) {
  Branch whole;
  whole.nodes.resize(body.nodes().size());
  for (std::size_t n = 0; n < whole.nodes.size(); ++n) whole.nodes[n] = NodeId(n);
  describe_branch(body, whole);
  branch.parameters += whole.parameters;
  branch.macs += whole.macs;
  for (const Node& node : body.nodes()) {
    for (const Body& inner : node.bodies) count_body(*inner.graph, branch);
  }
}

}  // namespace

Result<Findings> find_conditional_branches(const PassContext& context) {
  const Graph& graph = context.graph;
  Findings findings;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    const bool is_live = context.analyses.dataflow().is_connected(id);
    if (!node.is("If") || node.bodies.size() < 2 || !is_live) continue;
    BranchGroup group;
    group.kind = BranchKind::conditional;
    group.join = id;
    group.fork = context.analyses.dominators().parent(context.analyses.dataflow().vertex(id));
    for (const Body& body : node.bodies) {
      Branch branch;
      branch.body = body.attribute;
      count_body(*body.graph, branch);
      group.branches.push_back(std::move(branch));
    }
    findings.groups.push_back(std::move(group));
  }
  return findings;
}

}  // namespace ramus
