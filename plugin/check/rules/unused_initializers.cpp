// Initializers that no node reads, and that are no output.
#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

std::string size_of(const WeightView& weight) {
  std::string text;
  for (const std::int64_t dim : weight.dims) text += (text.empty() ? "" : " x ") + std::to_string(dim);
  return text.empty() ? "a scalar" : text;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& graph : context.graphs) {
    for (const Value& value : graph.original->values()) {
      if (value.kind != ValueKind::parameter || value.is_output || !value.readers.empty()) continue;
      const WeightView& weight = (*graph.original)[value.weight];
      Finding finding;
      finding.severity = kUnusedInitializers.severity;
      finding.message = "nothing reads this initializer (" + size_of(weight) + "); it is carried along for nothing";
      finding.place = {PlaceKind::initializer, graph.path, value.name};
      finding.facts = {{"elements", weight.elements()}, {"bytes", static_cast<std::int64_t>(weight.bytes.size())}};
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace

const Rule kUnusedInitializers{
    "RMS202",
    "unused-initializer",
    Severity::note,
    "initializers that no node reads",
    "Weights that an export left behind: they make the file larger, and a reader of the weights takes them for part of "
    "the "
    "network. Often they are what remains of a branch that was cut off.\n\n"
    "Initializers of bodies count as well; one that a body reads from the graph around it is read.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
