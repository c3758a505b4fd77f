#include "passes/group_alignment.hpp"

#include <algorithm>
#include <unordered_map>

namespace ramus {
namespace {

constexpr std::size_t kMostCells = 1 << 22;  // of one table: 2048 groups against 2048
constexpr std::size_t kMostBranches = 64;    // whose forms are compared one by one
constexpr std::int64_t kSameName = 1;        // decides between places that are equally good
constexpr std::int64_t kWorth[] = {1'000'000'000, 10'000'000, 100'000, 1'000};  // by likeness

bool is_concatenation(BranchKind kind) {
  return kind == BranchKind::concat || kind == BranchKind::split || kind == BranchKind::grouped;
}
bool is_sum(BranchKind kind) { return kind == BranchKind::sum || kind == BranchKind::residual; }

bool are_kin(BranchKind a, BranchKind b) {
  return a == b || (is_concatenation(a) && is_concatenation(b)) || (is_sum(a) && is_sum(b));
}

// Of the branches of one group, in no order.
struct Forms {
  std::uint64_t sum = 0;            // of all: equal where all are
  std::vector<std::uint64_t> each;  // ascending; empty where there are too many to compare one by one
};

Forms forms_of(const ProfiledGroup& group) {
  Forms forms;
  for (const ProfiledBranch& branch : group.branches) {
    forms.sum += branch.form * branch.form;
    if (group.branches.size() <= kMostBranches) forms.each.push_back(branch.form);
  }
  std::sort(forms.each.begin(), forms.each.end());
  return forms;
}

std::size_t common(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::size_t count = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) ++count;
    const bool forward = *i <= *j;
    if (*j <= *i) ++j;
    if (forward) ++i;
  }
  return count;
}

class Aligner {
 public:
  Aligner(const std::vector<ProfiledGroup>& a, const std::vector<ProfiledGroup>& b) : a_(a), b_(b) {
    for (const ProfiledGroup& group : a) forms_a_.push_back(forms_of(group));
    for (const ProfiledGroup& group : b) forms_b_.push_back(forms_of(group));
  }

  std::vector<AlignedGroups> run() {
    align({0, a_.size(), 0, b_.size()}, true);
    return std::move(aligned_);
  }

 private:
  struct Piece {
    std::size_t a_begin, a_end, b_begin, b_end;
    std::size_t a() const { return a_end - a_begin; }
    std::size_t b() const { return b_end - b_begin; }
  };

  std::optional<GroupLikeness> likeness(std::size_t i, std::size_t j) const {
    const ProfiledGroup &a = a_[i], &b = b_[j];
    if (a.structure == b.structure) return GroupLikeness::structure;
    if (!are_kin(a.kind, b.kind)) return std::nullopt;
    const bool as_many = a.branches.size() == b.branches.size();
    if (as_many && forms_a_[i].sum == forms_b_[j].sum) return GroupLikeness::form;
    const std::size_t most = std::max(a.branches.size(), b.branches.size());
    const bool half = 2 * common(forms_a_[i].each, forms_b_[j].each) >= most;
    if (half || (a.name == b.name && a.kind == b.kind)) return GroupLikeness::branches;
    if (a.kind == b.kind && as_many) return GroupLikeness::position;
    return std::nullopt;
  }

  std::int64_t worth(std::size_t i, std::size_t j) const {
    const auto found = likeness(i, j);
    if (!found) return 0;
    return kWorth[static_cast<std::size_t>(*found)] + (a_[i].name == b_[j].name ? kSameName : 0);
  }

  void keep(std::size_t i, std::size_t j) { aligned_.push_back({i, j, *likeness(i, j)}); }

  void align(Piece piece, bool may_anchor) {
    while (piece.a() > 0 && piece.b() > 0 && is_same(piece.a_begin, piece.b_begin)) {
      keep(piece.a_begin++, piece.b_begin++);
    }
    std::size_t same_end = 0;
    while (same_end < std::min(piece.a(), piece.b()) &&
           is_same(piece.a_end - 1 - same_end, piece.b_end - 1 - same_end)) {
      ++same_end;
    }
    const Piece middle{piece.a_begin, piece.a_end - same_end, piece.b_begin, piece.b_end - same_end};
    if (middle.a() > 0 && middle.b() > 0) align_middle(middle, may_anchor);
    for (; same_end > 0; --same_end) keep(piece.a_end - same_end, piece.b_end - same_end);
  }

  bool is_same(std::size_t i, std::size_t j) const {
    return a_[i].structure == b_[j].structure && a_[i].name == b_[j].name;
  }

  void align_middle(const Piece& piece, bool may_anchor) {
    if (piece.a() <= kMostCells / piece.b()) return align_by_table(piece);
    if (may_anchor) {
      Piece rest = piece;
      for (const auto& [i, j] : anchors(piece)) {
        align({rest.a_begin, i, rest.b_begin, j}, false);
        keep(i, j);
        rest = {i + 1, piece.a_end, j + 1, piece.b_end};
      }
      return align(rest, false);
    }
    const std::size_t half_a = piece.a_begin + piece.a() / 2, half_b = piece.b_begin + piece.b() / 2;
    align({piece.a_begin, half_a, piece.b_begin, half_b}, false);
    align({half_a, piece.a_end, half_b, piece.b_end}, false);
  }

  // Pairs with structure and name in common, as many as can be had in order: a longest increasing subsequence.
  std::vector<std::pair<std::size_t, std::size_t>> anchors(const Piece& piece) const {
    std::unordered_map<std::string_view, std::size_t> by_name;
    for (std::size_t j = piece.b_begin; j < piece.b_end; ++j) by_name.emplace(b_[j].name, j);
    struct Pair {
      std::size_t i, j, before;
    };
    std::vector<Pair> pairs;
    std::vector<std::size_t> tails;  // by length of the subsequence: its last pair, the one with the smallest j
    for (std::size_t i = piece.a_begin; i < piece.a_end; ++i) {
      const auto found = by_name.find(a_[i].name);
      if (found == by_name.end() || !is_same(i, found->second)) continue;
      const auto tail = std::lower_bound(tails.begin(), tails.end(), found->second,
                                         [&](std::size_t pair, std::size_t j) { return pairs[pair].j < j; });
      pairs.push_back({i, found->second, tail == tails.begin() ? pairs.size() : *std::prev(tail)});
      if (tail == tails.end()) {
        tails.push_back(pairs.size() - 1);
      } else {
        *tail = pairs.size() - 1;
      }
    }
    std::vector<std::pair<std::size_t, std::size_t>> chosen;
    for (std::size_t pair = tails.empty() ? pairs.size() : tails.back(); pair < pairs.size();) {
      chosen.emplace_back(pairs[pair].i, pairs[pair].j);
      if (pairs[pair].before == pair) break;
      pair = pairs[pair].before;
    }
    std::reverse(chosen.begin(), chosen.end());
    return chosen;
  }

  void align_by_table(const Piece& piece) {
    enum class Step : unsigned char { pair, skip_a, skip_b };
    const std::size_t width = piece.b() + 1;
    std::vector<Step> steps((piece.a() + 1) * width, Step::skip_b);
    std::vector<std::int64_t> above(width, 0), here(width, 0);
    for (std::size_t i = 1; i <= piece.a(); ++i) {
      steps[i * width] = Step::skip_a;
      here[0] = 0;
      for (std::size_t j = 1; j <= piece.b(); ++j) {
        const std::int64_t pair = worth(piece.a_begin + i - 1, piece.b_begin + j - 1);
        here[j] = std::max(above[j], here[j - 1]);
        steps[i * width + j] = above[j] >= here[j - 1] ? Step::skip_a : Step::skip_b;
        if (pair > 0 && above[j - 1] + pair >= here[j]) {
          here[j] = above[j - 1] + pair;
          steps[i * width + j] = Step::pair;
        }
      }
      std::swap(above, here);
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = piece.a(), j = piece.b(); i > 0 && j > 0;) {
      const Step step = steps[i * width + j];
      if (step != Step::skip_b) --i;
      if (step != Step::skip_a) --j;
      if (step == Step::pair) pairs.emplace_back(piece.a_begin + i, piece.b_begin + j);
    }
    for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) keep(pair->first, pair->second);
  }

  const std::vector<ProfiledGroup>&a_, &b_;
  std::vector<Forms> forms_a_, forms_b_;
  std::vector<AlignedGroups> aligned_;
};

}  // namespace

std::string_view name_of(GroupLikeness likeness) {
  switch (likeness) {
    case GroupLikeness::structure:
      return "structure";
    case GroupLikeness::form:
      return "form";
    case GroupLikeness::branches:
      return "branches";
    case GroupLikeness::position:
      return "position";
  }
  return "";
}

std::vector<AlignedGroups> align_groups(const std::vector<ProfiledGroup>& a, const std::vector<ProfiledGroup>& b) {
  return Aligner(a, b).run();
}

}  // namespace ramus
