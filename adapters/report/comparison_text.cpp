#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/report/comparison.hpp"
#include "adapters/report/plain_text.hpp"
#include "passes/profile_table.hpp"

namespace ramus {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kMostGroups = 12;  // with differences, and with profiles
constexpr std::size_t kMostNames = 6;    // of groups in one model only
constexpr std::size_t kMostBranches = 8;
constexpr std::size_t kMostTexts = 64;  // about branches of one group, among which equal ones are looked for
constexpr std::size_t kMostOperators = 8;
constexpr std::size_t kMostFeatures = 8;  // of one basis
constexpr std::size_t kMostTables = 4;
constexpr std::size_t kMostModels = 8;
constexpr double kLevel = 0.05;  // q up to which a specialization recurs

// "A", "B" ... as long as the alphabet lasts.
std::string letter(std::size_t model) {
  return model < 26 ? std::string(1, static_cast<char>('A' + model)) : "model " + std::to_string(model);
}

// Numbers as people read them; a count of paths may have thousands of digits.
std::string count_text(const std::string& text) {
  if (text.size() <= 6 || text.find_first_not_of("0123456789") != std::string::npos) return shortened(text, 60);
  return text.size() < 16 ? human(std::stod(text)) : fmt::format("about 10^{}", text.size() - 1);
}

bool is_empty(const std::vector<std::optional<double>>& row) {
  return std::none_of(row.begin(), row.end(), [](const auto& value) { return value.has_value(); });
}

class Page {
 public:
  explicit Page(const Comparison& comparison) : comparison_(comparison), first_(comparison.profiles.front()) {}

  std::string write() {
    for (std::size_t m = 0; m < comparison_.models.size(); ++m) model(m);
    for (std::size_t m = 1; m < comparison_.models.size(); ++m) {
      structure(m);
      recurrence(m);
    }
    tables();
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += wrapped(printable(fmt::format(format, std::forward<Arguments>(arguments)...)), kColumns) + "\n";
  }
  void gap() { text_ += "\n"; }
  void more(std::string_view indent, std::size_t all, std::size_t shown, const std::string& one,
            const std::string& many) {
    if (all > shown) line("{}... and {} more; --format json lists them all", indent, plural(all - shown, one, many));
  }

  void model(std::size_t m) {
    const ReportModel& model = comparison_.models[m];
    const ModelProfile& profile = comparison_.profiles[m];
    line("{}: {}: {} nodes, {} parameters, {}{}", letter(m), shortened(model.path, 200), model.nodes,
         human(static_cast<double>(model.parameters)), plural(profile.groups.size(), "group", "groups"),
         profile.streams.empty() ? "" : ", " + plural(profile.streams.size(), "stream", "streams"));
  }

  const ComparedModels& against_first(std::size_t m) const { return comparison_.against_first[m - 1]; }

  static bool differs(const ComparedGroup& group) {
    return !group.differences.empty() || !group.only_a.empty() || !group.only_b.empty();
  }

  // What happened to a group itself, and not only to one inside it.
  static bool is_told(const ComparedGroup& group) {
    if (!group.holds_differences) return differs(group);
    const auto concerns_the_group = [](const Difference& difference) { return !difference.branch; };
    return !group.only_a.empty() || !group.only_b.empty() ||
           std::any_of(group.differences.begin(), group.differences.end(), concerns_the_group);
  }

  static std::string in_both(const ComparedModels& compared) {
    const auto alike = std::count_if(compared.groups.begin(), compared.groups.end(),
                                     [](const ComparedGroup& group) { return !differs(group); });
    return compared.groups.empty()
               ? "no group in both"
               : fmt::format("{} in both, {} built alike", plural(compared.groups.size(), "group", "groups"), alike);
  }

  void structure(std::size_t m) {
    const ComparedModels& compared = against_first(m);
    std::vector<const ComparedGroup*> told;
    for (const ComparedGroup& group : compared.groups) {
      if (is_told(group)) told.push_back(&group);
    }
    gap();
    const bool streams_differ = std::any_of(compared.streams.pairs.begin(), compared.streams.pairs.end(),
                                            [](const StreamPair& pair) { return !pair.differences.empty(); });
    const bool is_same = told.empty() && compared.only_a.empty() && compared.only_b.empty() && !streams_differ &&
                         compared.streams.only_a.empty() && compared.streams.only_b.empty();
    line("Structure of {} against A: {}", letter(m),
         !is_same                     ? in_both(compared)
         : compared.operators.empty() ? "no difference"
                                      : "no difference in the branches");
    differing_groups(told, m);
    groups_of_one(first_, compared.only_a, "A");
    groups_of_one(comparison_.profiles[m], compared.only_b, letter(m));
    streams(m);
    operators(compared.operators);
  }

  void differing_groups(const std::vector<const ComparedGroup*>& told, std::size_t m) {
    std::vector<std::pair<std::string, std::vector<const ComparedGroup*>>> folded;  // in a row, differing alike
    for (const ComparedGroup* group : told) {
      std::string what = what_differs(*group);
      if (folded.empty() || folded.back().first != what) folded.push_back({std::move(what), {}});
      folded.back().second.push_back(group);
    }
    std::size_t shown = 0;
    for (std::size_t i = 0; i < std::min(folded.size(), kMostGroups); ++i) {
      const std::vector<const ComparedGroup*>& groups = folded[i].second;
      const ProfiledGroup& group = first_.groups[groups.front()->groups.a];
      const ProfiledGroup& other = comparison_.profiles[m].groups[groups.front()->groups.b];
      line("  {}{}{}  {} of {}", shortened(group.name, 44),
           group.name == other.name ? "" : " -> " + shortened(other.name, 44),
           groups.size() > 1 ? fmt::format(" and {} more", groups.size() - 1) : "", name_of(group.kind),
           group.branches.size());
      for (const std::string& text : differences_of(*groups.front(), m)) line("    {}", text);
      shown += groups.size();
    }
    more("  ", told.size(), shown, "group", "groups");
  }

  // Without the names of branches, by which groups differ that differ in nothing else.
  static std::string what_differs(const ComparedGroup& group) {
    std::string text;
    for (const Difference& difference : group.differences) {
      text += fmt::format("{}: {}\n", difference.branch ? *difference.branch + 1 : 0, text_of(difference));
    }
    return text + fmt::format("{} | {}", fmt::join(group.only_a, " "), fmt::join(group.only_b, " "));
  }

  static std::string text_of(const Difference& difference) {
    if (difference.what == "attributes") return "attributes, connections or shapes differ";
    if (difference.what == "order") return "its branches stand in another order";
    return fmt::format("{} {} -> {}", difference.what, count_text(difference.before), count_text(difference.after));
  }

  // A branch's name without its group's.
  static std::string name_within(const ProfiledGroup& group, std::size_t branch) {
    const std::string& name = group.branches[branch].name;
    const std::string_view prefix = group.name;
    const bool repeats = name.size() > prefix.size() + 1 && name.starts_with(prefix) && name[prefix.size()] == '/';
    return shortened(repeats ? name.substr(prefix.size() + 1) : name, 44);
  }

  static void add_unpaired(const std::vector<std::size_t>& branches, const ProfiledGroup& group,
                           const std::string& model, std::vector<std::string>& lines) {
    if (branches.empty()) return;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(branches.size(), kMostBranches); ++i) {
      names.push_back(name_within(group, branches[i]));
    }
    if (branches.size() > kMostBranches) names.push_back(fmt::format("{} more", branches.size() - kMostBranches));
    lines.push_back(
        fmt::format("only in {}: {} {}", model, branches.size() == 1 ? "branch" : "branches", fmt::join(names, ", ")));
  }

  std::vector<std::string> differences_of(const ComparedGroup& compared, std::size_t m) const {
    const ProfiledGroup& a = first_.groups[compared.groups.a];
    const ProfiledGroup& b = comparison_.profiles[m].groups[compared.groups.b];
    std::vector<std::pair<std::string, std::vector<std::size_t>>> by_branch;  // texts, and of which branches
    std::size_t untold = 0;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < compared.differences.size();) {
      const auto branch = compared.differences[i].branch;
      std::vector<std::string> parts;
      for (; i < compared.differences.size() && compared.differences[i].branch == branch; ++i) {
        parts.push_back(text_of(compared.differences[i]));
      }
      const std::string text = fmt::format("{}", fmt::join(parts, ", "));
      if (!branch) {
        lines.push_back(text);
        continue;
      }
      if (compared.holds_differences) continue;
      const auto same =
          std::find_if(by_branch.begin(), by_branch.end(), [&](const auto& entry) { return entry.first == text; });
      if (same != by_branch.end()) {
        same->second.push_back(*branch);
      } else if (by_branch.size() < kMostTexts) {
        by_branch.push_back({text, {*branch}});
      } else {
        ++untold;
      }
    }
    for (std::size_t i = 0; i < by_branch.size(); ++i) {
      const auto& [text, branches] = by_branch[i];
      if (i >= kMostBranches) {
        untold += branches.size();
        continue;
      }
      std::vector<std::string> names;
      for (std::size_t k = 0; k < std::min(branches.size(), kMostBranches); ++k) {
        names.push_back(name_within(a, branches[k]));
      }
      if (branches.size() > kMostBranches) names.push_back(fmt::format("{} more", branches.size() - kMostBranches));
      lines.push_back(fmt::format("{}: {}", fmt::join(names, ", "), text));
    }
    if (untold > 0) lines.push_back(fmt::format("and {} that differ otherwise", plural(untold, "branch", "branches")));
    add_unpaired(compared.only_a, a, "A", lines);
    add_unpaired(compared.only_b, b, letter(m), lines);
    return lines;
  }

  void groups_of_one(const ModelProfile& model, const std::vector<std::size_t>& places, const std::string& name) {
    if (places.empty()) return;
    std::map<std::string_view, std::size_t> kinds;
    for (const std::size_t place : places) ++kinds[name_of(model.groups[place].kind)];
    std::vector<std::string> counts, names;
    for (const auto& [kind, count] : kinds) counts.push_back(fmt::format("{} {}", count, kind));
    for (std::size_t i = 0; i < std::min(places.size(), kMostNames); ++i) {
      names.push_back(shortened(model.groups[places[i]].name, 44));
    }
    if (places.size() > kMostNames) names.emplace_back("...");
    line("  only in {}: {} ({}): {}", name, plural(places.size(), "group", "groups"), fmt::join(counts, ", "),
         fmt::join(names, ", "));
  }

  void streams(std::size_t m) {
    const StreamDifferences& streams = against_first(m).streams;
    for (const StreamPair& pair : streams.pairs) {
      if (pair.differences.empty()) continue;
      std::vector<std::string> parts;
      for (const Difference& difference : pair.differences) parts.push_back(text_of(difference));
      line("  stream {}: {}", shortened(first_.streams[pair.a].name, 60), fmt::join(parts, ", "));
    }
    const auto only = [&](const ModelProfile& model, const std::vector<std::size_t>& places, const std::string& name) {
      for (std::size_t i = 0; i < std::min(places.size(), kMostNames); ++i) {
        const ProfiledStream& stream = model.streams[places[i]];
        line("  only in {}: stream {} of {}", name, shortened(stream.name, 60),
             plural(stream.groups.size(), "block", "blocks"));
      }
      more("  ", places.size(), kMostNames, "stream", "streams");
    };
    only(first_, streams.only_a, "A");
    only(comparison_.profiles[m], streams.only_b, letter(m));
  }

  void operators(const std::vector<OperatorDifference>& operators) {
    if (operators.empty()) return;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < std::min(operators.size(), kMostOperators); ++i) {
      parts.push_back(
          fmt::format("{} {} -> {}", shortened(operators[i].op, 40), operators[i].before, operators[i].after));
    }
    if (operators.size() > kMostOperators) parts.push_back(fmt::format("{} more", operators.size() - kMostOperators));
    line("  operators: {}", fmt::join(parts, ", "));
  }

  static bool recurs(const ComparedProfile& profile) {
    return profile.agreement.permutations > 0 && profile.q <= kLevel && profile.agreement.correlation > 0;
  }

  void recurrence(std::size_t m) {
    std::vector<const ComparedGroup*> compared;
    for (const ComparedGroup& group : against_first(m).groups) {
      if (group.profile) compared.push_back(&group);
    }
    gap();
    if (compared.empty()) {
      line("Specialization in {} as in A: nothing to compare; no group has features, labels or named factors in both",
           letter(m));
      return;
    }
    const auto found = static_cast<std::size_t>(
        std::count_if(compared.begin(), compared.end(), [](const auto* group) { return recurs(*group->profile); }));
    line("Specialization in {} as in A: recurs in {} of {}", letter(m), found,
         plural(compared.size(), "group", "groups"));
    std::stable_partition(compared.begin(), compared.end(), [](const auto* group) { return recurs(*group->profile); });
    for (std::size_t i = 0; i < std::min(compared.size(), kMostGroups); ++i) profile(*compared[i], m);
    more("  ", compared.size(), kMostGroups, "group", "groups");
  }

  void profile(const ComparedGroup& compared, std::size_t m) {
    const ComparedProfile& profile = *compared.profile;
    const ProfileAgreement& agreement = profile.agreement;
    const ComparedBasis& basis = profile.bases.front();
    const std::string name = shortened(first_.groups[compared.groups.a].name, 44);
    if (agreement.permutations == 0) {
      line("  {}: profiles correlate {:.2f}; not tested, it would take too long", name, agreement.correlation);
    } else {
      line("  {}: {}; profiles correlate {:.2f} (by chance {:.2f}), p {:.2g}, q {:.2g}", name,
           recurs(profile) ? "recurs" : "no recurrence beyond chance", agreement.correlation,
           agreement.null_correlation, agreement.p, profile.q);
    }
    assignment(compared, m);
    line("    by {}", where(basis));
    if (agreement.permutations > 0) {
      line("    null: {} and {} units, permuted over the branches of either model, {} each", basis.units_a,
           basis.units_b, plural(static_cast<std::size_t>(agreement.permutations), "time", "times"));
    }
    for (std::size_t i = 1; i < profile.bases.size(); ++i) {
      line("    beside it, not tested: correlation {:.2f} by {}", profile.bases[i].correlation,
           where(profile.bases[i]));
    }
  }

  // "labels (curves, lines)"
  static std::string where(const ComparedBasis& basis) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < std::min(basis.columns.size(), kMostFeatures); ++i) {
      columns.push_back(shortened(basis.columns[i], 44));
    }
    if (basis.columns.size() > kMostFeatures) {
      columns.push_back(fmt::format("{} more", basis.columns.size() - kMostFeatures));
    }
    return fmt::format("{} ({})", title_of(basis.basis), fmt::join(columns, ", "));
  }

  static std::string_view title_of(ProfileBasis basis) {
    switch (basis) {
      case ProfileBasis::features:
        return "features of the first layers";
      case ProfileBasis::labels:
        return "labels";
      case ProfileBasis::factors:
        break;
    }
    return "named factors at the join";
  }

  void assignment(const ComparedGroup& compared, std::size_t m) {
    const ProfiledGroup& a = first_.groups[compared.groups.a];
    const ProfiledGroup& b = comparison_.profiles[m].groups[compared.groups.b];
    const auto has_same_name = [&](const auto& pair) {
      return a.branches[pair.first].name == b.branches[pair.second].name;
    };
    std::string told = "each branch of A is the one of its name";
    if (!std::all_of(compared.branches.begin(), compared.branches.end(), has_same_name)) {
      std::vector<std::string> pairs;
      for (std::size_t i = 0; i < std::min(compared.branches.size(), kMostBranches); ++i) {
        const auto& [from, to] = compared.branches[i];
        pairs.push_back(fmt::format("{} of A is {} of {}", name_within(a, from), name_within(b, to), letter(m)));
      }
      if (compared.branches.size() > kMostBranches) {
        pairs.push_back(fmt::format("{} more", compared.branches.size() - kMostBranches));
      }
      told = fmt::format("{}", fmt::join(pairs, ", "));
    }
    const auto& orders = compared.profile->orders;
    line("    {} ({})", told,
         !orders        ? "the best of very many assignments"
         : *orders == 1 ? "the one assignment that their structure allows"
                        : fmt::format("the best of {} assignments", *orders));
  }

  // Of groups that another model has, too, and can be compared in.
  void tables() {
    std::vector<ProfileTable> tables = make_profile_tables(comparison_.profiles, comparison_.against_first);
    const auto is_alone = [](const ProfileTable& table) {
      return std::all_of(table.values.begin(), table.values.end(),
                         [](const auto& models) { return std::all_of(models.begin() + 1, models.end(), is_empty); });
    };
    tables.erase(std::remove_if(tables.begin(), tables.end(), is_alone), tables.end());
    if (tables.empty()) return;
    gap();
    line(
        "Profiles of the branches of A and of those assigned to them: means in standard deviations of the group, of "
        "families "
        "log odds");
    for (std::size_t t = 0; t < std::min(tables.size(), kMostTables); ++t) table(tables[t]);
    more("  ", tables.size(), kMostTables, "table", "tables");
    more("  ", comparison_.models.size(), kMostModels, "model", "models");
  }

  void table(const ProfileTable& table) {
    const std::size_t models = std::min(comparison_.models.size(), kMostModels);
    const ProfiledGroup& group = first_.groups[table.group];
    std::string heads;
    for (std::size_t m = 0; m < models; ++m) heads += fmt::format("{:>8}", letter(m));
    const std::string kind = table.basis == ProfileBasis::factors  ? ", factors"
                             : table.basis == ProfileBasis::labels ? ", labels of " + table.layer
                                                                   : "";
    const std::string title = shortened(group.name, 16) + kind;
    line("  {:<40}{}", shortened(title, 40), heads);
    for (std::size_t b = 0; b < std::min(table.values.size(), kMostBranches); ++b) {
      if (std::all_of(table.values[b].begin(), table.values[b].end(), is_empty)) continue;
      std::size_t shown = 0;
      for (std::size_t c = 0; c < table.columns.size() && shown < kMostFeatures; ++c) {
        if (table.columns[c].statistic == "spread") continue;
        ++shown;
        std::string row;
        for (std::size_t m = 0; m < models; ++m) {
          const std::optional<double>& value = table.values[b][m][c];
          row += value ? fmt::format("{:>8.2f}", *value) : fmt::format("{:>8}", "-");
        }
        line("    {:<15}{:<23}{}", shown == 1 ? shortened(name_within(group, b), 14) : "",
             shortened(table.columns[c].name, 23), row);
      }
    }
    more("    ", table.values.size(), kMostBranches, "branch", "branches");
  }

  const Comparison& comparison_;
  const ModelProfile& first_;
  std::string text_;
};

}  // namespace

Status write_comparison_text(const Comparison& comparison, const TextSink& sink) {
  if (!sink(Page(comparison).write())) return failure(ErrorKind::cancelled, "the writer asked to stop");
  return {};
}

}  // namespace ramus
