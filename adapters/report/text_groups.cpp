#include <algorithm>
#include <map>

#include "adapters/report/sentences.hpp"
#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostBranches = 8;

class GroupsSection {
 public:
  GroupsSection(const Report& report, TextPage& page) : report_(report), page_(page) {}

  void write() {
    std::map<std::string, std::size_t> kinds;
    for (const ReportGroup& group : report_.groups) ++kinds[group.kind];
    std::string counts;
    for (const auto& [kind, count] : kinds) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, kind);
    page_.gap();
    page_.line("Branches: {}", counts.empty()
                                   ? "no fork meets again in a concatenation or a sum, and no convolution has groups"
                                   : plural(report_.groups.size(), "group", "groups") + " (" + counts + ")");
    told_ = shown_ = 0;
    groups(0, report_.groups.size());
    page_.more("  ", report_.groups.size(), told_, "group", "groups");
  }

 private:
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
        page_.line("{}and {} more like it, to {}", indent_of(first) + "  ", repeats, shortened(last->name, 60));
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
    page_.line("{}{}  {}{}", indent, shortened(group.name, 60), what,
               group.fork_value.empty() ? "" : ", fork " + shortened(group.fork_value, 40));
    std::size_t width = 0;
    const std::size_t shown = std::min(group.branches.size(), kMostBranches);
    std::vector<std::string> names;
    for (std::size_t b = 0; b < shown; ++b) {
      names.push_back(name_within(group.name, group.branches[b].name));
      width = std::max(width, width_of(names.back()));
    }
    for (std::size_t b = 0; b < shown; ++b) {
      page_.line("{}  {:<{}}  {}", indent, names[b], width, sentence_of(group.branches[b]));
    }
    page_.more(indent + "  ", group.branches.size(), kMostBranches, "branch", "branches");
  }

  const Report& report_;
  TextPage& page_;
  std::size_t shown_ = 0, told_ = 0;  // groups written out; with those counted as their repeats
};

}  // namespace

void write_groups(const Report& report, TextPage& page) { GroupsSection(report, page).write(); }

}  // namespace ramus
