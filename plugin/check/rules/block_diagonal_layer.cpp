// Plain layers whose weights already fall into groups: a grouped convolution would do.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "passes/block_diagonal_layers.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"
#include "plugin/node_names.hpp"

namespace ramus {
namespace {

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

Finding describe(const AnalysedGraph& source, const NodeNames& names, const BlockDiagonalLayer& layer) {
  const CoClustering& clustering = layer.clustering;
  Finding finding;
  finding.severity = kBlockDiagonalLayer.severity;
  finding.place = {PlaceKind::node, source.path, names.node(layer.wiring.to).name};
  finding.related = {{PlaceKind::node, source.path, names.node(layer.wiring.from).name}};
  finding.message = fmt::format(
      "the weights by which this layer reads '{}' fall into {} groups ({} inputs by {} units) that keep {:.1f} % of "
      "the energy (by chance {:.1f} %): a grouped layer would save {:.0f} % of the multiply-accumulates and of the "
      "parameters",
      finding.related.front().name, clustering.groups, sizes_of(clustering.inputs, clustering.groups),
      sizes_of(clustering.outputs, clustering.groups), 100 * clustering.energy, 100 * clustering.null_energy,
      100 * clustering.saved);
  if (const auto macs = macs_of(*source.analysed.graph, layer.wiring.to)) {
    finding.message += fmt::format(" ({:.2g} of {:.2g} million)", 1e-6 * clustering.saved * static_cast<double>(*macs),
                                   1e-6 * static_cast<double>(*macs));
  }
  finding.facts = {{"groups", static_cast<std::int64_t>(clustering.groups)},
                   {"energy", clustering.energy},
                   {"energy_by_chance", clustering.null_energy},
                   {"saved", clustering.saved},
                   {"p", clustering.p}};
  return finding;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  BlockDiagonalRequest request;
  request.least_energy = context.options.number("least_energy");
  request.least_saved = context.options.number("least_saved");
  request.least_units = static_cast<std::int64_t>(context.options.number("least_units"));
  request.seed = context.seed;
  request.cancelled = context.cancelled;
  std::vector<Finding> findings;
  for (const AnalysedGraph& source : context.graphs) {
    const Analysed& analysed = source.analysed;
    auto layers = find_block_diagonal_layers(*analysed.graph, *analysed.analyses, context.model.limits(), request);
    if (!layers) return propagate(std::move(layers.error()));
    const NodeNames names(source);
    for (const BlockDiagonalLayer& layer : *layers) findings.push_back(describe(source, names, layer));
  }
  return findings;
}

}  // namespace

const Rule kBlockDiagonalLayer{
    "RMS105",
    "block-diagonal-layer",
    Severity::note,
    "a plain layer whose weights fall into groups",
    "Branches can form in plain layers (Voss et al., \"Branch Specialization\", Distill 2021). Where nearly all of a "
    "layer's energy lies in groups of units that read only groups of inputs, the layer can be written as a grouped "
    "convolution, or as parallel branches, which saves the rest.\n\n"
    "Groups are found by spectral co-clustering, and only told where permuted weights do not give them, and lose at "
    "least twice as much. Energy is the share of the squared weights, inputs normalised, inside the groups. Groups "
    "of unequal size need one convolution each.\n\n"
    "Units have to be put in order for it, in this layer and in its neighbours; accuracy has to be measured, and "
    "mostly comes back with a little training.\n\n"
    "Not looked at: layers with fewer than 8 inputs or units, and with more than 1024 times 1024 (a kernel counts as "
    "one).",
    {},
    kOptions,
    false,
    run,
};

}  // namespace ramus
