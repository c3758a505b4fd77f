// Groups and branches that are gone, new, or built differently since the baseline was approved.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "plugin/check/changes.hpp"
#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

constexpr std::string_view kPasses[] = {"branch-tree"};
constexpr std::size_t kMostRelated = 64;  // places of one finding
constexpr std::size_t kMostTexts = 4;     // of branches that differ in different ways

// Things with one text, in the order in which the first of each came.
template <class Thing>
class Folded {
 public:
  struct Entry {
    std::string text;
    std::vector<Thing> things;
  };

  void add(std::string text, Thing thing) {
    const auto [place, is_new] = place_of_.try_emplace(text, entries_.size());
    if (is_new) entries_.push_back({std::move(text), {}});
    entries_[place->second].things.push_back(thing);
  }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::map<std::string, std::size_t> place_of_;
  std::vector<Entry> entries_;
};

std::vector<std::string> names_of(const std::vector<ProfiledGroup>& groups, const std::vector<std::size_t>& places) {
  std::vector<std::string> names;
  for (const std::size_t place : places) names.push_back(groups[place].name);
  return names;
}

std::vector<std::string> names_of(const ProfiledGroup& group, const std::vector<std::size_t>& branches) {
  std::vector<std::string> names;
  for (const std::size_t branch : branches) names.push_back(group.branches[branch].name);
  return names;
}

std::string text_of(const ProfiledGroup& group) {
  return fmt::format("{} of {}", name_of(group.kind), counted(group.branches.size(), "branch", "branches"));
}

std::string renamed(const std::string& before, const std::string& now) {
  return before == now ? "'" + before + "'" : "'" + before + "' (now '" + now + "')";
}

class GroupChanges {
 public:
  GroupChanges(const Report& report, const SinceBaseline& since) : report_(report), since_(since) {}

  std::vector<Finding> find() {
    groups_of_one(since_.before.profile, since_.compared.only_a, "gone");
    std::vector<const ComparedGroup*> all;
    for (const ComparedGroup& group : since_.compared.groups) all.push_back(&group);
    fold(all, [this](const ComparedGroup& group) { return gone_branches(group); });
    fold(all, [this](const ComparedGroup& group) { return built_differently(group); });
    fold(all, [this](const ComparedGroup& group) { return new_branches(group); });
    groups_of_one(since_.now, since_.compared.only_b, "new");
    return std::move(findings_);
  }

 private:
  // What happened to one group: `key` without names, `text` with them. Nothing where both are empty.
  struct Change {
    std::string key, text;
    std::optional<std::size_t> branch;  // of the model as it is now, where it is about that one alone
    std::size_t branches = 0;
  };

  const ProfiledGroup& before(const ComparedGroup& group) const { return since_.before.profile.groups[group.groups.a]; }
  const ProfiledGroup& now(const ComparedGroup& group) const { return since_.now.groups[group.groups.b]; }

  // Groups inside others that are gone, or new, go and come with them.
  void groups_of_one(const ModelProfile& model, const std::vector<std::size_t>& places, const char* what) {
    std::vector<bool> is_one(model.groups.size(), false);
    std::vector<std::size_t> inside(model.groups.size(), 0);  // by outermost group
    Folded<std::size_t> folded;
    std::vector<std::size_t> outermost(model.groups.size(), 0);
    for (const std::size_t place : places) is_one[place] = true;
    for (const std::size_t place : places) {
      const ProfiledGroup& group = model.groups[place];
      if (group.parent && is_one[*group.parent]) {
        outermost[place] = outermost[*group.parent];
        ++inside[outermost[place]];
        continue;
      }
      outermost[place] = place;
      folded.add(fmt::format("{} {:x}", name_of(group.kind), group.structure), place);
    }
    for (const auto& entry : folded.entries()) {
      const std::vector<std::size_t>& alike = entry.things;
      const ProfiledGroup& first = model.groups[alike.front()];
      std::size_t nested = 0;
      for (const std::size_t place : alike) nested += inside[place];
      Finding finding;
      finding.severity = kGroupsChanged.severity;
      finding.message = alike.size() == 1
                            ? fmt::format("group '{}' ({}) is {}", first.name, text_of(first), what)
                            : fmt::format("{} groups that are built alike ({}) are {}: {}", alike.size(),
                                          text_of(first), what, quoted_names(names_of(model.groups, alike)));
      if (nested > 0) finding.message += ", with " + counted(nested, "group", "groups") + " inside";
      const bool is_there = &model == &since_.now;
      for (std::size_t i = 0; i < std::min(alike.size(), kMostRelated); ++i) {
        const Place place =
            is_there ? place_of(report_, alike[i]) : Place{PlaceKind::group, "", model.groups[alike[i]].name};
        if (i == 0) {
          finding.place = place;
        } else {
          finding.related.push_back(place);
        }
      }
      finding.facts = {{"groups", static_cast<std::int64_t>(alike.size())},
                       {"groups_inside", static_cast<std::int64_t>(nested)}};
      findings_.push_back(std::move(finding));
    }
  }

  // One finding for all groups that are built alike, before and now, and to which the same happened.
  template <class ChangeOf>
  void fold(const std::vector<const ComparedGroup*>& groups, ChangeOf change_of) {
    Folded<const ComparedGroup*> folded;
    for (const ComparedGroup* group : groups) {
      const Change change = change_of(*group);
      if (change.text.empty()) continue;
      folded.add(fmt::format("{:x} {:x} {}", before(*group).structure, now(*group).structure, change.key), group);
    }
    for (const auto& entry : folded.entries()) {
      const ComparedGroup& first = *entry.things.front();
      const Change change = change_of(first);
      std::vector<std::size_t> others;
      for (std::size_t i = 1; i < entry.things.size(); ++i) others.push_back(entry.things[i]->groups.b);
      Finding finding;
      finding.severity = kGroupsChanged.severity;
      finding.message = change.text;
      if (!others.empty()) {
        finding.message +=
            fmt::format("; the same in {} that {} built alike: {}", counted(others.size(), "group", "groups"),
                        others.size() == 1 ? "is" : "are", quoted_names(names_of(since_.now.groups, others)));
      }
      finding.place =
          change.branch ? place_of(report_, first.groups.b, *change.branch) : place_of(report_, first.groups.b);
      for (std::size_t i = 0; i < std::min(others.size(), kMostRelated); ++i) {
        finding.related.push_back(place_of(report_, others[i]));
      }
      finding.facts = {{"groups", static_cast<std::int64_t>(entry.things.size())},
                       {"branches", static_cast<std::int64_t>(change.branches)}};
      findings_.push_back(std::move(finding));
    }
  }

  Change gone_branches(const ComparedGroup& group) const {
    if (group.only_a.empty()) return {};
    const std::vector<std::string> names = names_of(before(group), group.only_a);
    std::vector<std::string> left;
    for (const ProfiledBranch& branch : now(group).branches) left.push_back(branch.name);
    return {
        fmt::format("gone {}", fmt::join(group.only_a, " ")),
        fmt::format("{} {} of group {} {} gone; it has {} now: {}", names.size() == 1 ? "branch" : "branches",
                    quoted_names(names), renamed(before(group).name, now(group).name), names.size() == 1 ? "is" : "are",
                    counted(left.size(), "branch", "branches"), quoted_names(left)),
        std::nullopt, names.size()};
  }

  Change new_branches(const ComparedGroup& group) const {
    if (group.only_b.empty()) return {};
    const std::vector<std::string> names = names_of(now(group), group.only_b);
    std::int64_t parameters = 0;
    for (const std::size_t branch : group.only_b) parameters += now(group).branches[branch].parameters;
    return {fmt::format("new {}", fmt::join(group.only_b, " ")),
            fmt::format("{} {} of group {} {} new ({} parameters)", names.size() == 1 ? "branch" : "branches",
                        quoted_names(names), renamed(before(group).name, now(group).name),
                        names.size() == 1 ? "is" : "are", parameters),
            names.size() == 1 ? std::optional(group.only_b.front()) : std::nullopt, names.size()};
  }

  // Of a group that holds another which differs, the numbers of branches say that once more.
  Change built_differently(const ComparedGroup& group) const {
    std::vector<std::string> of_group;
    std::map<std::size_t, std::vector<std::string>> of_branch;
    for (const Difference& difference : group.differences) {
      const bool is_told = difference.what == "attributes" && (!group.only_a.empty() || !group.only_b.empty());
      if (is_told && !difference.branch) continue;  // branches that are gone or new make the whole another one
      if (!difference.branch) {
        of_group.push_back(ramus::text_of(difference));
      } else if (!group.holds_differences) {
        of_branch[*difference.branch].push_back(ramus::text_of(difference));
      }
    }
    if (of_group.empty() && of_branch.empty()) return {};
    std::string key = fmt::format("{}", fmt::join(of_group, ", "));
    Folded<std::size_t> folded;  // branches that differ alike
    for (const auto& [branch, parts] : of_branch) {
      const std::string text = fmt::format("{}", fmt::join(parts, ", "));
      key += fmt::format("\n{}: {}", branch, text);
      folded.add(text, branch);
    }
    const std::string name = renamed(before(group).name, now(group).name);
    if (of_group.empty() && of_branch.size() == 1) {
      const std::size_t branch = of_branch.begin()->first, branch_now = now_of(group, branch);
      return {key,
              fmt::format("branch {} of group {} is built differently: {}",
                          renamed(before(group).branches[branch].name, now(group).branches[branch_now].name), name,
                          folded.entries().front().text),
              branch_now, 1};
    }
    std::vector<std::string> parts = of_group;
    for (std::size_t i = 0; i < std::min(folded.entries().size(), kMostTexts); ++i) {
      const auto& entry = folded.entries()[i];
      parts.push_back(quoted_names(names_of(before(group), entry.things), kMostTexts) + ": " + entry.text);
    }
    if (folded.entries().size() > kMostTexts) parts.push_back("other branches differ otherwise");
    return {key, fmt::format("group {} is built differently: {}", name, fmt::join(parts, "; ")), std::nullopt,
            of_branch.size()};
  }

  static std::size_t now_of(const ComparedGroup& group, std::size_t branch) {
    return std::find_if(group.branches.begin(), group.branches.end(),
                        [&](const auto& pair) { return pair.first == branch; })
        ->second;
  }

  const Report& report_;
  const SinceBaseline& since_;
  std::vector<Finding> findings_;
};

Result<std::vector<Finding>> run(const RuleContext& context) {
  return GroupChanges(context.report, *context.since).find();
}

}  // namespace

const Rule kGroupsChanged{
    "RMS301",
    "groups-changed",
    Severity::warning,
    "groups or branches that are gone, new or built differently since the baseline",
    "The groups of branches are put beside those of the approved model: first those that are built alike (operators, "
    "connections, shapes), then those with alike branches or the same name, then by place. Told are groups and "
    "branches that one of the two lacks, and those of a pair that differ in kind, kernel, width, parameters or "
    "operators. Names do not count: a renamed model is the same. What lies inside a group that is gone goes with it, "
    "and groups that are built alike are one finding with a count.\n\n"
    "A branch that a pruning, a fusion or an export took away changes what the network can compute, and the pipeline "
    "that approved the model did so with the branch in it. Numbers of parameters also change downstream of what was "
    "changed, for a layer that reads fewer channels has fewer weights; look at the first finding first.\n\n"
    "Where the change is meant, approve it: ramus check MODEL --write-baseline FILE.\n\n"
    "Not seen: weights, which rules RMS303 and RMS304 look at; operators outside of groups; and, where many groups "
    "are alike and some of them are gone, which ones these were.",
    kPasses,
    {},
    true,
    run,
};

}  // namespace ramus
