// Scores of groups and contrasts of branches that were beyond chance when the baseline was approved, and fell.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "passes/numerics/assignment.hpp"
#include "passes/numerics/enrichment.hpp"
#include "passes/numerics/sampling_errors.hpp"
#include "plugin/check/changes.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {
namespace {

constexpr std::string_view kPasses[] = {"branch-tree", "factors", "specialization"};
constexpr std::array kOptions{
    RuleOption{"fall", 0.5, 0, 1, "share of a score, or of Cliff's delta of a contrast, that must be lost"},
    RuleOption{"confidence", 0.95, 0.5, 1, "that it fell at all, corrected over what is compared in the model"},
};
constexpr std::size_t kMostFeatures = 6;  // that one finding tells
constexpr std::size_t kMostTwins = 512;   // branches built alike among which roles are looked for

// Cliff's delta in the direction that was approved, and its error.
Estimate delta_of(double auc, std::int64_t units, std::int64_t others, double direction) {
  return {direction * (2 * auc - 1), 2 * standard_error_of_auc(auc, units, others)};
}

struct ComparedScore {
  const ApprovedScore* before = nullptr;
  const SpecializationScore* now = nullptr;
  std::size_t group = 0;  // of the model as it is now
  double p = 1, confidence = 0;
};

struct ComparedContrast {
  const ApprovedContrast* before = nullptr;
  const FeatureContrast* now = nullptr;
  std::size_t group = 0, branch = 0;  // of the model as it is now
  double p = 1, confidence = 0;
};

// q of Benjamini and Hochberg over all that was compared, as confidence.
template <class Compared>
void correct(std::vector<Compared>& all) {
  std::vector<double> p;
  for (const Compared& each : all) p.push_back(each.p);
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].confidence = 1 - q[i];
}

class FallenSpecialization {
 public:
  explicit FallenSpecialization(const RuleContext& context)
      : report_(context.report),
        since_(*context.since),
        fall_(context.options.number("fall")),
        confidence_(context.options.number("confidence")) {
    std::map<std::string_view, const ReportSpecialization*> by_id;
    for (const ReportSpecialization& entry : report_.specialization) by_id.emplace(entry.group, &entry);
    for (const ReportGroup& group : report_.groups) {
      const auto found = by_id.find(group.id);
      specialization_.push_back(found == by_id.end() ? nullptr : found->second);
    }
    for (const ComparedGroup& group : since_.compared.groups) compared_.emplace(group.groups.a, &group);
    for (const ApprovedContrast& contrast : since_.before.contrasts) contrasts_[contrast.group].push_back(&contrast);
  }

  std::vector<Finding> find() {
    compare_scores();
    for (const auto& [group, contrasts] : contrasts_) compare_contrasts(group, contrasts);
    correct(scores_);
    correct(of_branches_);
    for (const ComparedScore& score : scores_) tell(score);
    tell_contrasts();
    std::move(notes_.begin(), notes_.end(), std::back_inserter(findings_));
    return std::move(findings_);
  }

 private:
  bool fell(const Estimate& before, const Estimate& now, double confidence) const {
    return before.value - now.value > fall_ * before.value && confidence >= confidence_;
  }

  void add_note(Place place, std::string message) {
    Finding note;
    note.severity = Severity::note;
    note.place = std::move(place);
    note.message = std::move(message);
    notes_.push_back(std::move(note));
  }

  // What became of a group is another rule's to say.
  void compare_scores() {
    for (const ApprovedScore& before : since_.before.scores) {
      const auto group = compared_.find(before.group);
      if (group == compared_.end()) continue;
      const std::size_t place = group->second->groups.b;
      const ReportSpecialization* entry = specialization_[place];
      const auto* score = entry != nullptr && entry->values.score ? &*entry->values.score : nullptr;
      if (score == nullptr || !score->standard_error) {
        add_note(place_of(report_, place),
                 fmt::format("its specialization scored {:.2f} by {} in the baseline, and cannot be scored any more",
                             before.score, before.basis));
      } else if (score->basis != before.basis) {
        add_note(
            place_of(report_, place),
            fmt::format("its specialization was scored by {} and is scored by {} now; the two do not compare. Give the "
                        "options (--labels) that the baseline was written with",
                        before.basis, score->basis));
      } else {
        scores_.push_back({&before, score, place, p_of_fall(estimate(before), estimate(*score)), 0});
      }
    }
  }

  static Estimate estimate(const ApprovedScore& score) { return {score.score, score.standard_error}; }
  static Estimate estimate(const SpecializationScore& score) { return {score.score, *score.standard_error}; }

  void tell(const ComparedScore& score) {
    const ApprovedScore& before = *score.before;
    const SpecializationScore& now = *score.now;
    if (!fell(estimate(before), estimate(now), score.confidence)) return;
    Finding finding;
    finding.severity = kSpecializationFallen.severity;
    finding.place = place_of(report_, score.group);
    finding.message = fmt::format(
        "its specialization fell from {:.2f} (standard error {:.2f}, {} units) to {:.2f} ({:.2f}, {} units), by {}; "
        "confidence {}",
        before.score, before.standard_error, before.units, now.score, *now.standard_error, now.units, now.basis,
        confidence_text(score.confidence));
    finding.facts = {{"before", before.score},
                     {"after", now.score},
                     {"standard_error_before", before.standard_error},
                     {"standard_error_after", *now.standard_error},
                     {"units", now.units},
                     {"confidence", score.confidence}};
    findings_.push_back(std::move(finding));
  }

  const FeatureContrast* contrast_now(std::size_t group, std::size_t branch, const ApprovedContrast& before) const {
    const ReportSpecialization* entry = specialization_[group];
    if (entry == nullptr) return nullptr;
    for (const FeatureContrast& contrast : entry->values.branches[branch].features) {
      if (contrast.feature == before.feature && contrast.linearised == before.linearised) return &contrast;
    }
    return nullptr;
  }

  // How much two branches differ from the others in the same way.
  double likeness(const std::vector<const ApprovedContrast*>& contrasts, std::size_t group, std::size_t branch) const {
    double sum = 0;
    for (const ApprovedContrast* before : contrasts) {
      const FeatureContrast* now = contrast_now(group, branch, *before);
      if (now != nullptr) sum += (2 * before->auc - 1) * now->test.delta;
    }
    return sum;
  }

  // By branch of the baseline: which one it is now. Branches that are built alike may have changed roles, for training
  // gives no branch a place: they are matched by what sets them apart.
  std::map<std::size_t, std::size_t> match_branches(const ComparedGroup& group,
                                                    const std::vector<const ApprovedContrast*>& contrasts) const {
    const auto& before = since_.before.profile.groups[group.groups.a].branches;
    const auto& now = since_.now.groups[group.groups.b].branches;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::pair<std::size_t, std::size_t>>> twins;
    for (const auto& pair : group.branches) {
      twins[{before[pair.first].structure, now[pair.second].structure}].push_back(pair);
    }
    std::map<std::size_t, std::vector<const ApprovedContrast*>> of_branch;
    for (const ApprovedContrast* contrast : contrasts) of_branch[contrast->branch].push_back(contrast);
    std::map<std::size_t, std::size_t> match;
    for (const auto& [structures, pairs] : twins) {
      const auto size = static_cast<Eigen::Index>(pairs.size());
      Eigen::MatrixXd worth = Eigen::MatrixXd::Identity(size, size) * 1e-9;  // equally good: its own place
      for (Eigen::Index i = 0; i < size && pairs.size() <= kMostTwins; ++i) {
        const auto own = of_branch.find(pairs[static_cast<std::size_t>(i)].first);
        for (Eigen::Index j = 0; own != of_branch.end() && j < size; ++j) {
          worth(i, j) += likeness(own->second, group.groups.b, pairs[static_cast<std::size_t>(j)].second);
        }
      }
      const std::vector<Eigen::Index> best = best_assignment(worth);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        match.emplace(pairs[i].first, pairs[static_cast<std::size_t>(best[i])].second);
      }
    }
    return match;
  }

  // Where there are two branches, what one has the other lacks: the first one tells.
  bool is_mirrored(const ComparedGroup& group, const std::vector<const ApprovedContrast*>& contrasts,
                   const ApprovedContrast& contrast) const {
    if (contrast.branch != 1 || since_.before.profile.groups[group.groups.a].branches.size() != 2) return false;
    return std::any_of(contrasts.begin(), contrasts.end(), [&](const ApprovedContrast* other) {
      return other->branch == 0 && other->feature == contrast.feature && other->linearised == contrast.linearised;
    });
  }

  void compare_contrasts(std::size_t place, const std::vector<const ApprovedContrast*>& contrasts) {
    const auto found = compared_.find(place);
    if (found == compared_.end()) return;
    const ComparedGroup& group = *found->second;
    const std::map<std::size_t, std::size_t> match = match_branches(group, contrasts);
    std::map<std::size_t, std::vector<std::string>> untold;  // features by branch
    for (const ApprovedContrast* before : contrasts) {
      if (is_mirrored(group, contrasts, *before)) continue;
      const auto branch = match.find(before->branch);
      if (branch == match.end()) continue;
      const FeatureContrast* now = contrast_now(group.groups.b, branch->second, *before);
      if (now == nullptr) {
        untold[branch->second].push_back(before->feature);
        continue;
      }
      const double direction = before->auc < 0.5 ? -1 : 1;
      const double p = p_of_fall(delta_of(before->auc, before->units, before->others, direction),
                                 delta_of(now->test.auc, now->test.n1, now->test.n2, direction));
      of_branches_.push_back({before, now, group.groups.b, branch->second, p, 0});
    }
    for (const auto& [branch, features] : untold) {
      add_note(place_of(report_, group.groups.b, branch),
               fmt::format("what set its first layer apart in the baseline cannot be told any more: {}",
                           quoted_names(features, kMostFeatures)));
    }
  }

  const std::string& name_before(const ComparedContrast& contrast) const {
    return since_.before.profile.groups[contrast.before->group].branches[contrast.before->branch].name;
  }

  // One finding for each branch.
  void tell_contrasts() {
    std::map<std::pair<std::size_t, std::size_t>, std::vector<const ComparedContrast*>> by_branch;
    for (const ComparedContrast& contrast : of_branches_) {
      const double direction = contrast.before->auc < 0.5 ? -1 : 1;
      const Estimate before =
          delta_of(contrast.before->auc, contrast.before->units, contrast.before->others, direction);
      const Estimate now = delta_of(contrast.now->test.auc, contrast.now->test.n1, contrast.now->test.n2, direction);
      if (fell(before, now, contrast.confidence)) by_branch[{contrast.group, contrast.branch}].push_back(&contrast);
    }
    for (auto& [place, fallen] : by_branch) {
      std::stable_sort(fallen.begin(), fallen.end(),
                       [](const ComparedContrast* a, const ComparedContrast* b) { return a->p < b->p; });
      std::vector<std::string> parts;
      for (std::size_t i = 0; i < std::min(fallen.size(), kMostFeatures); ++i) {
        const ComparedContrast& contrast = *fallen[i];
        const MannWhitney& test = contrast.now->test;
        parts.push_back(fmt::format("{}{} (AUC {:.2f} -> {:.2f}, {} units against {}, confidence {})",
                                    contrast.before->linearised ? "linearised " : "", contrast.before->feature,
                                    contrast.before->auc, test.auc, test.n1, test.n2,
                                    confidence_text(contrast.confidence)));
      }
      if (fallen.size() > kMostFeatures) parts.push_back(fmt::format("{} more", fallen.size() - kMostFeatures));
      const ComparedContrast& first = *fallen.front();
      Finding finding;
      finding.severity = kSpecializationFallen.severity;
      finding.place = place_of(report_, place.first, place.second);
      finding.related = {place_of(report_, place.first)};
      const std::string before = name_before(first), now = report_.groups[place.first].branches[place.second].name;
      finding.message = fmt::format("what set its first layer{} apart from the other branches' fell: {}",
                                    before == now ? "" : " ('" + before + "' in the baseline)", fmt::join(parts, ", "));
      finding.facts = {{"features", static_cast<std::int64_t>(fallen.size())},
                       {"feature", first.before->feature},
                       {"before", first.before->auc},
                       {"after", first.now->test.auc},
                       {"units", first.now->test.n1},
                       {"confidence", first.confidence}};
      findings_.push_back(std::move(finding));
    }
  }

  const Report& report_;
  const SinceBaseline& since_;
  const double fall_, confidence_;
  std::vector<const ReportSpecialization*> specialization_;  // by group of the report
  std::map<std::size_t, const ComparedGroup*> compared_;     // by group of the baseline
  std::map<std::size_t, std::vector<const ApprovedContrast*>> contrasts_;
  std::vector<ComparedScore> scores_;
  std::vector<ComparedContrast> of_branches_;
  std::vector<Finding> findings_, notes_;
};

Result<std::vector<Finding>> run(const RuleContext& context) { return FallenSpecialization(context).find(); }

}  // namespace

const Rule kSpecializationFallen{
    "RMS303",
    "specialization-fallen",
    Severity::warning,
    "what branches had specialised in when the baseline was approved, and no longer do",
    "Of each group: the adjusted mutual information between branch and family of labels or, without labels, between "
    "branch and pole of the factors by which the next layer reads the join. Of each branch: the features (colour, "
    "frequency ...) by which the units of its first layer differed from those of the other branches, as Mann-Whitney "
    "tests. Only what was beyond chance in the baseline is kept there, and only that can fall.\n\n"
    "Told is what lost more than the share `fall`, with at least the given confidence that it fell at all. The "
    "scores' errors are those of the jackknife (one unit after the other is left out), the contrasts' those of "
    "Hanley and McNeil (1982) for the AUC; both tests are one-sided, and corrected over all scores, or contrasts, "
    "that are compared in the model (Benjamini and Hochberg 1995). A contrast that turned round counts as fallen "
    "below nothing. Branches that are built alike may have changed roles: they are matched by what sets them "
    "apart.\n\n"
    "Branches that no longer divide the work are what remains when weights were damaged, pruned without care, "
    "quantised too far, or trained anew with another outcome. Judge it by what was done to the model: after a "
    "training of its own, look at both reports (ramus compare OLD NEW) and at the accuracy; after a conversion that "
    "should keep the weights, it should not appear at all.\n\n"
    "Not seen: what was not beyond chance before; groups and branches that are gone (RMS301); scores on another "
    "basis, of which a note says so. Units count as independent draws, which units of one trained layer are not "
    "quite.",
    kPasses,
    kOptions,
    true,
    run,
};

}  // namespace ramus
