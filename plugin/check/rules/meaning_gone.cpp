// Factors that a feature explained when the baseline was approved, and that none explains now.
#include <fmt/format.h>
#include <fmt/ranges.h>

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
constexpr std::size_t kMostTold = 4;  // pairs of layers of one finding

// How well the factors of some wirings follow a feature.
struct Explained {
  const ReportFactors* wiring = nullptr;  // of the name that it had, else the first; nullptr: the feature is not known
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
      if (best.wiring == nullptr || wiring->id == before.wiring) best.wiring = wiring;
      if (std::abs(meaning.pearson) <= std::abs(best.pearson)) continue;
      best.pearson = meaning.pearson;
      best.units = meaning.units;
    }
  }
  return best;
}

struct Gone {
  const ComparedMeaning* compared;
  double confidence;
};

// Of one feature, wherever no factor follows it any more.
Finding gone(const std::vector<Gone>& all) {
  std::vector<std::string> parts;
  Finding finding;
  finding.severity = kMeaningGone.severity;
  for (const auto& [compared, confidence] : all) {
    const ReportFactors& wiring = *compared->now.wiring;
    const Place place{PlaceKind::wiring, wiring.graph, wiring.id};
    if (finding.place.kind == PlaceKind::model) {
      finding.place = place;
    } else {
      finding.related.push_back(place);
    }
    parts.push_back(fmt::format("'{}' (|r| {:.2f} over {} units -> {:.2f} over {}, confidence {})", wiring.id,
                                std::abs(compared->before->pearson), compared->before->units,
                                std::abs(compared->now.pearson), compared->now.units, confidence_text(confidence)));
  }
  const Gone& first = all.front();
  const std::size_t told = std::min(parts.size(), kMostTold);
  finding.message =
      fmt::format("no factor follows {}{} any more in {}: {}", first.compared->before->linearised ? "linearised " : "",
                  first.compared->before->feature, counted(all.size(), "pair of layers", "pairs of layers"),
                  fmt::join(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(told), ", "));
  if (parts.size() > told) finding.message += fmt::format(" and {} more", parts.size() - told);
  finding.facts = {{"feature", first.compared->before->feature},
                   {"pairs", static_cast<std::int64_t>(all.size())},
                   {"before", std::abs(first.compared->before->pearson)},
                   {"after", std::abs(first.compared->now.pearson)},
                   {"units", first.compared->now.units},
                   {"confidence", first.confidence}};
  return finding;
}

Finding not_compared(std::string message) {
  Finding note;
  note.severity = Severity::note;
  note.message = std::move(message);
  return note;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  if (context.since->before.meanings.empty()) return std::vector<Finding>{};
  const auto structures = structures_of_wirings(context.structures, context.report);
  if (!structures) return propagate(Error(structures.error()));
  const Wirings wirings(context.report, *structures);
  std::vector<ComparedMeaning> compared;
  std::vector<std::string> lost, unknown;  // wirings that are not found again, features that are not known there
  for (const ApprovedMeaning& before : context.since->before.meanings) {
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
  std::map<std::pair<std::string, bool>, std::vector<Gone>> by_feature;
  for (std::size_t i = 0; i < compared.size(); ++i) {
    const ApprovedMeaning& meaning = *compared[i].before;
    const double before = std::abs(meaning.pearson), now = std::abs(compared[i].now.pearson);
    if (compared[i].now.is_named || before - now <= context.options.number("fall") * before) continue;
    if (1 - q[i] < context.options.number("confidence")) continue;
    by_feature[{meaning.feature, meaning.linearised}].push_back({&compared[i], 1 - q[i]});
  }
  std::vector<Finding> findings;
  for (const auto& [feature, all] : by_feature) findings.push_back(gone(all));
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
    "(colour, frequency ...) where its loadings follow that feature of the units beyond chance. Told is a feature "
    "that named a factor of a pair of layers in the baseline, that names none of the same pair now, and whose "
    "strongest correlation with any of them fell by more than the share `fall`, with at least the given confidence "
    "(Fisher's z, one-sided, corrected over what is compared in the model by Benjamini and Hochberg). Factors may "
    "change their order. Of pairs of layers that compute the same, parallel branches say, any may have it. Pairs of "
    "layers are found again by what they compute, without names and weights, else by name.\n\n"
    "In networks that see, colour and frequency divide the first layers nearly always (Voss et al., Distill 2021). "
    "Where such an axis goes, the weights of the first layer were damaged, or the network was trained on other "
    "images (without colour, say). It is a note, since a network may do without that axis.\n\n"
    "Not seen: which factor it was, features that were never known, and pairs of layers that are not found again, of "
    "which a note says so.",
    kPasses,
    kOptions,
    true,
    run,
};

}  // namespace ramus
