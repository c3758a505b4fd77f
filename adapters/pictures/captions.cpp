#include "adapters/pictures/captions.hpp"

#include <fmt/format.h>

#include "adapters/pictures/names.hpp"
#include "adapters/report/sentences.hpp"
#include "adapters/report/text_findings.hpp"

namespace ramus {
namespace {

constexpr std::string_view kTimes = " \xC3\x97 ";

// Beneath its group a branch need not repeat the group's name.
std::string name_inside(const std::string& group, const std::string& branch) {
  const bool repeats =
      branch.size() > group.size() + 1 && branch.compare(0, group.size(), group) == 0 && branch[group.size()] == '/';
  return repeats ? branch.substr(group.size() + 1) : branch;
}

// Units that the branch hands to its join, or those of its last layer.
std::int64_t units_of(const ReportBranch& branch) {
  if (branch.units) return branch.units->end - branch.units->begin;
  return branch.layers.empty() ? 0 : branch.layers.back().end - branch.layers.back().begin;
}

std::vector<std::string> facts_of(const ReportBranch& branch, bool is_one_of_several) {
  std::vector<std::string> parts, facts;
  if (const std::int64_t units = units_of(branch); units > 0) {
    parts.push_back(plural(static_cast<std::size_t>(units), "unit", "units"));
  }
  if (!branch.layers.empty()) parts.push_back(plural(branch.layers.size(), "layer", "layers"));
  if (branch.kernel) parts.push_back(fmt::format("{}x{}", (*branch.kernel)[0], (*branch.kernel)[1]));
  if (!parts.empty()) facts.push_back(fmt::format("{}", fmt::join(parts, ", ")));
  if (branch.parameters > 0) {
    const std::string count = human(static_cast<double>(branch.parameters));
    facts.push_back(count + (branch.parameters == 1 ? " parameter" : " parameters") +
                    (is_one_of_several ? " each" : ""));
  }
  if (facts.empty() && branch.body.empty()) facts.push_back(plural(branch.nodes.size(), "node", "nodes"));
  return facts;
}

// Effect and q of the strongest result, in the words of the text report.
std::vector<std::string> claims_of(const BranchSpecialization& values, const StrongestResult& strongest) {
  if (!strongest.is_family) {
    return {(strongest.auc < 0.5 ? "lower " : "higher ") + strongest.name,
            fmt::format("AUC {:.2f}, q {}", strongest.auc, q_text(strongest.q))};
  }
  for (const FamilyEnrichment& cell : values.enrichment) {
    if (cell.family != strongest.name || cell.test.p != strongest.p) continue;
    return {cell.family, fmt::format("{} of {}, q {}", cell.cell.hits, cell.cell.family, q_text(strongest.q))};
  }
  return {strongest.name, "q " + q_text(strongest.q)};
}

// Of two branches, what one has more of the other has less of: each is told by what it has more of.
std::optional<StrongestResult> strongest_of(const BranchSpecialization& values, std::size_t branches) {
  if (branches != 2) return strongest_result(values);
  BranchSpecialization more = values;
  std::erase_if(more.features, [](const FeatureContrast& contrast) { return contrast.test.auc < 0.5; });
  return strongest_result(more);
}

}  // namespace

Caption caption_of(const MapItem& group, const MapLane& lane) {
  const ReportBranch& branch = *lane.branch;
  Caption caption;
  caption.name = name_inside(group.group->name, branch.name);
  caption.hint = {branch.name, sentence_of(branch)};
  if (lane.times > 1) {
    const std::string last = name_inside(group.group->name, lane.last->name);
    caption.hint[0] = fmt::format("{} branches built alike, {} to {}", lane.times, branch.name, lane.last->name);
    caption.name = fmt::format("{}{}{}", lane.times, kTimes, caption.name);
  }
  caption.facts = facts_of(branch, lane.times > 1);
  if (lane.values == nullptr) return caption;
  const auto strongest = strongest_of(*lane.values, group.group->branches.size());
  if (!strongest) return caption;
  caption.claims = claims_of(*lane.values, *strongest);
  caption.hint.push_back(sentence_of(*strongest));
  return caption;
}

Caption caption_of(const MapItem& item) {
  const ReportGroup& group = *item.group;
  Caption caption;
  caption.name = item.name;
  std::string kind = fmt::format("{} of {}", group.kind, group.branches.size());
  if (!group.closed) kind += ", open";
  if (group.leaking) kind += ", leaking";
  caption.facts = {kind};
  caption.hint = {group.name, sentence_of(group, item.specialization)};
  if (item.specialization == nullptr) return caption;
  const auto& score = item.specialization->values.score;
  if (score) caption.claims = {fmt::format("specialization {:.2f}, p {:.1g}", score->score, score->p)};
  return caption;
}

Caption caption_of_repeat(const MapItem& repeat) {
  Caption caption;
  caption.name = fmt::format("{}{}", repeat.times, kTimes.substr(0, 3));
  caption.facts = {repeat.sizes_differ ? "of differing sizes" : "built alike"};
  if (repeat.group != nullptr) {
    caption.hint = {fmt::format("{} times, {} to {}", repeat.times, repeat.group->name, repeat.last->name)};
  }
  return caption;
}

bool is_described(const std::string& name) { return name.find(": ") != std::string::npos; }

std::string fitted_line(const std::string& line, double room) {
  return is_described(line) ? fitted_from_start(shown(line), room, 1) : fitted(shown(line), room, 1);
}

std::string title_of(const MapSection& section) {
  return section.graph.empty() ? std::string() : "in the body " + section.graph;
}

}  // namespace ramus
