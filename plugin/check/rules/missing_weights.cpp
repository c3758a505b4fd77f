// Weights whose numbers are not there: rules about weights see nothing of them.
#include <fmt/format.h>

#include <algorithm>

#include "plugin/check/rules/rules.hpp"
#include "plugin/check/wording.hpp"

namespace ramus {
namespace {

Finding finding_of(std::string message, std::size_t weights) {
  Finding finding;
  finding.severity = kMissingWeights.severity;
  finding.message = std::move(message);
  finding.facts = {{"weights", static_cast<std::int64_t>(weights)}};
  return finding;
}

// By the reader's notes. Of weights in files that are missing there is one for all, which names the first.
Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<std::string> absent;
  const Note* external = nullptr;
  std::size_t unread = 0;
  for (const AnalysedGraph& graph : context.graphs) {
    for (const WeightView& weight : graph.original->weights()) {
      unread += weight.storage == WeightStorage::absent && weight.type != ElementType::string ? 1 : 0;
    }
  }
  for (const Note& note : context.report.notes) {
    if (note.code == "weight-absent" || note.code == "segment" || note.code == "element-type") {
      absent.push_back(note.where);
    } else if (note.code == "external-data-missing") {
      external = &note;
    }
  }
  std::vector<Finding> findings;
  if (external != nullptr) {
    findings.push_back(
        finding_of("'" + external->where + "': " + external->text, unread - std::min(unread, absent.size())));
  }
  if (!absent.empty()) {
    findings.push_back(
        finding_of(fmt::format("the model holds no numbers that can be read for {}: {}",
                               counted(absent.size(), "of its weights", "of its weights"), quoted_names(absent)),
                   absent.size()));
  }
  return findings;
}

}  // namespace

const Rule kMissingWeights{
    "RMS903",
    "missing-weights",
    Severity::error,
    "weights whose numbers are not there, of which other rules see nothing",
    "Large models keep their weights in files beside them (external data), which do not always travel along: an "
    "artifact without them, a folder that was not mounted, a pointer in place of a large file. What is said of the "
    "structure then holds all the same, but rules about weights (dead and duplicate branches, near-identity blocks, "
    "block-diagonal layers) see nothing of those that are missing, and their silence means nothing.\n\n"
    "Put the files beside the model. Where the structure alone is to be checked, ignore this rule with the reason, "
    "or select the others: ramus check MODEL --select RMS0,RMS2. With a baseline, of which weights are a part, such "
    "a model cannot be checked.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
