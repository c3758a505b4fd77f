#include "adapters/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ramus {
namespace {

constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostBranches = 8;
constexpr std::size_t kMostWirings = 6;
constexpr Eigen::Index kMostShares = 3;  // of one wiring's factors
constexpr std::size_t kMostFindings = 10;
constexpr double kLevel = 0.05;  // q at which something is worth a line

std::string human(double value) {
  constexpr std::array<const char*, 5> kUnits{"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}", value) : fmt::format("{:.{}f}{}", value, value < 100 ? 1 : 0, kUnits[unit]);
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// Control characters and line breaks in names would tear the page.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string shortened(std::string name, std::size_t room) {
  name = printable(std::move(name));
  if (name.size() <= room) return name;
  std::size_t cut = name.size() - (room - 3);
  while (cut < name.size() && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) ++cut;
  return "..." + name.substr(cut);
}

class Summary {
 public:
  explicit Summary(const Report& report) : report_(report) {}

  std::string write() {
    model();
    branches();
    streams();
    factors();
    specialization();
    notes();
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  }

  void model() {
    const ReportModel& model = report_.model;
    std::string opsets;
    for (const auto& [domain, version] : model.opset) {
      opsets += fmt::format("{}{} {}", opsets.empty() ? "" : ", ", printable(domain), version);
    }
    line("{}: {} nodes, {} parameters, {}{}", printable(model.path), model.nodes,
         human(static_cast<double>(model.parameters)), opsets,
         model.producer.empty() ? "" : ", by " + printable(model.producer));
  }

  void branches() {
    std::map<std::string, std::size_t> kinds;
    for (const ReportGroup& group : report_.groups) ++kinds[group.kind];
    std::string counts;
    for (const auto& [kind, count] : kinds) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, kind);
    line("\nBranches: {}", counts.empty()
                               ? "no fork meets again in a concatenation or a sum, and no convolution has groups"
                               : plural(report_.groups.size(), "group", "groups") + " (" + counts + ")");
    for (std::size_t g = 0; g < std::min(report_.groups.size(), kMostGroups); ++g) group(report_.groups[g]);
    if (report_.groups.size() > kMostGroups) {
      line("  ... and {} more; --format json lists them all",
           plural(report_.groups.size() - kMostGroups, "group", "groups"));
    }
  }

  void group(const ReportGroup& group) {
    const std::string indent(2 + 2 * static_cast<std::size_t>(std::min(group.depth, 12)), ' ');
    std::string what = group.kind;
    if (group.along && *group.along != "channels") what += " along " + *group.along;
    if (!group.closed) what += ", open";
    if (group.leaking) what += ", leaking";
    line("{}{}  {} of {}{}", indent, shortened(group.name, 60), what, group.branches.size(),
         group.fork_value.empty() ? "" : ", fork " + shortened(group.fork_value, 40));
    std::size_t width = 0;
    for (const ReportBranch& branch : group.branches) width = std::max(width, shortened(branch.name, 44).size());
    for (std::size_t b = 0; b < std::min(group.branches.size(), kMostBranches); ++b) {
      line("{}  {:<{}}  {}", indent, shortened(group.branches[b].name, 44), width, describe(group.branches[b]));
    }
    if (group.branches.size() > kMostBranches) {
      line("{}  ... and {} more", indent, group.branches.size() - kMostBranches);
    }
  }

  static std::string describe(const ReportBranch& branch) {
    std::vector<std::string> parts;
    if (branch.units) parts.push_back(fmt::format("units [{}, {})", branch.units->begin, branch.units->end));
    if (branch.skip) parts.emplace_back("skip");
    if (branch.projection) parts.emplace_back("projection");
    if (!branch.skip) parts.push_back(plural(branch.layers.size(), "layer", "layers"));
    if (branch.kernel) parts.push_back(fmt::format("{}x{}", (*branch.kernel)[0], (*branch.kernel)[1]));
    if (branch.parameters > 0) parts.push_back(human(static_cast<double>(branch.parameters)) + " parameters");
    if (branch.macs > 0) parts.push_back(human(static_cast<double>(branch.macs)) + " MACs");
    return fmt::format("{}", fmt::join(parts, ", "));
  }

  void streams() {
    if (report_.streams.empty()) return;
    line("\nResidual streams");
    for (std::size_t s = 0; s < std::min(report_.streams.size(), kMostWirings); ++s) stream(report_.streams[s]);
    if (report_.streams.size() > kMostWirings) {
      line("  ... and {} more", plural(report_.streams.size() - kMostWirings, "stream", "streams"));
    }
  }

  void stream(const ReportStream& stream) {
    std::map<std::string, std::size_t> links;
    std::set<std::string> bends;
    for (const ReportStreamBlock& block : stream.blocks) {
      ++links[block.link];
      if (block.link == "approximate") bends.insert(block.via.begin(), block.via.end());
    }
    std::string told;
    for (const auto& [link, count] : links) told += fmt::format("{}{} {}", told.empty() ? "" : ", ", count, link);
    line("  {}: {}, {} paths", shortened(stream.name, 60), plural(stream.blocks.size(), "block", "blocks"),
         stream.paths.size() < 16 ? stream.paths : fmt::format("about 10^{}", stream.paths.size() - 1));
    line("    links: {}{}", told, bends.empty() ? "" : fmt::format(" (across {})", fmt::join(bends, ", ")));
  }

  void factors() {
    if (report_.factors.empty()) {
      line("\nFactors: none; no two layers with trained weights follow one another, or the pass was not run");
      return;
    }
    const ReportFactors& first = report_.factors.front();
    line("\nFactors of |W| between {} of layers (kernel: {}, normalise: {}, centring: {})",
         plural(report_.factors.size(), "pair", "pairs"), first.reduction, first.normalise, first.centring);
    std::vector<const ReportFactors*> order;
    for (const ReportFactors& factors : report_.factors) order.push_back(&factors);
    std::stable_partition(order.begin(), order.end(), [](const ReportFactors* entry) { return has_name(*entry); });
    for (std::size_t i = 0; i < std::min(order.size(), kMostWirings); ++i) wiring(*order[i]);
    if (order.size() > kMostWirings) {
      line("  ... and {} more", plural(order.size() - kMostWirings, "pair", "pairs"));
    }
    if (std::none_of(order.begin(), order.end(), [](const ReportFactors* entry) { return has_name(*entry); })) {
      line("  no factor passes as a feature of the image (q at most 0.05)");
    }
  }

  static bool has_name(const ReportFactors& factors) {
    return std::any_of(factors.meaning.begin(), factors.meaning.end(),
                       [](const FactorMeaning& entry) { return entry.named; });
  }

  // "3 of the first 8 beyond chance (99 permutations): 32 % + 27 % + 15 % of energy"
  static std::string beyond_chance(const ReportFactors& entry) {
    const MatrixFactors& factors = entry.factors;
    const FactorNull& null = factors.null;
    std::string shares;
    for (Eigen::Index j = 0; j < std::min(null.significant, kMostShares); ++j) {
      shares += fmt::format("{}{:.0f} %", j == 0 ? ": " : " + ", 100 * factors.energy[j]);
    }
    if (null.significant > kMostShares) shares += " + ...";
    return fmt::format("{} of the first {} beyond chance ({}){}", null.significant, factors.sigma.size(),
                       null.method == FactorNullMethod::permutation ? fmt::format("{} permutations", null.permutations)
                                                                    : "Tracy-Widom edge",
                       shares.empty() ? "" : shares + " of energy");
  }

  void wiring(const ReportFactors& entry) {
    line("  {} -> {}", shortened(entry.from.name, 44), shortened(entry.to.name, 44));
    line("    {}, effective rank {}{:.1f} of {}", beyond_chance(entry),
         entry.factors.effective_rank_exact ? "" : "at least ", entry.factors.effective_rank,
         std::min(entry.rows, entry.columns));
    for (const FactorMeaning& meaning : entry.meaning) {
      if (!meaning.named) continue;
      line("    factor {} is {}: r {:.2f}{}, p {:.1g}, q {:.1g}", meaning.factor, meaning.feature, meaning.pearson,
           meaning.partial ? fmt::format(" ({:.2f} given the other features)", *meaning.partial) : "", meaning.p,
           meaning.q);
    }
  }

  std::string branch_name(const std::string& group_id, std::size_t branch) const {
    const ReportGroup* group = report_.find_group(group_id);
    return group == nullptr ? group_id : shortened(group->branches[branch].name, 44);
  }

  void specialization() {
    if (report_.specialization.empty()) {
      line("\nSpecialization: nothing to test; give --labels, or a model whose branches read the image");
      return;
    }
    line("\nSpecialization");
    for (const ReportSpecialization& entry : report_.specialization) {
      const ReportGroup* group = report_.find_group(entry.group);
      const std::string name = group == nullptr ? entry.group : shortened(group->name, 60);
      if (const auto& score = entry.values.score) {
        line("  {}: score {:.2f} from {} of {} units (null mean {:.2f}, p {:.1g})", name, score->score, score->basis,
             score->units, score->null_mean, score->p);
      } else {
        line("  {}: no score (it needs labels of at least 16 units)", name);
      }
      enrichments(entry);
      contrasts(entry);
      if (entry.values.kernels_differ) {
        line(
            "    Note: its branches differ in kernel size as well; what gathers in one may follow the size, not the "
            "branch.");
      }
    }
  }

  void enrichments(const ReportSpecialization& entry) {
    std::vector<std::pair<const FamilyEnrichment*, std::size_t>> found;
    std::size_t tested = 0;
    for (std::size_t b = 0; b < entry.values.branches.size(); ++b) {
      for (const FamilyEnrichment& cell : entry.values.branches[b].enrichment) {
        ++tested;
        if (cell.q <= kLevel) found.emplace_back(&cell, b);
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first->test.log_p < b.first->test.log_p; });
    for (std::size_t i = 0; i < std::min(found.size(), kMostFindings); ++i) {
      const auto& [cell, branch] = found[i];
      line("    {}: {} of {} in {} ({} of {} units), p {:.1e}, q {:.1e}", printable(cell->family), cell->cell.hits,
           cell->cell.family, branch_name(entry.group, branch), cell->cell.branch, cell->cell.population, cell->test.p,
           cell->q);
    }
    if (found.size() > kMostFindings) line("    ... and {} more enrichments", found.size() - kMostFindings);
    if (tested > 0) line("    ({} families x branches tested, hypergeometric, corrected over the model)", tested);
  }

  void contrasts(const ReportSpecialization& entry) {
    std::size_t tested = 0, shown = 0;
    for (std::size_t b = 0; b < entry.values.branches.size(); ++b) {
      for (const FeatureContrast& contrast : entry.values.branches[b].features) {
        ++tested;
        const bool mirrored = entry.values.branches.size() == 2 && contrast.test.auc < 0.5;  // the other branch says it
        if (contrast.q > kLevel || mirrored) continue;
        ++shown;
        line("    {}: {} {} (mean {:.2f} against {:.2f} elsewhere), AUC {:.2f}, p {:.1e}, q {:.1e}",
             branch_name(entry.group, b), contrast.test.auc > 0.5 ? "higher" : "lower", contrast.feature, contrast.mean,
             contrast.mean_elsewhere, contrast.test.auc, contrast.test.p, contrast.q);
      }
    }
    if (tested > 0 && shown == 0) line("    no feature of the first layer tells the branches apart");
    if (tested > 0)
      line("    ({} branches x features tested at the first layer, Mann-Whitney, corrected over the model)", tested);
  }

  void notes() {
    if (report_.notes.empty()) return;
    line("\nNotes");
    for (std::size_t i = 0; i < std::min(report_.notes.size(), kMostFindings); ++i) {
      const Note& note = report_.notes[i];
      line("  {}{}", note.where.empty() ? "" : shortened(note.where, 60) + ": ", printable(note.text));
    }
    if (report_.notes.size() > kMostFindings) line("  ... and {} more", report_.notes.size() - kMostFindings);
  }

  const Report& report_;
  std::string text_;
};

}  // namespace

Status write_text(const Report& report, const TextSink& sink) {
  if (!sink(Summary(report).write())) return failure(ErrorKind::cancelled, "the writer asked to stop");
  return {};
}

}  // namespace ramus
