#include "passes/expert_branches.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "passes/expert_mixtures.hpp"

namespace ramus {
namespace {

// Tokens of one sample that pass a layer: all extents but samples, units and experts. 0: not known.
std::int64_t tokens_of(const Graph& graph, const ExpertLayer& layer, bool is_operator) {
  const Node& node = graph[layer.layer];
  const auto& shape = graph[is_operator ? node.inputs.front() : node.outputs.front()].shape;
  if (!shape || shape->empty()) return 0;
  Dims extents(shape->begin(), shape->end() - 1);
  const auto experts = std::find(extents.begin(), extents.end(), layer.experts);
  if (!is_operator && experts != extents.end()) extents.erase(experts);
  std::int64_t tokens = 1;
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i] < 0 || (extents[i] > 0 && tokens > (std::int64_t{1} << 20) / extents[i])) return 0;
    tokens *= extents[i];
  }
  return tokens;
}

class ExpertGroup {
 public:
  ExpertGroup(const PassContext& context, const ExpertMixture& mixture)
      : graph_(context.graph),
        context_(context),
        mixture_(mixture),
        inside_(mixture.shared.begin(), mixture.shared.end()) {
    for (const auto& arm : mixture.arms) inside_.insert(arm.begin(), arm.end());
    inside_.insert(mixture.join);
  }

  BranchGroup run() const {
    BranchGroup group;
    group.kind = BranchKind::experts;
    group.join = mixture_.join;
    group.fork = mixture_.fork;
    group.shared = mixture_.shared;
    group.crossing = crossing();
    const Dataflow& flow = context_.analyses.dataflow();
    const bool always_joins = context_.analyses.post_dominators().dominates(flow.vertex(group.join), group.fork) ||
                              group.fork == Dataflow::kSource;
    group.closed = group.crossing.empty() && always_joins;
    for (std::size_t e = 0; e < mixture_.arms.size(); ++e) {
      Branch branch;
      branch.nodes = mixture_.arms[e];
      if (!mixture_.outputs.empty()) branch.output = mixture_.outputs[e];
      std::set_intersection(branch.nodes.begin(), branch.nodes.end(), mixture_.joining.begin(), mixture_.joining.end(),
                            std::back_inserter(branch.weighing));
      describe_branch(graph_, branch);
      group.branches.push_back(std::move(branch));
    }
    if (!mixture_.layers.empty()) divide(group);
    return group;
  }

 private:
  void divide(BranchGroup& group) const {
    Branch share = std::move(group.branches.front());
    share.layers.clear();
    share.macs = 0;
    const bool is_operator = mixture_.layers.front().layer == mixture_.join;
    std::int64_t weights = 0;
    bool macs_are_known = true;
    for (const ExpertLayer& layer : mixture_.layers) {
      const std::int64_t tokens = tokens_of(graph_, layer, is_operator);
      const std::int64_t macs = tokens * layer.weights;  // 2^20 tokens at most, 2^39 weights
      macs_are_known = macs_are_known && tokens > 0 && macs <= std::numeric_limits<std::int64_t>::max() - share.macs;
      if (macs_are_known) share.macs += macs;
      weights += layer.weights;
    }
    if (!macs_are_known) share.macs = 0;
    // Packed weights have more elements than are stored.
    share.parameters = std::max(share.parameters / mixture_.experts, weights);
    group.branches.assign(static_cast<std::size_t>(mixture_.experts), share);
    for (std::int64_t expert = 0; expert < mixture_.experts; ++expert) {
      for (const ExpertLayer& layer : mixture_.layers) {
        group.branches[static_cast<std::size_t>(expert)].layers.push_back(
            {layer.layer, expert * layer.units, (expert + 1) * layer.units});
      }
    }
  }

  std::vector<ValueId> crossing() const {
    std::set<ValueId> crossing;
    const Dataflow& flow = context_.analyses.dataflow();
    for (const NodeId id : inside_) {
      if (id == mixture_.join) continue;
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists() && is_read_outside(output)) crossing.insert(output);
      }
    }
    if (flow.is_value(mixture_.fork) && is_read_outside(flow.value(mixture_.fork))) {
      crossing.insert(flow.value(mixture_.fork));
    }
    return {crossing.begin(), crossing.end()};
  }

  bool is_read_outside(ValueId value) const {
    const auto& readers = graph_[value].readers;
    return graph_[value].is_output || std::any_of(readers.begin(), readers.end(), [&](NodeId reader) {
             const bool counts = context_.analyses.dataflow().is_connected(reader) && !graph_[reader].is("Shape");
             return counts && inside_.count(reader) == 0;
           });
  }

  const Graph& graph_;
  const PassContext& context_;
  const ExpertMixture& mixture_;
  std::set<NodeId> inside_;
};

}  // namespace

Result<Findings> find_expert_branches(const PassContext& context) {
  Findings findings;
  const ExpertMixtures& mixtures = context.analyses.experts();
  if (!mixtures.complete) {
    findings.notes.push_back(
        {context.graph.name(), "experts", "experts take too many steps to find; earlier ones are missing", true});
  }
  std::size_t listed = 0;
  for (const ExpertMixture& mixture : mixtures.all) {
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled while experts were looked for");
    const std::string& where = context.graph[mixture.join].name;
    const auto experts = static_cast<std::size_t>(mixture.experts);
    const std::size_t nodes = mixture.arms.front().size() * experts;  // as many in each, more or less
    if (mixture.experts > kMostExperts) {
      findings.notes.push_back(
          {where, "experts", "more than " + std::to_string(kMostExperts) + " experts are not listed", true});
    } else if (listed + nodes > context.limits.listed_nodes) {
      findings.notes.push_back({where, "experts", "not listed: experts would name too many nodes", true});
    } else {
      listed += nodes;
      findings.groups.push_back(ExpertGroup(context, mixture).run());
    }
  }
  return findings;
}

}  // namespace ramus
