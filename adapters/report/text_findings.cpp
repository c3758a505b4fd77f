#include "adapters/report/text_findings.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace ramus {
namespace {

constexpr std::size_t kMostFindings = 10;
constexpr std::size_t kMostSilent = 4;  // branches of which nothing is claimed, told one by one
constexpr std::size_t kMostNames = 6;

std::string number_text(double value) { return fmt::format("{:.{}f}", value, value < 9.95 ? 1 : 0); }

// "q over 12 tests"
std::string over(std::size_t tests) { return "q over " + plural(tests, "test", "tests"); }

FindingTable families(const GroupSpecialization& values, const TestCounts& all) {
  FindingTable table{"Families (hypergeometric, upper tail; " + over(all.enrichment) + ")", {}};
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    for (const FamilyEnrichment& cell : values.branches[b].enrichment) {
      const std::string family = shortened(cell.family, 44);
      const std::string effect =
          fmt::format("{} of {} {}, by chance {}, odds ratio {}; {} of {} units", cell.cell.hits, cell.cell.family,
                      family, number_text(cell.test.expected), number_text(std::exp(cell.test.log_odds)),
                      cell.cell.branch, cell.cell.population);
      table.findings.push_back({b, family, effect, cell.test.p, cell.test.log_p, cell.q});
    }
  }
  return table;
}

FindingTable features(const GroupSpecialization& values, const TestCounts& all) {
  FindingTable table{
      "Features of first layers (Mann-Whitney, each branch against the others; " + over(all.contrasts) + ")", {}};
  table.mirrored = values.branches.size() == 2;
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    for (const FeatureContrast& contrast : values.branches[b].features) {
      const MannWhitney& test = contrast.test;
      if (table.mirrored && test.auc < 0.5) continue;
      const std::string feature = feature_text(contrast.feature, contrast.linearised);
      const std::string effect =
          fmt::format("{} {}, AUC {:.2f}, mean {:.2f} against {:.2f} elsewhere; {} against {} units",
                      test.auc < 0.5 ? "lower" : "higher", feature, test.auc, contrast.mean, contrast.mean_elsewhere,
                      test.n1, test.n2);
      table.findings.push_back({b, feature, effect, test.p, std::log(test.p), contrast.q});
    }
  }
  return table;
}

// "factor 0 (colour)"
std::string factor_text(const Report& report, const std::string& wiring, std::size_t factor) {
  std::string text = fmt::format("factor {}", factor);
  for (const ReportFactors& entry : report.factors) {
    if (entry.id != wiring) continue;
    const auto name = name_of_factor(entry.meaning, factor);
    return name ? text + " (" + shortened(*name, 44) + ")" : text;
  }
  return text;
}

bool exceeds(const BranchSpecialization& branch, std::size_t place) {
  return place < branch.factors.size() && branch.factors[place].energy_share > branch.factors[place].expected;
}

FindingTable shares(const Report& report, const GroupSpecialization& values, const TestCounts& all) {
  FindingTable table{
      fmt::format("Factors of {} (branches permuted over {} units {} times; {})", shortened(values.factors_of, 60),
                  values.factor_units, values.factor_permutations, over(all.shares)),
      {}};
  table.mirrored = values.branches.size() == 2;
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    for (std::size_t f = 0; f < values.branches[b].factors.size(); ++f) {
      const FactorShare& share = values.branches[b].factors[f];
      if (table.mirrored && share.energy_share < share.expected && exceeds(values.branches[1 - b], f)) continue;
      const std::string factor = factor_text(report, values.factors_of, share.factor);
      const std::string effect = fmt::format("{:.0f} % of the energy of {}, by chance {:.0f} %",
                                             100 * share.energy_share, factor, 100 * share.expected);
      table.findings.push_back({b, factor, effect, share.p, std::log(share.p), share.q});
    }
  }
  return table;
}

bool is_stronger(const TestResult* a, const TestResult* b) { return a->log_p < b->log_p; }

std::string told(const TestResult& finding) {
  return fmt::format("{}, p {}, q {}", finding.effect, p_text(finding.p, finding.log_p), q_text(finding.q));
}

// Of each branch of which nothing is claimed.
std::vector<const TestResult*> strongest_of_the_silent(const FindingTable& table) {
  std::set<std::size_t> loud;
  for (const TestResult& finding : table.findings) {
    if (finding.is_claimed()) loud.insert(finding.branch);
  }
  if (table.mirrored && !loud.empty()) return {};
  std::vector<const TestResult*> strongest;
  for (const TestResult& finding : table.findings) {
    if (loud.count(finding.branch) != 0) continue;
    const bool is_same = !strongest.empty() && (table.mirrored || strongest.back()->branch == finding.branch);
    if (!is_same) {
      strongest.push_back(&finding);
    } else if (is_stronger(&finding, strongest.back())) {
      strongest.back() = &finding;
    }
  }
  return strongest;
}

// What was tested and is claimed of no branch, in the order of the first that has it.
std::vector<std::string> without_claims(const FindingTable& table) {
  std::set<std::string> seen;
  for (const TestResult& finding : table.findings) {
    if (finding.is_claimed()) seen.insert(finding.about);
  }
  std::vector<std::string> names;
  for (const TestResult& finding : table.findings) {
    if (seen.insert(finding.about).second) names.push_back(finding.about);
  }
  return names;
}

}  // namespace

bool FindingTable::claims() const {
  return std::any_of(findings.begin(), findings.end(), [](const TestResult& finding) { return finding.is_claimed(); });
}

std::vector<FindingTable> tables_of(const Report& report, const CorrectedOver& corrected_over,
                                    const ReportSpecialization& entry) {
  const TestCounts& all = corrected_over.tests_beside(entry);
  std::vector<FindingTable> tables;
  for (FindingTable& table :
       std::vector{families(entry.values, all), features(entry.values, all), shares(report, entry.values, all)}) {
    if (!table.findings.empty()) tables.push_back(std::move(table));
  }
  return tables;
}

void write_table(const FindingTable& table, const std::vector<std::string>& branches, TextPage& page) {
  page.line("    {}", table.heading);
  std::vector<const TestResult*> claimed;
  for (const TestResult& finding : table.findings) {
    if (finding.is_claimed()) claimed.push_back(&finding);
  }
  std::stable_sort(claimed.begin(), claimed.end(), is_stronger);
  for (std::size_t i = 0; i < std::min(claimed.size(), kMostFindings); ++i) {
    page.line("      {}: {}", branches[claimed[i]->branch], told(*claimed[i]));
  }
  page.more("      ", claimed.size(), kMostFindings, "claim", "claims");
  const std::vector<const TestResult*> silent = strongest_of_the_silent(table);
  if (silent.size() > kMostSilent || (table.mirrored && !silent.empty())) {
    const TestResult& most = **std::min_element(silent.begin(), silent.end(), is_stronger);
    const std::string where = table.mirrored    ? "between the two"
                              : claimed.empty() ? fmt::format("in {} branches", silent.size())
                                                : fmt::format("in the other {} branches", silent.size());
    page.line("      nothing clear {} (strongest: {}: {})", where, branches[most.branch], told(most));
  } else {
    for (const TestResult* one : silent) {
      page.line("      {}: nothing clear (strongest: {})", branches[one->branch], told(*one));
    }
  }
  const std::vector<std::string> names = without_claims(table);
  if (!claimed.empty() && !names.empty()) {
    page.line("      nothing clear about {}",
              listed(names.size(), kMostNames, [&](std::size_t i) { return names[i]; }));
  }
}

std::string p_text(double p, double log_p) {
  if (p >= 0.001) return fmt::format("{:.2g}", p);
  return p > 0 ? fmt::format("{:.1e}", p) : fmt::format("1e{:.0f}", std::ceil(log_p / std::log(10.0)));
}

std::string q_text(double q) { return q > 0 ? p_text(q, 0) : "below 1e-300"; }

}  // namespace ramus
