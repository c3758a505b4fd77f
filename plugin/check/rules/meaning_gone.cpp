// Factors that a feature explained when the baseline was approved, and that none explains now.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "passes/numerics/enrichment.hpp"
#include "passes/numerics/sampling_errors.hpp"
#include "plugin/check/changes.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {
namespace {

constexpr std::string_view kPasses[] = {"factors"};
constexpr std::array kOptions{
    RuleOption{"fall", 0.5, 0, 1, "share of the correlation that must be lost"},
    RuleOption{"confidence", 0.95, 0.5, 1, "that it fell at all, corrected over what is compared in the model"},
};
constexpr std::size_t kMostNames = 6;

// How well the factors of some wirings follow a feature.
struct Explained {
  const ReportFactors* wiring = nullptr;  // where it is followed most; nullptr: the feature is not known
  double pearson = 0;
  std::int64_t units = 0;
  bool is_named = false;  // a factor of one of them has the feature's name
};

struct ComparedMeaning {
  const ApprovedMeaning* before = nullptr;
  Explained now;
  double p = 1;
};

// The wirings that a wiring of the baseline may be: those whose two layers compute the same, else the one of that name.
class Wirings {
 public:
  Wirings(const Report& report, const std::vector<std::string>& structures) : report_(report) {
    for (std::size_t w = 0; w < structures.size(); ++w) by_structure_[structures[w]].push_back(w);
    for (std::size_t w = 0; w < report.factors.size(); ++w) by_name_[report.factors[w].id].push_back(w);
  }

  std::vector<const ReportFactors*> find(const ApprovedMeaning& meaning) const {
    std::vector<const ReportFactors*> found;
    for (const auto& [places, key] :
         {std::pair(&by_structure_, &meaning.structure), std::pair(&by_name_, &meaning.wiring)}) {
      const auto entry = places->find(*key);
      if (entry == places->end()) continue;
      for (const std::size_t place : entry->second) found.push_back(&report_.factors[place]);
      break;
    }
    return found;
  }

 private:
  const Report& report_;
  std::map<std::string, std::vector<std::size_t>> by_structure_, by_name_;
};

Explained explained_by(const ApprovedMeaning& before, const std::vector<const ReportFactors*>& wirings) {
  Explained best;
  for (const ReportFactors* wiring : wirings) {
    for (const FactorMeaning& meaning : wiring->meaning) {
      if (meaning.feature != before.feature || meaning.linearised != before.linearised) continue;
      best.is_named = best.is_named || meaning.named;
      if (best.wiring != nullptr && std::abs(meaning.pearson) <= std::abs(best.pearson)) continue;
      best.wiring = wiring;
      best.pearson = meaning.pearson;
      best.units = meaning.units;
    }
  }
  return best;
}

Finding gone(const ComparedMeaning& compared, double confidence) {
  const ApprovedMeaning& before = *compared.before;
  const ReportFactors& wiring = *compared.now.wiring;
  Finding finding;
  finding.severity = kMeaningGone.severity;
  finding.place = {PlaceKind::wiring, wiring.graph, wiring.id};
  finding.message = fmt::format(
      "no factor follows {}{} any more: the one that did had |r| {:.2f} over {} units, now the most is {:.2f} "
      "over {}; confidence {}",
      before.linearised ? "linearised " : "", before.feature, std::abs(before.pearson), before.units,
      std::abs(compared.now.pearson), compared.now.units, confidence_text(confidence));
  finding.facts = {{"feature", before.feature},
                   {"before", std::abs(before.pearson)},
                   {"after", std::abs(compared.now.pearson)},
                   {"units", compared.now.units},
                   {"confidence", confidence}};
  return finding;
}

Finding not_compared(std::string message) {
  Finding note;
  note.severity = Severity::note;
  note.message = std::move(message);
  return note;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  if (context.baseline->meanings.empty()) return std::vector<Finding>{};
  const auto structures = structures_of_wirings(context.graphs, context.report);
  if (!structures) return propagate(Error(structures.error()));
  const Wirings wirings(context.report, *structures);
  std::vector<ComparedMeaning> compared;
  std::vector<std::string> lost, unknown;  // wirings that are not found again, features that are not known there
  for (const ApprovedMeaning& before : context.baseline->meanings) {
    const std::vector<const ReportFactors*> candidates = wirings.find(before);
    const Explained now = explained_by(before, candidates);
    if (candidates.empty()) {
      lost.push_back(before.wiring);
    } else if (now.wiring == nullptr) {
      unknown.push_back(before.feature + " of " + before.wiring);
    } else {
      const double p = p_of_fall(estimate_of_correlation(std::abs(before.pearson), before.units),
                                 estimate_of_correlation(std::abs(now.pearson), now.units));
      compared.push_back({&before, now, p});
    }
  }
  std::vector<double> p;
  for (const ComparedMeaning& each : compared) p.push_back(each.p);
  const std::vector<double> q = benjamini_hochberg(p);
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < compared.size(); ++i) {
    const double before = std::abs(compared[i].before->pearson), now = std::abs(compared[i].now.pearson);
    if (compared[i].now.is_named || before - now <= context.options.number("fall") * before) continue;
    if (1 - q[i] >= context.options.number("confidence")) findings.push_back(gone(compared[i], 1 - q[i]));
  }
  lost.erase(std::unique(lost.begin(), lost.end()), lost.end());
  if (!lost.empty()) {
    findings.push_back(not_compared(
        fmt::format("{} whose factors had names are not found again, and were not compared: {}",
                    counted(lost.size(), "pair of layers", "pairs of layers"), quoted_names(lost, kMostNames))));
  }
  if (!unknown.empty()) {
    findings.push_back(not_compared(fmt::format("what named factors in the baseline cannot be told any more: {}",
                                                quoted_names(unknown, kMostNames))));
  }
  return findings;
}

}  // namespace

const Rule kMeaningGone{
    "RMS304",
    "meaning-gone",
    Severity::note,
    "features that named a factor when the baseline was approved, and that no factor follows now",
    "Factors are the axes along which a layer reads the units of the layer before it; one gets the name of a feature "
    "(colour, "
    "frequency ...) where its loadings follow that feature of the units beyond chance. Told is a feature that named a "
    "factor of a "
    "pair of layers in the baseline, that names none of the same pair now, and whose strongest correlation with any of "
    "them fell "
    "by more than the share `fall`, with at least the given confidence (Fisher's z, one-sided, corrected over what is "
    "compared in "
    "the model by Benjamini and Hochberg). Factors may change their order. Pairs of layers are found again by what "
    "they compute, "
    "without names and weights, else by name.\n\n"
    "In networks that see, colour and frequency divide the first layers nearly always (Voss et al., Distill 2021). "
    "Where such an "
    "axis goes, the weights of the first layer were damaged, or the network was trained on other images (without "
    "colour, say). "
    "It is a note, since a network may do without that axis.\n\n"
    "Not seen: which factor it was, features that were never known, and pairs of layers that are not found again, of "
    "which a note "
    "says so.",
    kPasses,
    kOptions,
    true,
    run,
};

}  // namespace ramus
