#include <algorithm>
#include <map>

#include "adapters/report/comparison_sections.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostNames = 6;   // of groups in one model only
constexpr std::size_t kMostTexts = 64;  // about branches of one group, among which equal ones are looked for
constexpr std::size_t kMostOperators = 8;

// Numbers as people read them; a count of paths may have thousands of digits.
std::string count_text(const std::string& text) {
  if (text.size() <= 6 || text.find_first_not_of("0123456789") != std::string::npos) return shortened(text, 60);
  return text.size() < 16 ? human(std::stod(text)) : fmt::format("about 10^{}", text.size() - 1);
}

class StructurePart {
 public:
  StructurePart(const Comparison& comparison, std::size_t m, TextPage& page)
      : compared_(comparison.against_first[m - 1]),
        first_(comparison.profiles.front()),
        second_(comparison.profiles[m]),
        letter_(letter_of(m)),
        page_(page) {}

  void write() {
    std::vector<const ComparedGroup*> told;
    for (const ComparedGroup& group : compared_.groups) {
      if (is_told(group)) told.push_back(&group);
    }
    page_.gap();
    const bool streams_differ = std::any_of(compared_.streams.pairs.begin(), compared_.streams.pairs.end(),
                                            [](const StreamPair& pair) { return !pair.differences.empty(); });
    const bool is_same = told.empty() && compared_.only_a.empty() && compared_.only_b.empty() && !streams_differ &&
                         compared_.streams.only_a.empty() && compared_.streams.only_b.empty();
    page_.line("Structure of {} against A: {}", letter_,
               !is_same                      ? in_both(compared_)
               : compared_.operators.empty() ? "no difference"
                                             : "no difference in the branches");
    differing_groups(told);
    groups_of_one(first_, compared_.only_a, "A");
    groups_of_one(second_, compared_.only_b, letter_);
    streams();
    operators(compared_.operators);
  }

 private:
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

  void differing_groups(const std::vector<const ComparedGroup*>& told) {
    std::vector<std::pair<std::string, std::vector<const ComparedGroup*>>> folded;  // in a row, differing alike
    for (const ComparedGroup* group : told) {
      std::string what = what_differs(*group);
      if (folded.empty() || folded.back().first != what) folded.push_back({std::move(what), {}});
      folded.back().second.push_back(group);
    }
    std::size_t shown = 0;
    for (std::size_t i = 0; i < std::min(folded.size(), kMostComparedGroups); ++i) {
      const std::vector<const ComparedGroup*>& groups = folded[i].second;
      const ProfiledGroup& group = first_.groups[groups.front()->groups.a];
      const ProfiledGroup& other = second_.groups[groups.front()->groups.b];
      page_.line("  {}{}{}  {} of {}", shortened(group.name, 44),
                 group.name == other.name ? "" : " -> " + shortened(other.name, 44),
                 groups.size() > 1 ? fmt::format(" and {} more", groups.size() - 1) : "", name_of(group.kind),
                 group.branches.size());
      for (const std::string& text : differences_of(*groups.front())) page_.line("    {}", text);
      shown += groups.size();
    }
    page_.more("  ", told.size(), shown, "group", "groups");
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

  static void add_unpaired(const std::vector<std::size_t>& branches, const ProfiledGroup& group,
                           const std::string& model, std::vector<std::string>& lines) {
    if (branches.empty()) return;
    const std::string names =
        listed(branches.size(), kMostComparedBranches, [&](std::size_t i) { return name_within(group, branches[i]); });
    lines.push_back(fmt::format("only in {}: {} {}", model, branches.size() == 1 ? "branch" : "branches", names));
  }

  std::vector<std::string> differences_of(const ComparedGroup& compared) const {
    const ProfiledGroup& a = first_.groups[compared.groups.a];
    const ProfiledGroup& b = second_.groups[compared.groups.b];
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
      const auto& [text, places] = by_branch[i];
      if (i >= kMostComparedBranches) {
        untold += places.size();
        continue;
      }
      const std::vector<std::size_t>& branches = places;  // a lambda may capture this one
      const std::string names =
          listed(branches.size(), kMostComparedBranches, [&](std::size_t k) { return name_within(a, branches[k]); });
      lines.push_back(fmt::format("{}: {}", names, text));
    }
    if (untold > 0) lines.push_back(fmt::format("and {} that differ otherwise", plural(untold, "branch", "branches")));
    add_unpaired(compared.only_a, a, "A", lines);
    add_unpaired(compared.only_b, b, letter_, lines);
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
    page_.line("  only in {}: {} ({}): {}", name, plural(places.size(), "group", "groups"), fmt::join(counts, ", "),
               fmt::join(names, ", "));
  }

  void streams() {
    const StreamDifferences& streams = compared_.streams;
    for (const StreamPair& pair : streams.pairs) {
      if (pair.differences.empty()) continue;
      std::vector<std::string> parts;
      for (const Difference& difference : pair.differences) parts.push_back(text_of(difference));
      page_.line("  stream {}: {}", shortened(first_.streams[pair.a].name, 60), fmt::join(parts, ", "));
    }
    const auto only = [&](const ModelProfile& model, const std::vector<std::size_t>& places, const std::string& name) {
      for (std::size_t i = 0; i < std::min(places.size(), kMostNames); ++i) {
        const ProfiledStream& stream = model.streams[places[i]];
        page_.line("  only in {}: stream {} of {}", name, shortened(stream.name, 60),
                   plural(stream.groups.size(), "block", "blocks"));
      }
      page_.more("  ", places.size(), kMostNames, "stream", "streams");
    };
    only(first_, streams.only_a, "A");
    only(second_, streams.only_b, letter_);
  }

  void operators(const std::vector<OperatorDifference>& operators) {
    if (operators.empty()) return;
    const auto part = [&](std::size_t i) {
      return fmt::format("{} {} -> {}", shortened(operators[i].op, 40), operators[i].before, operators[i].after);
    };
    page_.line("  operators: {}", listed(operators.size(), kMostOperators, part));
  }

  const ComparedModels& compared_;
  const ModelProfile &first_, &second_;
  const std::string letter_;  // of the second
  TextPage& page_;
};

}  // namespace

void write_structural_difference(const Comparison& comparison, std::size_t m, TextPage& page) {
  StructurePart(comparison, m, page).write();
}

}  // namespace ramus
