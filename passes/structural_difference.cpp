#include "passes/structural_difference.hpp"

#include <algorithm>
#include <unordered_map>

namespace ramus {
namespace {

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

std::string text_of(const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t kMost = 32;
  std::string text;
  for (std::size_t i = 0; i < std::min(numbers.size(), kMost); ++i) {
    text += (i == 0 ? "" : " ") + std::to_string(numbers[i]);
  }
  return numbers.size() > kMost ? text + " ..." : text;
}

std::string text_of(const std::optional<std::array<std::int64_t, 2>>& kernel) {
  return kernel ? std::to_string((*kernel)[0]) + "x" + std::to_string((*kernel)[1]) : "none";
}

class Differences {
 public:
  void add(const std::string& what, std::string before, std::string after) {
    if (before != after) list_.push_back({what, std::move(before), std::move(after), branch_});
  }
  void add_unnamed(const std::string& what) { list_.push_back({what, {}, {}, branch_}); }
  void speak_of(std::size_t branch) { branch_ = branch; }
  std::size_t size() const { return list_.size(); }
  std::vector<Difference> take() { return std::move(list_); }

 private:
  std::optional<std::size_t> branch_;
  std::vector<Difference> list_;
};

// `other_form`: one of the groups is a grouped convolution, so that operators and connections say nothing.
void compare_branches(const ProfiledBranch& a, const ProfiledBranch& b, bool other_form, Differences& differences) {
  const std::size_t before = differences.size();
  differences.add("skip", yes_or_no(a.skip), yes_or_no(b.skip));
  differences.add("projection", yes_or_no(a.projection), yes_or_no(b.projection));
  differences.add("kernel", text_of(a.kernel), text_of(b.kernel));
  differences.add("units", std::to_string(a.units), std::to_string(b.units));
  differences.add("widths", text_of(a.widths), text_of(b.widths));
  differences.add("parameters", std::to_string(a.parameters), std::to_string(b.parameters));
  if (other_form) return;
  differences.add("operators", a.operators, b.operators);
  if (differences.size() == before && a.structure != b.structure) differences.add_unnamed("attributes");
}

// Whether the branches that are built alike stand in another order.
bool is_reordered(const ProfiledGroup& a, const ProfiledGroup& b,
                  const std::vector<std::pair<std::size_t, std::size_t>>& branches) {
  std::vector<std::uint64_t> forms_a, forms_b;
  auto by_place_of_b = branches;
  std::sort(by_place_of_b.begin(), by_place_of_b.end(),
            [](const auto& x, const auto& y) { return x.second < y.second; });
  for (const auto& [i, j] : branches) forms_a.push_back(b.branches[j].structure);
  for (const auto& [i, j] : by_place_of_b) forms_b.push_back(b.branches[j].structure);
  return a.structure != b.structure && forms_a != forms_b;
}

}  // namespace

std::vector<Difference> find_differences(const ProfiledGroup& a, const ProfiledGroup& b,
                                         const std::vector<std::pair<std::size_t, std::size_t>>& branches) {
  Differences differences;
  differences.add("closed", yes_or_no(a.closed), yes_or_no(b.closed));
  if (a.structure == b.structure) return differences.take();
  const bool other_form = (a.kind == BranchKind::grouped) != (b.kind == BranchKind::grouped);
  differences.add("kind", std::string(name_of(a.kind)), std::string(name_of(b.kind)));
  if (!other_form) differences.add("join", a.join, b.join);
  if (is_reordered(a, b, branches)) differences.add_unnamed("order");
  const std::size_t before = differences.size();
  for (const auto& [i, j] : branches) {
    differences.speak_of(i);
    compare_branches(a.branches[i], b.branches[j], other_form, differences);
  }
  if (differences.size() == 0 && before == 0 && a.branches.size() == b.branches.size()) {
    std::vector<Difference> only_shared;  // nodes that serve several branches, or the join's attributes
    only_shared.push_back({"attributes", {}, {}, std::nullopt});
    return only_shared;
  }
  return differences.take();
}

StreamDifferences compare_streams(const ModelProfile& a, const ModelProfile& b,
                                  const std::vector<AlignedGroups>& groups) {
  std::unordered_map<std::size_t, std::size_t> group_of, stream_of;  // group of A: that of B; group of B: its stream
  for (const AlignedGroups& pair : groups) group_of.emplace(pair.a, pair.b);
  for (std::size_t s = 0; s < b.streams.size(); ++s) {
    for (const std::size_t group : b.streams[s].groups) stream_of.emplace(group, s);
  }
  StreamDifferences result;
  std::vector<bool> taken(b.streams.size(), false);
  for (std::size_t s = 0; s < a.streams.size(); ++s) {
    std::map<std::size_t, std::size_t> shared;  // by stream of B
    for (const std::size_t group : a.streams[s].groups) {
      const auto other = group_of.find(group);
      const auto stream = other == group_of.end() ? stream_of.end() : stream_of.find(other->second);
      if (stream != stream_of.end() && !taken[stream->second]) ++shared[stream->second];
    }
    const auto most = std::max_element(shared.begin(), shared.end(),
                                       [](const auto& x, const auto& y) { return x.second < y.second; });
    if (most == shared.end()) {
      result.only_a.push_back(s);
      continue;
    }
    taken[most->first] = true;
    const ProfiledStream &before = a.streams[s], &after = b.streams[most->first];
    Differences differences;
    differences.add("blocks", std::to_string(before.groups.size()), std::to_string(after.groups.size()));
    const auto text_of_links = [](const ProfiledStream& stream) {
      std::string text;
      for (const auto& [link, count] : stream.links)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + link;
      return text;
    };
    differences.add("links", text_of_links(before), text_of_links(after));
    differences.add("paths", before.paths, after.paths);
    result.pairs.push_back({s, most->first, differences.take()});
  }
  for (std::size_t s = 0; s < taken.size(); ++s) {
    if (!taken[s]) result.only_b.push_back(s);
  }
  return result;
}

std::vector<OperatorDifference> compare_operators(const ModelProfile& a, const ModelProfile& b) {
  std::map<std::string, OperatorDifference> by_name;
  for (const auto& [op, count] : a.operators) by_name[op].before = count;
  for (const auto& [op, count] : b.operators) by_name[op].after = count;
  std::vector<OperatorDifference> list;
  for (auto& [op, difference] : by_name) {
    difference.op = op;
    if (difference.before != difference.after) list.push_back(difference);
  }
  return list;
}

}  // namespace ramus
