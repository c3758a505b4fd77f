#include "adapters/report/sentences.hpp"

#include <fmt/format.h>

#include "adapters/report/plain_text.hpp"

namespace ramus {

std::string sentence_of(const ReportGroup& group, const ReportSpecialization* specialization) {
  std::string text = fmt::format("{} of {}", group.kind, group.branches.size());
  if (!group.closed) text += ", open";
  if (group.leaking) text += ", leaking";
  std::vector<std::string> names;
  for (const ReportBranch& branch : group.branches) names.push_back(branch.name);
  text += fmt::format(": {}", fmt::join(names, ", "));
  if (specialization != nullptr && specialization->values.score) {
    const auto& score = *specialization->values.score;
    text += fmt::format("; specialization {:.2f} from {} (p {:.2g})", score.score, score.basis, score.p);
  }
  return text;
}

std::string sentence_of(const ReportBranch& branch) {
  std::vector<std::string> parts;
  if (branch.units) parts.push_back(fmt::format("units [{}, {})", branch.units->begin, branch.units->end));
  if (branch.skip) parts.emplace_back("skip");
  if (branch.projection) parts.emplace_back("projection");
  if (!branch.skip && branch.body.empty()) parts.push_back(plural(branch.layers.size(), "layer", "layers"));
  if (branch.kernel) parts.push_back(fmt::format("{}x{}", (*branch.kernel)[0], (*branch.kernel)[1]));
  if (branch.parameters > 0) parts.push_back(human(static_cast<double>(branch.parameters)) + " parameters");
  if (branch.macs > 0) parts.push_back(human(static_cast<double>(branch.macs)) + " MACs");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string sentence_of(const StrongestResult& result) {
  const std::string effect = result.is_family ? std::string() : fmt::format("AUC {:.2f}, ", result.auc);
  return fmt::format("{} ({}p {:.2g}, q {:.2g})", result.name, effect, result.p, result.q);
}

}  // namespace ramus
