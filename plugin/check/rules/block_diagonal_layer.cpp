// Plain layers whose weights already fall into groups: a grouped convolution would do.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {
namespace {

constexpr std::array<std::string_view, 1> kPasses{"latent-branches"};
constexpr std::array kOptions{
    RuleOption{"least_energy", 0.95, 0.5, 1, "share of the weights' energy inside the groups from which on it is told"},
    RuleOption{"least_saved", 0.25, 0, 1, "share of the layer's multiply-accumulates that groups would save"},
    RuleOption{"least_units", 4, 1, 65536, "inputs, and units, that each group has"},
};

// "16 + 16"
std::string sizes_of(const std::vector<int>& groups, int count) {
  std::string text;
  for (int group = 0; group < count; ++group) {
    text += fmt::format("{}{}", group == 0 ? "" : " + ", std::count(groups.begin(), groups.end(), group));
  }
  return text;
}

// The matrix is all that the layer reads, and the layer has no groups yet.
bool is_whole_layer(const Wiring& wiring) {
  std::int64_t columns = 0;
  for (const WiringSegment& segment : wiring.segments) columns += segment.count * segment.run;
  return wiring.layer.groups == 1 && columns == wiring.layer.inputs;
}

std::int64_t smallest_group(const CoClustering& clustering) {
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
  for (int group = 0; group < clustering.groups; ++group) {
    for (const auto* side : {&clustering.inputs, &clustering.outputs}) {
      smallest = std::min<std::int64_t>(smallest, std::count(side->begin(), side->end(), group));
    }
  }
  return smallest;
}

// Permuted weights lose at least twice as much energy outside of groups: a few large weights keep it inside of any.
bool stands_out(const CoClustering& clustering) { return 2 * (1 - clustering.energy) <= 1 - clustering.null_energy; }

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  std::size_t entry = 0;  // the report lists them graph after graph
  for (const AnalysedGraph& source : context.graphs) {
    const Graph& graph = *source.analysed.graph;
    for (const LatentBranches& latent : source.analysed.findings.latent) {
      const ReportLatent& described = context.report.latent.at(entry++);
      const CoClustering& clustering = latent.clustering;
      if (clustering.status != CoClusteringStatus::found || !is_whole_layer(latent.wiring)) continue;
      if (clustering.energy < context.options.number("least_energy")) continue;
      if (clustering.saved < context.options.number("least_saved") || !stands_out(clustering)) continue;
      if (static_cast<double>(smallest_group(clustering)) < context.options.number("least_units")) continue;
      Finding& finding = findings.emplace_back();
      finding.severity = kBlockDiagonalLayer.severity;
      finding.place = {PlaceKind::wiring, source.path, described.id};
      finding.related = {{PlaceKind::node, source.path, described.to.name}};
      finding.message = fmt::format(
          "the weights fall into {} groups ({} inputs by {} units) that keep {:.1f} % of the energy (by chance {:.1f} "
          "%): a "
          "grouped layer would save {:.0f} % of the multiply-accumulates and of the parameters",
          clustering.groups, sizes_of(clustering.inputs, clustering.groups),
          sizes_of(clustering.outputs, clustering.groups), 100 * clustering.energy, 100 * clustering.null_energy,
          100 * clustering.saved);
      if (const auto macs = macs_of(graph, latent.wiring.to)) {
        finding.message +=
            fmt::format(" ({:.2g} of {:.2g} million)", 1e-6 * clustering.saved * static_cast<double>(*macs),
                        1e-6 * static_cast<double>(*macs));
      }
      finding.facts = {{"groups", static_cast<std::int64_t>(clustering.groups)},
                       {"energy", clustering.energy},
                       {"energy_by_chance", clustering.null_energy},
                       {"saved", clustering.saved},
                       {"p", clustering.p}};
    }
  }
  return findings;
}

}  // namespace

const Rule kBlockDiagonalLayer{
    "RMS105",
    "block-diagonal-layer",
    Severity::note,
    "a plain layer whose weights fall into groups",
    "Branches can form in plain layers (Voss et al., \"Branch Specialization\", Distill 2021). Where nearly all "
    "of a layer's energy lies in groups of units that read only groups of inputs, the layer can be written as a "
    "grouped convolution, or as parallel branches, which saves the rest.\n\n"
    "Groups are found by spectral co-clustering, and only told where permuted weights do not give them (pass "
    "latent-branches), and lose at least twice as much. Energy is the share of the squared weights, inputs "
    "normalised, inside the groups. Groups of unequal size need one convolution each.\n\n"
    "Units have to be put in order for it, in this layer and in its neighbours; accuracy has to be measured, and "
    "mostly comes back with a little training.",
    kPasses,
    kOptions,
    false,
    run,
};

}  // namespace ramus
