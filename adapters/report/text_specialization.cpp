#include <algorithm>

#include "adapters/report/text_confounders.hpp"
#include "adapters/report/text_findings.hpp"
#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostTested = 12;   // groups
constexpr std::size_t kMostFeatures = 4;  // of a group, over all its branches
constexpr std::size_t kMostSetAside = 6;

class SpecializationSection {
 public:
  SpecializationSection(const Report& report, TextPage& page)
      : report_(report), page_(page), groups_(report), corrected_over_(report) {}

  void write() {
    page_.gap();
    if (report_.specialization.empty()) {
      page_.line(
          "Specialization: nothing to test; give --labels or --features, or a model whose branches read the image");
      return;
    }
    page_.line("Specialization (claimed where q is at most {:.2f})", kLevel);
    std::vector<const ReportSpecialization*> order;
    for (const ReportSpecialization& entry : report_.specialization) order.push_back(&entry);
    std::stable_partition(order.begin(), order.end(), [](const ReportSpecialization* entry) { return finds(*entry); });
    for (std::size_t i = 0; i < std::min(order.size(), kMostTested); ++i) tested_group(*order[i]);
    page_.more("  ", order.size(), kMostTested, "group", "groups");
    cautions();
  }

 private:
  // Something passes.
  static bool finds(const ReportSpecialization& entry) {
    const auto passes = [](const auto& test) { return test.q <= kLevel; };
    const auto is_wired = [](const BranchWiring& wiring) { return wiring.test.information.p <= kLevel; };
    const auto& wirings = entry.values.wiring;
    if (std::any_of(wirings.begin(), wirings.end(), is_wired)) return true;
    return std::any_of(entry.values.branches.begin(), entry.values.branches.end(), [&](const auto& branch) {
      return std::any_of(branch.enrichment.begin(), branch.enrichment.end(), passes) ||
             std::any_of(branch.features.begin(), branch.features.end(), passes) ||
             std::any_of(branch.factors.begin(), branch.factors.end(), passes);
    });
  }

  void tested_group(const ReportSpecialization& entry) {
    const ReportGroup* group = groups_.find(entry.group);
    if (group == nullptr) return;
    if (const auto& score = entry.values.score) {
      page_.line(
          "  {}: score {:.2f} (adjusted mutual information of branches and {}, {} units; by chance {:.2f}, p {:.1g},"
          " permuted {} times)",
          shortened(group->name, 60), score->score, score->basis, score->units, score->null_mean, score->p,
          score->permutations);
    } else {
      page_.line("  {}: no score (at least 16 units need a family or a factor)", shortened(group->name, 60));
    }
    const std::vector<FindingTable> tables = tables_of(report_, corrected_over_, entry);
    const std::vector<std::string> branches = names_of(*group);
    for (const FindingTable& table : tables) write_table(table, branches, page_);
    all_branches_at_once(entry);
    set_aside(entry.values.set_aside);
    for (std::size_t i = 0; i < entry.wired_from.size(); ++i) branch_wiring(entry, i);
    const bool claims =
        std::any_of(tables.begin(), tables.end(), [](const FindingTable& table) { return table.claims(); });
    what_could_fake_it(*group, entry, claims);
  }

  static std::vector<std::string> names_of(const ReportGroup& group) {
    std::vector<std::string> names;
    for (const ReportBranch& branch : group.branches) names.push_back(shortened(branch.name, 44));
    return names;
  }

  // Of two branches the contrasts say the same.
  void all_branches_at_once(const ReportSpecialization& entry) {
    if (entry.branches.size() < 3 || entry.values.features.empty()) return;
    std::vector<const FeatureSpread*> order;
    for (const FeatureSpread& spread : entry.values.features) order.push_back(&spread);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->test.p < b->test.p; });
    const auto passes = [](const FeatureSpread* spread) { return spread->q <= kLevel; };
    const auto claimed = static_cast<std::size_t>(std::count_if(order.begin(), order.end(), passes));
    page_.line("    Features over all branches at once (Kruskal-Wallis; q over {})",
               plural(corrected_over_.tests_beside(entry).spreads, "test", "tests"));
    if (claimed == 0) page_.line("      nothing clear (strongest: {})", spread_text(*order.front()));
    for (std::size_t i = 0; i < std::min(claimed, kMostFeatures); ++i) page_.line("      {}", spread_text(*order[i]));
    page_.more("      ", claimed, kMostFeatures, "feature", "features");
  }

  static std::string spread_text(const FeatureSpread& spread) {
    return fmt::format("{}, eta squared {:.2f}; {} units in {} branches, p {}, q {}",
                       feature_text(spread.feature, spread.linearised), spread.test.eta_squared, spread.test.n,
                       spread.test.groups, p_text(spread.test.p, 0), q_text(spread.q));
  }

  void set_aside(const std::vector<std::string>& families) {
    if (families.empty()) return;
    page_.line("    not in the score, for they overlap other families: {}",
               listed(families.size(), kMostSetAside, [&](std::size_t i) { return shortened(families[i], 44); }));
  }

  // Whom its branches read, beside units of those dealt to branches at random.
  void branch_wiring(const ReportSpecialization& entry, std::size_t place) {
    const BranchMassTest& test = entry.values.wiring[place].test;
    const std::string& from = entry.wired_from[place];
    const ReportGroup* group = groups_.find(from);
    page_.line("    Reading of {} (its {} units dealt to branches at random {} times; p not corrected)",
               group == nullptr ? from : shortened(group->name, 60), test.units, test.permutations);
    page_.line(
        "      {}{:.2g} nats from independence, by chance {:.2g}, p {:.1g}; Q of pairs {:.2g}, by chance {:.2g}, p "
        "{:.1g}",
        test.information.p <= kLevel ? "" : "nothing clear: ", test.found.information, test.information.null_mean,
        test.information.p, test.found.barber_q, test.barber_q.null_mean, test.barber_q.p);
    if (test.information.p <= kLevel) strongest_pair(entry, place);
  }

  void strongest_pair(const ReportSpecialization& entry, std::size_t place) {
    const BranchMass& found = entry.values.wiring[place].test.found;
    const Eigen::MatrixXd excess = found.mass - found.expected;
    Eigen::Index read = 0, reading = 0;
    if (!(excess.size() > 0 && excess.maxCoeff(&read, &reading) > 0)) return;
    page_.line("      {} reads {} {:.2f} times as much as it would by chance",
               branch_name(entry.group, static_cast<std::size_t>(reading)),
               branch_name(entry.wired_from[place], static_cast<std::size_t>(read)),
               found.mass(read, reading) / found.expected(read, reading));
  }

  std::string branch_name(const std::string& group_id, std::size_t branch) const {
    const ReportGroup* group = groups_.find(group_id);
    return group == nullptr ? group_id : shortened(group->branches[branch].name, 44);
  }

  void what_could_fake_it(const ReportGroup& group, const ReportSpecialization& entry, bool claims) {
    if (!claims) {
      const std::string untrained = untrained_filters(entry.values);
      if (!untrained.empty()) page_.line("    Note: {}", untrained);
      return;
    }
    const std::vector<std::string> sentences = confounders_of(report_, group, entry);
    if (sentences.empty()) return;
    page_.line("    What could fake this:");
    for (const std::string& sentence : sentences) page_.line("      {}", sentence);
  }

  // What holds of all claims above, said once.
  void cautions() {
    page_.line("  Of all of it:");
    for (const std::string& sentence : cautions_of(report_)) page_.line("    {}", sentence);
  }

  const Report& report_;
  TextPage& page_;
  const GroupIndex groups_;
  const CorrectedOver corrected_over_;
};

}  // namespace

void write_specialization(const Report& report, TextPage& page) { SpecializationSection(report, page).write(); }

}  // namespace ramus
