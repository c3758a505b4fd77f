#include "adapters/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostBranches = 8;
constexpr std::size_t kMostWirings = 6;
constexpr Eigen::Index kMostShares = 3;  // of one wiring's factors
constexpr std::size_t kMostPairs = 3;    // of one stream's compositions
constexpr int kMostSizes = 16;           // of one wiring's latent branches
constexpr std::size_t kMostFindings = 10;
constexpr std::size_t kMostTested = 12;  // groups with specialization
constexpr double kLevel = 0.05;          // q at which something is worth a line

// Where p is too small for a double, its logarithm still gives the power of ten.
std::string p_text(double p, double log_p) {
  return p > 0 ? fmt::format("{:.1e}", p) : fmt::format("1e{:.0f}", std::ceil(log_p / std::log(10.0)));
}

std::string feature_text(const std::string& feature, bool linearised) {
  return shortened(feature, 44) + (linearised ? " (of linearised kernels)" : "");
}

std::string q_text(double q) { return q > 0 ? fmt::format("{:.1e}", q) : "below 1e-300"; }

class Summary {
 public:
  explicit Summary(const Report& report) : report_(report), groups_(report) {}

  std::string write() {
    model();
    branches();
    streams();
    factors();
    latent_branches();
    specialization();
    modularity();
    notes();
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += wrapped(printable(fmt::format(format, std::forward<Arguments>(arguments)...)), kColumns) + "\n";
  }

  // Between the parts of the page.
  void gap() { text_ += "\n"; }

  void more(std::string_view indent, std::size_t all, std::size_t shown, const std::string& one,
            const std::string& many) {
    if (all > shown) line("{}... and {} more; --format json lists them all", indent, plural(all - shown, one, many));
  }

  void model() {
    const ReportModel& model = report_.model;
    std::string opsets;
    for (const auto& [domain, version] : model.opset) {
      opsets += fmt::format("{}{} {}", opsets.empty() ? "" : ", ", shortened(domain, 40), version);
    }
    line("{}: {} nodes, {} parameters{}{}", shortened(model.path, 200), model.nodes,
         human(static_cast<double>(model.parameters)), opsets.empty() ? "" : ", " + opsets,
         model.producer.empty() ? "" : ", by " + shortened(model.producer, 60));
  }

  void branches() {
    std::map<std::string, std::size_t> kinds;
    for (const ReportGroup& group : report_.groups) ++kinds[group.kind];
    std::string counts;
    for (const auto& [kind, count] : kinds) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, kind);
    gap();
    line("Branches: {}", counts.empty()
                             ? "no fork meets again in a concatenation or a sum, and no convolution has groups"
                             : plural(report_.groups.size(), "group", "groups") + " (" + counts + ")");
    told_ = shown_ = 0;
    groups(0, report_.groups.size());
    more("  ", report_.groups.size(), told_, "group", "groups");
  }

  // The end of a group and what lies in it, in the list of groups.
  std::size_t after(std::size_t place) const {
    const int depth = report_.groups[place].depth;
    std::size_t next = place + 1;
    while (next < report_.groups.size() && report_.groups[next].depth > depth) ++next;
    return next;
  }

  // Groups that lie side by side, with what lies in them; those built like the one before are only counted.
  void groups(std::size_t begin, std::size_t end) {
    for (std::size_t g = begin; g < end && shown_ < kMostGroups;) {
      const ReportGroup& first = report_.groups[g];
      group(first);
      ++shown_;
      ++told_;
      std::size_t next = after(g), repeats = 0;
      groups(g + 1, next);
      const ReportGroup* last = nullptr;
      for (; next < end && is_alike(report_.groups[next], first); next = after(next), ++repeats) {
        last = &report_.groups[next];
        told_ += after(next) - next;
      }
      if (last != nullptr) {
        line("{}and {} more like it, to {}", indent_of(first) + "  ", repeats, shortened(last->name, 60));
      }
      g = next;
    }
  }

  static bool is_alike(const ReportGroup& a, const ReportGroup& b) {
    return !a.repeats.empty() && a.repeats == b.repeats && a.parent_branch == b.parent_branch && a.graph == b.graph;
  }

  static std::string indent_of(const ReportGroup& group) {
    return std::string(2 + 2 * static_cast<std::size_t>(std::min(group.depth, 12)), ' ');
  }

  void group(const ReportGroup& group) {
    const std::string indent = indent_of(group);
    std::string what = group.kind;
    if (group.along && *group.along != "channels") what += " along " + *group.along;
    what += fmt::format(" of {}", group.branches.size());
    if (!group.closed) what += ", open";
    if (group.leaking) what += ", leaking";
    line("{}{}  {}{}", indent, shortened(group.name, 60), what,
         group.fork_value.empty() ? "" : ", fork " + shortened(group.fork_value, 40));
    std::size_t width = 0;
    const std::size_t shown = std::min(group.branches.size(), kMostBranches);
    for (std::size_t b = 0; b < shown; ++b) width = std::max(width, width_of(name_within(group, b)));
    for (std::size_t b = 0; b < shown; ++b) {
      line("{}  {:<{}}  {}", indent, name_within(group, b), width, describe(group.branches[b]));
    }
    more(indent + "  ", group.branches.size(), kMostBranches, "branch", "branches");
  }

  // Beneath its group a branch need not repeat the group's name.
  static std::string name_within(const ReportGroup& group, std::size_t branch) {
    const std::string& name = group.branches[branch].name;
    const bool repeats = name.size() > group.name.size() + 1 && name.compare(0, group.name.size(), group.name) == 0 &&
                         name[group.name.size()] == '/';
    return shortened(repeats ? name.substr(group.name.size() + 1) : name, 44);
  }

  static std::string describe(const ReportBranch& branch) {
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

  void streams() {
    if (report_.streams.empty()) return;
    gap();
    line("Residual streams");
    for (std::size_t s = 0; s < std::min(report_.streams.size(), kMostWirings); ++s) stream(report_.streams[s]);
    more("  ", report_.streams.size(), kMostWirings, "stream", "streams");
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
    composition(stream);
  }

  // The strongest pairs of blocks, and of heads.
  void composition(const ReportStream& stream) {
    for (const bool heads : {false, true}) {
      std::size_t asked = 0;
      std::vector<const ComposedPair*> found;
      for (const ComposedPair& pair : stream.composition) {
        if (pair.from_head.has_value() != heads) continue;
        ++asked;
        if (pair.q <= kLevel && excess(pair) > 0) found.push_back(&pair);
      }
      if (asked == 0) continue;
      std::stable_sort(found.begin(), found.end(),
                       [](const ComposedPair* a, const ComposedPair* b) { return excess(*a) > excess(*b); });
      line("    composition beyond chance in {} of {}", found.size(),
           plural(asked, heads ? "pair of heads" : "pair of blocks", heads ? "pairs of heads" : "pairs of blocks"));
      for (std::size_t i = 0; i < std::min(found.size(), kMostPairs); ++i) composed_pair(*found[i]);
    }
  }

  static double excess(const ComposedPair& pair) { return pair.composition.score - pair.composition.baseline; }

  void composed_pair(const ComposedPair& pair) {
    std::string from = fmt::format("block {}", pair.from), to = fmt::format("block {}", pair.to);
    if (pair.from_head) from = fmt::format("head {} of {}", *pair.from_head, from);
    if (pair.to_head) to = fmt::format("{} of head {} of {}", name_of(pair.kind), *pair.to_head, to);
    const double p = pair.composition.p;
    line("      {} writes what {} reads: {:.2f} (by chance {:.2f}), p {}", from, to, pair.composition.score,
         pair.composition.baseline, p > kSmallestCompositionP ? fmt::format("{:.1g}", p) : "below 1e-4");
  }

  void factors() {
    if (report_.factors.empty()) {
      gap();
      line("Factors: none; no two layers with trained weights follow one another, or the pass was not run");
      return;
    }
    const ReportFactors& first = report_.factors.front();
    gap();
    line("Factors of |W| between {} of layers (kernel: {}, normalise: {}, centring: {})",
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
    if (order.size() > kMostWirings) more("  ", report_.factors.size(), told, "pair", "pairs");
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
    line("  {}{} -> {}", shortened(entry.from.name, 44), alike > 1 ? fmt::format(" and {} more", alike - 1) : "",
         shortened(entry.to.name, 44));
    line("    {}, effective rank {}{:.1f} of {}", beyond_chance(entry),
         entry.factors->effective_rank_exact ? "" : "at least ", entry.factors->effective_rank,
         std::min(entry.rows, entry.columns));
    for (const FactorMeaning& meaning : entry.meaning) {
      if (!meaning.named) continue;
      line("    factor {} is {}: r {:.2f}{}, p {:.1g}, q {:.1g}", meaning.factor,
           feature_text(meaning.feature, meaning.linearised), meaning.pearson,
           meaning.partial ? fmt::format(" ({:.2f} given the other features)", *meaning.partial) : "", meaning.p,
           meaning.q);
    }
  }

  void latent_branches() {
    if (report_.latent.empty()) return;
    std::vector<const ReportLatent*> found;
    for (const ReportLatent& entry : report_.latent) {
      if (entry.clustering.status == CoClusteringStatus::found) found.push_back(&entry);
    }
    const auto beyond_null = [](const ReportLatent* entry) {
      return entry->clustering.energy - entry->clustering.null_energy;
    };
    std::stable_sort(found.begin(), found.end(),
                     [&](const ReportLatent* a, const ReportLatent* b) { return beyond_null(a) > beyond_null(b); });
    gap();
    line("Latent branches: groups beyond chance in {} of {} of layers", found.size(),
         plural(report_.latent.size(), "pair", "pairs"));
    for (std::size_t i = 0; i < std::min(found.size(), kMostWirings); ++i) latent_branch(*found[i]);
    more("  ", found.size(), kMostWirings, "pair", "pairs");
  }

  void latent_branch(const ReportLatent& entry) {
    const CoClustering& clustering = entry.clustering;
    std::vector<std::ptrdiff_t> sizes;
    for (int group = 0; group < std::min(clustering.groups, kMostSizes); ++group) {
      sizes.push_back(std::count(clustering.inputs.begin(), clustering.inputs.end(), group));
    }
    const std::string from = shortened(entry.from.name, 44);
    line("  {} -> {}: {} branches ({} units of {}), {:.0f} % of the energy inside (null {:.0f} %, p {:.2g})", from,
         shortened(entry.to.name, 44), clustering.groups, fmt::join(sizes, ", "), from, 100 * clustering.energy,
         100 * clustering.null_energy, clustering.p);
    line("    a grouped convolution of that shape would save {:.0f} % of the weights and lose {:.0f} % of their energy",
         100 * clustering.saved, 100 * (1 - clustering.energy));
  }

  std::string branch_name(const std::string& group_id, std::size_t branch) const {
    const ReportGroup* group = groups_.find(group_id);
    return group == nullptr ? group_id : shortened(group->branches[branch].name, 44);
  }

  void specialization() {
    if (report_.specialization.empty()) {
      gap();
      line("Specialization: nothing to test; give --labels or --features, or a model whose branches read the image");
      return;
    }
    gap();
    line("Specialization");
    std::vector<const ReportSpecialization*> order;
    for (const ReportSpecialization& entry : report_.specialization) order.push_back(&entry);
    std::stable_partition(order.begin(), order.end(), [](const ReportSpecialization* entry) { return finds(*entry); });
    for (std::size_t i = 0; i < std::min(order.size(), kMostTested); ++i) tested_group(*order[i]);
    more("  ", order.size(), kMostTested, "group", "groups");
  }

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
    const std::string name = group == nullptr ? entry.group : shortened(group->name, 60);
    if (const auto& score = entry.values.score) {
      line("  {}: score {:.2f} from {} of {} units (null mean {:.2f}, p {:.1g})", name, score->score, score->basis,
           score->units, score->null_mean, score->p);
    } else {
      line("  {}: no score (at least 16 units need a family or a factor)", name);
    }
    enrichments(entry);
    contrasts(entry);
    factor_shares(entry);
    for (std::size_t i = 0; i < entry.wired_from.size(); ++i) branch_wiring(entry, i);
    if (entry.values.kernels_differ) {
      line(
          "    Note: its branches differ in kernel size as well; what gathers in one may follow the size, not the "
          "branch.");
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
      line("    {}: {} of {} in {} ({} of {} units), p {}, q {}, log odds {:.1f}", shortened(cell->family, 44),
           cell->cell.hits, cell->cell.family, branch_name(entry.group, branch), cell->cell.branch,
           cell->cell.population, p_text(cell->test.p, cell->test.log_p), q_text(cell->q), cell->test.log_odds);
    }
    more("    ", found.size(), kMostFindings, "enrichment", "enrichments");
    if (tested > 0 && found.empty()) line("    no family gathers in one branch (q at most 0.05)");
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
             branch_name(entry.group, b), contrast.test.auc > 0.5 ? "higher" : "lower",
             feature_text(contrast.feature, contrast.linearised), contrast.mean, contrast.mean_elsewhere,
             contrast.test.auc, contrast.test.p, contrast.q);
      }
    }
    if (tested > 0 && shown == 0) line("    no feature of the first layer tells the branches apart");
    if (tested > 0)
      line("    ({} branches x features tested at the first layer, Mann-Whitney, corrected over the model)", tested);
  }

  void factor_shares(const ReportSpecialization& entry) {
    std::vector<std::pair<const FactorShare*, std::size_t>> found;
    std::size_t tested = 0;
    for (std::size_t b = 0; b < entry.values.branches.size(); ++b) {
      for (const FactorShare& share : entry.values.branches[b].factors) {
        ++tested;
        if (share.q <= kLevel && share.energy_share > share.expected) found.emplace_back(&share, b);
      }
    }
    if (tested == 0) return;
    for (std::size_t i = 0; i < std::min(found.size(), kMostFindings); ++i) {
      const auto& [share, branch] = found[i];
      line("    factor {} has {:.0f} % of its energy in {} ({:.0f} % of the units), p {:.1g}, q {:.1g}", share->factor,
           100 * share->energy_share, branch_name(entry.group, branch), 100 * share->expected, share->p, share->q);
    }
    more("    ", found.size(), kMostFindings, "factor", "factors");
    if (found.empty()) line("    no factor gathers in one branch (q at most 0.05)");
    line("    ({} shares of the factors of {} tested, branches permuted over units)", tested,
         shortened(entry.values.factors_of, 90));
  }

  // Whom its branches read, beside units of those dealt to branches at random.
  void branch_wiring(const ReportSpecialization& entry, std::size_t place) {
    const BranchMassTest& test = entry.values.wiring[place].test;
    const std::string& from = entry.wired_from[place];
    const ReportGroup* group = groups_.find(from);
    line(
        "    what it reads of {}: {:.2g} nats from independence (null mean {:.2g}, p {:.1g}, {} units, permuted {} "
        "times), "
        "Q of pairs {:.2g} (null mean {:.2g}, p {:.1g})",
        group == nullptr ? from : shortened(group->name, 60), test.found.information, test.information.null_mean,
        test.information.p, test.units, test.permutations, test.found.barber_q, test.barber_q.null_mean,
        test.barber_q.p);
    if (test.information.p <= kLevel) strongest_pair(entry, place);
  }

  void strongest_pair(const ReportSpecialization& entry, std::size_t place) {
    const BranchMass& found = entry.values.wiring[place].test.found;
    const Eigen::MatrixXd excess = found.mass - found.expected;
    Eigen::Index read = 0, reading = 0;
    if (!(excess.size() > 0 && excess.maxCoeff(&read, &reading) > 0)) return;
    line("      {} reads {} {:.2f} times as much as it would by chance",
         branch_name(entry.group, static_cast<std::size_t>(reading)),
         branch_name(entry.wired_from[place], static_cast<std::size_t>(read)),
         found.mass(read, reading) / found.expected(read, reading));
  }

  void modularity() {
    if (report_.modularity.empty()) return;
    gap();
    line("Modularity of the weight graph (kernel: {}), beside graphs whose {} are permuted within each layer",
         report_.modularity.front().values.reduction,
         report_.modularity.front().values.permuted == PermutedEntries::all ? "entries" : "entries other than 0");
    std::vector<const ReportModularity*> order;
    for (const ReportModularity& entry : report_.modularity) order.push_back(&entry);
    std::stable_partition(order.begin(), order.end(), [](const auto* entry) { return entry->groups.empty(); });
    for (std::size_t i = 0; i < std::min(order.size(), kMostWirings); ++i) partition(*order[i]);
    more("  ", order.size(), kMostWirings, "partition", "partitions");
  }

  void partition(const ReportModularity& entry) {
    const PartitionModularity& values = entry.values;
    std::string what = fmt::format("{} clusters of all units", values.k);
    if (!entry.groups.empty()) {
      const ReportGroup *first = groups_.find(entry.groups.front()), *last = groups_.find(entry.groups.back());
      what = first == nullptr ? entry.groups.front() : shortened(first->name, 44);
      if (entry.groups.size() > 1 && last != nullptr) {
        what += fmt::format(" ... {}, {} groups in a row", shortened(last->name, 44), entry.groups.size());
      }
      what += fmt::format(", in {} parts", values.k);
    }
    line("  {} ({} units, permuted {} times): {}, {}", what, values.units, values.permutations,
         against_null("n-cut", values.found.n_cut, values.n_cut), against_null("Q", values.found.q, values.q));
  }

  static std::string against_null(std::string_view name, double found, const AgainstNull& test) {
    if (!test.p) return fmt::format("{} {:.3g} (as in all permuted graphs)", name, found);
    const std::string z = test.z ? fmt::format(", z {:.1f}", *test.z) : "";
    return fmt::format("{} {:.3g} (null mean {:.3g}{}, p {:.2g})", name, found, test.mean, z, *test.p);
  }

  void notes() {
    if (report_.notes.empty()) return;
    gap();
    line("Notes");
    for (std::size_t i = 0; i < std::min(report_.notes.size(), kMostFindings); ++i) {
      const Note& note = report_.notes[i];
      line("  {}{}", note.where.empty() ? "" : shortened(note.where, 60) + ": ", shortened(note.text, 400));
    }
    more("  ", report_.notes.size(), kMostFindings, "note", "notes");
  }

  const Report& report_;
  const GroupIndex groups_;
  std::string text_;
  std::size_t shown_ = 0, told_ = 0;  // groups written out; with those counted as their repeats
};

}  // namespace

Status write_text(const Report& report, const TextSink& sink) {
  if (!sink(Summary(report).write())) return failure(ErrorKind::cancelled, "the writer asked to stop");
  return {};
}

}  // namespace ramus
