// Branches that change nothing: weights of zeros, products with zero, or channels that nobody's weights read.
#include <fmt/format.h>

#include "passes/dead_branches.hpp"
#include "plugin/check/rules/group_places.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/node_names.hpp"

namespace ramus {
namespace {

std::string sentence_of(const DeadBranch& dead, const std::string& at, const BranchGroup& group) {
  switch (dead.cause) {
    case DeathCause::zero_weights:
      if (shares_nodes(group)) return fmt::format("the weights of its part of '{}' are all zero", at);
      return fmt::format("what it writes does not depend on what it reads: all weights of '{}' are zero", at);
    case DeathCause::zero_factor:
      return fmt::format("what it writes does not depend on what it reads: '{}' multiplies by zero", at);
    case DeathCause::unread:
      break;
  }
  return fmt::format("nothing reads what it writes: the weights of '{}' are zero for all of its channels", at);
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& source : context.graphs) {
    const GroupPlaces places(source, context.report);
    const NodeNames names(source);
    const auto all =
        find_dead_branches(*source.analysed.graph, places.groups(), context.model.limits(), context.cancelled);
    if (!all) return propagate(Error(all.error()));
    for (const DeadBranch& dead : *all) {
      const BranchGroup& group = places.groups()[dead.group];
      const std::string at = names.node(dead.at).name;
      const std::int64_t parameters = group.branches[dead.branch].parameters;
      Finding& finding = findings.emplace_back();
      finding.severity = kDeadBranch.severity;
      finding.place = places.place(dead.group, dead.branch);
      finding.related = {{PlaceKind::node, source.path, at}, places.place(dead.group)};
      finding.message = fmt::format("{}; {} parameters are carried along", sentence_of(dead, at, group), parameters);
      finding.facts = {{"cause", std::string(name_of(dead.cause))}, {"parameters", parameters}};
    }
  }
  return findings;
}

}  // namespace

const Rule kDeadBranch{
    "RMS101",
    "dead-branch",
    Severity::warning,
    "a branch whose output is constant, or that nobody's weights read",
    "A branch dies when a layer in it is pruned to zero, when training drives a scale to zero, when it begins at "
    "zero and was never trained (zero convolutions, the second matrix of LoRA), or when an export lost its weights. "
    "It costs as much as a live one, and a model that should have it does not work as meant.\n\n"
    "Told where every way through the branch passes a layer whose weights are all zero, or a product or norm with a "
    "scale of zero; where the part of a grouped convolution, head or stack of experts that is the branch's own is "
    "zero; where what an expert makes, before it is weighed, is constant in that sense; and where all layers that "
    "read a concatenation are zero for the branch's channels (looked for through activations, norms and pooling).\n\n"
    "Exactly zero counts; nearly zero does not. Weights that a model fills with one constant in place of numbers "
    "(ConstantOfShape), as test models without training do, are not judged. An activation that is never on is not "
    "seen.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
