// What was too large or too entangled to be looked at as a whole.
#include <fmt/format.h>

#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

// A note for each thing that asked for more than the limits allow.
Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const Note& note : context.report.notes) {
    if (!note.beyond_limits) continue;
    Finding& finding = findings.emplace_back();
    finding.severity = kIncompleteAnalysis.severity;
    finding.message = (note.where.empty() ? "" : "'" + note.where + "': ") + note.text;
    finding.facts = {{"note", note.code}};
  }
  return findings;
}

}  // namespace

const Rule kIncompleteAnalysis{
    "RMS904",
    "incomplete-analysis",
    Severity::warning,
    "parts of the model that asked for more than the limits allow, and were left out",
    "What is read from a file is held to limits of steps and of sizes, so that no model can make a pipeline hang. "
    "Published models stay far below them. Where one is reached, the branches that were found stand, later ones are "
    "missing, and rules about branches say nothing of these; against a baseline, groups may seem to be gone.\n\n"
    "A file that reaches them on purpose hides what stands behind. Look at where it happened, and at who made the "
    "model.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
