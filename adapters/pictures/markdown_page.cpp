#include "adapters/pictures/markdown_page.hpp"

#include <algorithm>
#include <cmath>

#include "adapters/pictures/names.hpp"
#include "adapters/report/text_confounders.hpp"
#include "adapters/report/text_findings.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostNamed = 24;   // factors
constexpr std::size_t kMostTested = 24;  // groups
constexpr std::size_t kMostClaims = 12;  // of one test of one group

std::string sentence(std::string_view text) { return as_markdown(shown(text)); }

struct NamedFactor {
  const ReportFactors* entry;
  const FactorMeaning* meaning;
};

std::string share_of(const NamedFactor& named) {
  const Eigen::VectorXd& energy = named.entry->factors->energy;
  const auto factor = static_cast<Eigen::Index>(named.meaning->factor);
  return factor < energy.size() ? fmt::format("{:.0f} %", 100 * energy[factor]) : std::string();
}

std::string table_of(const FindingTable& table, const ReportGroup& group) {
  std::vector<const TestResult*> claimed;
  for (const TestResult& finding : table.findings) {
    if (finding.is_claimed()) claimed.push_back(&finding);
  }
  std::stable_sort(claimed.begin(), claimed.end(),
                   [](const TestResult* a, const TestResult* b) { return a->log_p < b->log_p; });
  if (claimed.empty()) return fmt::format("\n{}: nothing clear\n", sentence(table.heading));
  std::string text =
      fmt::format("\n{}\n\n| branch | effect and n | p | q |\n| --- | --- | --- | --- |\n", sentence(table.heading));
  for (std::size_t i = 0; i < std::min(claimed.size(), kMostClaims); ++i) {
    const TestResult& finding = *claimed[i];
    text += fmt::format("| {} | {} | {} | {} |\n", as_code(shown(group.branches[finding.branch].name)),
                        sentence(finding.effect), p_text(finding.p, finding.log_p), q_text(finding.q));
  }
  if (claimed.size() > kMostClaims) {
    text += fmt::format("\n... and {} more\n", plural(claimed.size() - kMostClaims, "claim", "claims"));
  }
  return text;
}

std::string group_as_markdown(const Report& report, const CorrectedOver& corrected_over, const ReportGroup& group,
                              const ReportSpecialization& entry) {
  std::string text = fmt::format("\n### {}\n\n", as_code(shown(group.name)));
  if (const auto& score = entry.values.score) {
    text += fmt::format(
        "Score {:.2f} (adjusted mutual information of branches and {}, {} units; by chance {:.2f}, p {:.1g}, permuted "
        "{}"
        " times)\n",
        score->score, sentence(score->basis), score->units, score->null_mean, score->p, score->permutations);
  } else {
    text += "No score (at least 16 units need a family or a factor)\n";
  }
  bool claims = false;
  for (const FindingTable& table : tables_of(report, corrected_over, entry)) {
    text += table_of(table, group);
    claims = claims || table.claims();
  }
  if (!claims) return text;
  const std::vector<std::string> confounders = confounders_of(report, group, entry);
  if (!confounders.empty()) text += "\nWhat could fake this:\n\n";
  for (const std::string& one : confounders) text += "- " + sentence(one) + "\n";
  return text;
}

}  // namespace

std::string factors_as_markdown(const Report& report) {
  if (report.factors.empty()) return {};
  std::vector<NamedFactor> named;
  for (const ReportFactors& entry : report.factors) {
    for (const FactorMeaning& meaning : entry.meaning) {
      if (meaning.named) named.push_back({&entry, &meaning});
    }
  }
  const ReportFactors& first = report.factors.front();
  std::string text = fmt::format(
      "\n## Factors\n\nOf &#124;W&#124; between {} of layers (kernel: {}, normalise: {}, centring: {}); a factor has a "
      "name where a feature of units follows it with q at most {:.2f}\n",
      plural(report.factors.size(), "pair", "pairs"), sentence(first.reduction), sentence(first.normalise),
      sentence(first.centring), kLevel);
  if (named.empty()) return text + "\nNo factor has a name.\n";
  std::stable_sort(named.begin(), named.end(), [](const NamedFactor& a, const NamedFactor& b) {
    return std::abs(a.meaning->pearson) > std::abs(b.meaning->pearson);
  });
  text += "\n| layers | factor | energy | name | r | given the others | units | permuted | p | q |\n";
  text += "| --- | --: | --: | --- | --: | --: | --: | --: | --- | --- |\n";
  for (std::size_t i = 0; i < std::min(named.size(), kMostNamed); ++i) {
    const auto& [entry, meaning] = named[i];
    text += fmt::format("| {} to {} | {} | {} | {} | {:.2f} | {} | {} | {} | {:.1g} | {:.1g} |\n",
                        as_code(shown(entry->from.name), 40), as_code(shown(entry->to.name), 40), meaning->factor,
                        share_of(named[i]), sentence(feature_text(meaning->feature, meaning->linearised)),
                        meaning->pearson, meaning->partial ? fmt::format("{:.2f}", *meaning->partial) : "",
                        meaning->units, meaning->permutations, meaning->p, meaning->q);
  }
  if (named.size() > kMostNamed) {
    text += fmt::format("\n... and {} more\n", plural(named.size() - kMostNamed, "named factor", "named factors"));
  }
  return text;
}

std::string claims_as_markdown(const Report& report) {
  if (report.specialization.empty()) {
    return "\n## Specialization\n\nNothing to test; give `--labels` or `--features`, or a model whose branches read "
           "the "
           "image\n";
  }
  std::string text = fmt::format("\n## Specialization\n\nClaimed where q is at most {:.2f}\n", kLevel);
  const GroupIndex groups(report);
  const CorrectedOver corrected_over(report);
  std::size_t told = 0;
  for (const ReportSpecialization& entry : report.specialization) {
    const ReportGroup* group = groups.find(entry.group);
    if (group == nullptr || told == kMostTested) continue;
    ++told;
    text += group_as_markdown(report, corrected_over, *group, entry);
  }
  if (report.specialization.size() > told) {
    text += fmt::format("\n... and {} more\n", plural(report.specialization.size() - told, "group", "groups"));
  }
  text += "\n### Of all of it\n\n";
  for (const std::string& one : cautions_of(report)) text += "- " + one + "\n";  // no names in them
  return text;
}

}  // namespace ramus
