// Parallel branches of which one does nearly all the work: running them side by side gains little.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graph/dataflow.hpp"
#include "passes/critical_path.hpp"
#include "plugin/check/rules/group_places.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {
namespace {

constexpr std::array kOptions{
    RuleOption{"critical_share", 0.95, 0.5, 1, "share of the work on the critical path from which on it is told"},
    RuleOption{"least_macs_share", 0.05, 0, 1,
               "of the model's multiply-accumulates, below which a group does not count"},
};

// Branches that a runtime could run side by side: not those that share nodes, of which one is chosen, or that are gates.
bool runs_side_by_side(const BranchGroup& group) {
  return group.kind == BranchKind::concat || group.kind == BranchKind::sum || group.kind == BranchKind::towers ||
         group.kind == BranchKind::split || group.kind == BranchKind::other;
}

// "97.2 %"; "100 %" of all alone.
std::string percent(double share) { return share < 1 ? fmt::format("{:.1f} %", std::min(100 * share, 99.9)) : "100 %"; }

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& source : context.graphs) {
    const Graph& graph = *source.analysed.graph;
    double whole = 0;
    for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
      whole += static_cast<double>(macs_of(graph, NodeId(static_cast<std::uint32_t>(n))).value_or(0));
    }
    const GroupPlaces places(source, context.report);
    const std::vector<std::size_t> order = topological_places(graph);
    for (std::size_t g = 0; g < places.groups().size(); ++g) {
      if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
      if (!runs_side_by_side(places.groups()[g])) continue;
      const auto cost = find_parallel_cost(graph, places.groups()[g], order);
      if (!cost || cost->macs == 0) continue;
      const double share = static_cast<double>(cost->critical) / static_cast<double>(cost->macs);
      if (share < context.options.number("critical_share")) continue;
      if (static_cast<double>(cost->macs) < context.options.number("least_macs_share") * whole) continue;
      Finding& finding = findings.emplace_back();
      finding.severity = kUnbalancedBranches.severity;
      finding.place = places.place(g);
      finding.related = {places.place(g, cost->heaviest)};
      finding.message = fmt::format(
          "'{}' holds {} of the {} multiply-accumulates of these branches, and the longest chain of layers {}: side "
          "by side they {}",
          finding.related.front().name,
          percent(static_cast<double>(cost->heaviest_macs) / static_cast<double>(cost->macs)), cost->macs,
          percent(share),
          share > 0.99 ? std::string("gain nothing")
                       : fmt::format("are at most {:.2f} times as fast as one after the other", 1 / share));
      finding.facts = {{"macs", cost->macs},
                       {"critical_path_macs", cost->critical},
                       {"heaviest_macs", cost->heaviest_macs},
                       {"speed_up_at_most", 1 / share}};
    }
  }
  return findings;
}

}  // namespace

const Rule kUnbalancedBranches{
    "RMS104",
    "unbalanced-branches",
    Severity::note,
    "parallel branches of which one does nearly all the work",
    "Branches can run side by side, on streams of a device or on several; how much that gains is bounded by the "
    "critical path, the chain of layers with the most multiply-accumulates between fork and join. Where it holds "
    "nearly all of them, parallel execution costs memory and gains nothing, and a scheduler had better split the "
    "heavy branch.\n\n"
    "Told where the critical path holds at least 95 % of the work of a group that has at least 5 % of the model's. "
    "Residual blocks, gates, heads, grouped convolutions, experts and conditional bodies are not meant to run side "
    "by side in this sense and are left out, and so are branches with operators whose work is not known here: "
    "recurrent ones, products of two computed values. Multiply-accumulates are not time: small layers are bound by "
    "memory.",
    {},
    kOptions,
    false,
    run,
};

}  // namespace ramus
