// Branches of one group that compute the same.
#include "passes/duplicate_branches.hpp"

#include <fmt/format.h>

#include <set>

#include "plugin/check/rules/group_places.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/wording.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostListed = 4;

// Of all branches but the first, those that no branch before them reads from the same initializer.
std::int64_t parameters_of_copies(const Graph& graph, const BranchGroup& group,
                                  const std::vector<std::size_t>& branches) {
  const std::int64_t each = group.branches[branches.front()].parameters;
  if (shares_nodes(group)) return static_cast<std::int64_t>(branches.size() - 1) * each;
  std::set<WeightId> seen;
  std::int64_t saved = 0;
  for (const std::size_t b : branches) {
    for (const NodeId id : group.branches[b].nodes) {
      for (const ValueId input : graph[id].inputs) {
        if (!graph.is_parameter(input) || !seen.insert(graph[input].weight).second) continue;
        if (b != branches.front()) saved += parameters_in(graph[graph[input].weight]);
      }
    }
  }
  return saved;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& source : context.graphs) {
    const GroupPlaces places(source, context.report);
    const ChannelFlow& flow = source.analysed.analyses->channel_flow();
    const auto all = find_duplicate_branches(*source.analysed.graph, flow, places.groups(), context.model.limits(),
                                             context.cancelled);
    if (!all) return propagate(Error(all.error()));
    for (const DuplicateBranches& duplicates : *all) {
      Finding& finding = findings.emplace_back();
      finding.severity = kDuplicateBranches.severity;
      finding.place = places.place(duplicates.group);
      std::vector<std::string> names;
      for (const std::size_t branch : duplicates.branches) {
        finding.related.push_back(places.place(duplicates.group, branch));
        names.push_back(finding.related.back().name);
      }
      const BranchGroup& group = places.groups()[duplicates.group];
      const std::int64_t saved = parameters_of_copies(*source.analysed.graph, group, duplicates.branches);
      finding.message =
          fmt::format("{} compute the same: their weights are equal{}; {}", quoted_names(names, kMostListed),
                      duplicates.reordered ? ", in another order of units" : "",
                      saved > 0 ? fmt::format("{} parameters could be saved", saved)
                                : std::string("they read the same initializers"));
      finding.facts = {{"branches", static_cast<std::int64_t>(duplicates.branches.size())},
                       {"parameters_to_save", saved}};
    }
  }
  return findings;
}

}  // namespace

const Rule kDuplicateBranches{
    "RMS102",
    "duplicate-branches",
    Severity::warning,
    "branches of one group that compute the same",
    "Branches that begin alike and see the same gradients stay alike: experts that were all copied from one layer, "
    "heads that were repeated to make a model wider, a branch that an export wrote twice. They cost their number of "
    "times and know no more than one; a later layer that reads the copies can read one with the sum of their "
    "weights.\n\n"
    "Weights are compared bit by bit, through all layers of a branch, and in any order of units: inner layers may be "
    "permuted, and where the join concatenates channels the last one too. Heads are alike where queries, keys and "
    "values are, with their biases; experts where all is alike but what weighs them, those in a stack unit by "
    "unit.\n\n"
    "Nearly equal weights are not told, nor are parts of a grouped convolution, which read different inputs. Not "
    "judged: weights that a model fills with one constant in place of numbers, parts that are zero (RMS101), and "
    "heads or stacked experts to which another operator brings numbers of their own, such as biases of positions.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
