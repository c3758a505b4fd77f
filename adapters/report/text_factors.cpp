#include <algorithm>
#include <map>

#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr Eigen::Index kMostShares = 3;  // of one wiring's factors

class FactorsSection {
 public:
  FactorsSection(const Report& report, TextPage& page) : report_(report), page_(page) {}

  void write() {
    if (report_.factors.empty()) {
      page_.gap();
      page_.line("Factors: none; no two layers with trained weights follow one another, or the pass was not run");
      return;
    }
    const ReportFactors& first = report_.factors.front();
    page_.gap();
    page_.line("Factors of |W| between {} of layers (kernel: {}, normalise: {}, centring: {})",
               plural(report_.factors.size(), "pair", "pairs"), first.reduction, first.normalise, first.centring);
    // Layers that write into one sum are read through one matrix: told once, but where a name sets a layer apart.
    std::map<const MatrixFactors*, std::size_t> pairs;
    std::vector<const ReportFactors*> order;
    for (const ReportFactors& factors : report_.factors) {
      const bool is_new = pairs[factors.factors.get()]++ == 0;
      if (is_new || has_name(factors)) order.push_back(&factors);
    }
    std::stable_sort(order.begin(), order.end(), [](const ReportFactors* a, const ReportFactors* b) {
      const auto rank = [](const ReportFactors* entry) {
        return std::pair(has_name(*entry), entry->factors->null.significant);
      };
      return rank(a) > rank(b);
    });
    std::size_t told = 0;
    for (std::size_t i = 0; i < std::min(order.size(), kMostWirings); ++i) {
      const std::size_t alike = has_name(*order[i]) ? 1 : pairs[order[i]->factors.get()];
      wiring(*order[i], alike);
      told += alike;
    }
    if (order.size() > kMostWirings) page_.more("  ", report_.factors.size(), told, "pair", "pairs");
    if (std::none_of(order.begin(), order.end(), [](const ReportFactors* entry) { return has_name(*entry); })) {
      page_.line("  no factor passes as a feature of the image (q at most 0.05)");
    }
  }

 private:
  static bool has_name(const ReportFactors& factors) {
    return std::any_of(factors.meaning.begin(), factors.meaning.end(),
                       [](const FactorMeaning& entry) { return entry.named; });
  }

  // "3 of the first 8 beyond chance (99 permutations): 32 % + 27 % + 15 % of energy"
  static std::string beyond_chance(const ReportFactors& entry) {
    const MatrixFactors& factors = *entry.factors;
    const FactorNull& null = factors.null;
    const auto permutations = static_cast<std::size_t>(std::max(null.permutations, 0));
    std::string shares;
    for (Eigen::Index j = 0; j < std::min(null.significant, kMostShares); ++j) {
      shares += fmt::format("{}{:.0f} %", j == 0 ? ": " : " + ", 100 * factors.energy[j]);
    }
    if (null.significant > kMostShares) shares += " + ...";
    return fmt::format("{} of the first {} beyond chance ({}){}", null.significant, factors.sigma.size(),
                       null.method == FactorNullMethod::permutation
                           ? plural(permutations, "permutation", "permutations")
                       : null.method == FactorNullMethod::tracy_widom ? "Tracy-Widom edge"
                                                                      : "not tested",
                       shares.empty() ? "" : shares + " of energy");
  }

  void wiring(const ReportFactors& entry, std::size_t alike) {
    page_.line("  {}{} -> {}", shortened(entry.from.name, 44), alike > 1 ? fmt::format(" and {} more", alike - 1) : "",
               shortened(entry.to.name, 44));
    page_.line("    {}, effective rank {}{:.1f} of {}", beyond_chance(entry),
               entry.factors->effective_rank_exact ? "" : "at least ", entry.factors->effective_rank,
               std::min(entry.rows, entry.columns));
    for (const FactorMeaning& meaning : entry.meaning) {
      if (!meaning.named) continue;
      page_.line("    factor {} is {}: r {:.2f}{}; {} units permuted {} times, p {:.1g}, q {:.1g}", meaning.factor,
                 feature_text(meaning.feature, meaning.linearised), meaning.pearson,
                 meaning.partial ? fmt::format(" ({:.2f} given the other features)", *meaning.partial) : "",
                 meaning.units, meaning.permutations, meaning.p, meaning.q);
    }
  }

  const Report& report_;
  TextPage& page_;
};

}  // namespace

void write_factors(const Report& report, TextPage& page) { FactorsSection(report, page).write(); }

}  // namespace ramus
