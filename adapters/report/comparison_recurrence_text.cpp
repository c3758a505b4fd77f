#include <algorithm>

#include "adapters/report/comparison_sections.hpp"

namespace ramus {
namespace {

class RecurrencePart {
 public:
  RecurrencePart(const Comparison& comparison, std::size_t m, TextPage& page)
      : compared_(comparison.against_first[m - 1]),
        first_(comparison.profiles.front()),
        second_(comparison.profiles[m]),
        letter_(letter_of(m)),
        page_(page) {}

  void write() {
    std::vector<const ComparedGroup*> compared;
    for (const ComparedGroup& group : compared_.groups) {
      if (group.profile) compared.push_back(&group);
    }
    page_.gap();
    if (compared.empty()) {
      page_.line(
          "Specialization in {} as in A: nothing to compare; no group has features, labels or named factors in both",
          letter_);
      return;
    }
    const auto found = static_cast<std::size_t>(
        std::count_if(compared.begin(), compared.end(), [](const auto* group) { return recurs(*group->profile); }));
    page_.line("Specialization in {} as in A: recurs in {} of {}", letter_, found,
               plural(compared.size(), "group", "groups"));
    std::stable_partition(compared.begin(), compared.end(), [](const auto* group) { return recurs(*group->profile); });
    for (std::size_t i = 0; i < std::min(compared.size(), kMostComparedGroups); ++i) profile(*compared[i]);
    page_.more("  ", compared.size(), kMostComparedGroups, "group", "groups");
  }

 private:
  static bool recurs(const ComparedProfile& profile) {
    return profile.agreement.permutations > 0 && profile.q <= kLevel && profile.agreement.correlation > 0;
  }

  void profile(const ComparedGroup& compared) {
    const ComparedProfile& profile = *compared.profile;
    const ProfileAgreement& agreement = profile.agreement;
    const ComparedBasis& basis = profile.bases.front();
    const std::string name = shortened(first_.groups[compared.groups.a].name, 44);
    if (agreement.permutations == 0) {
      page_.line("  {}: profiles correlate {:.2f}; not tested, it would take too long", name, agreement.correlation);
    } else {
      page_.line("  {}: {}; profiles correlate {:.2f} (by chance {:.2f}), p {:.2g}, q {:.2g}", name,
                 recurs(profile) ? "recurs" : "no recurrence beyond chance", agreement.correlation,
                 agreement.null_correlation, agreement.p, profile.q);
    }
    assignment(compared);
    page_.line("    by {}", where(basis));
    if (agreement.permutations > 0) {
      page_.line("    null: {} and {} units, permuted over the branches of either model, {} each", basis.units_a,
                 basis.units_b, plural(static_cast<std::size_t>(agreement.permutations), "time", "times"));
    }
    for (std::size_t i = 1; i < profile.bases.size(); ++i) {
      page_.line("    beside it, not tested: correlation {:.2f} by {}", profile.bases[i].correlation,
                 where(profile.bases[i]));
    }
  }

  // "labels (curves, lines)"
  static std::string where(const ComparedBasis& basis) {
    const std::string columns =
        listed(basis.columns.size(), kMostColumns, [&](std::size_t i) { return shortened(basis.columns[i], 44); });
    return fmt::format("{} ({})", title_of(basis.basis), columns);
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

  void assignment(const ComparedGroup& compared) {
    const ProfiledGroup& a = first_.groups[compared.groups.a];
    const ProfiledGroup& b = second_.groups[compared.groups.b];
    const auto has_same_name = [&](const auto& pair) {
      return a.branches[pair.first].name == b.branches[pair.second].name;
    };
    std::string told = "each branch of A is the one of its name";
    if (!std::all_of(compared.branches.begin(), compared.branches.end(), has_same_name)) {
      told = listed(compared.branches.size(), kMostComparedBranches, [&](std::size_t i) {
        const auto& [from, to] = compared.branches[i];
        return fmt::format("{} of A is {} of {}", name_within(a, from), name_within(b, to), letter_);
      });
    }
    const auto& orders = compared.profile->orders;
    page_.line("    {} ({})", told,
               !orders        ? "the best of very many assignments"
               : *orders == 1 ? "the one assignment that their structure allows"
                              : fmt::format("the best of {} assignments", *orders));
  }

  const ComparedModels& compared_;
  const ModelProfile &first_, &second_;
  const std::string letter_;  // of the second
  TextPage& page_;
};

}  // namespace

void write_recurrence(const Comparison& comparison, std::size_t m, TextPage& page) {
  RecurrencePart(comparison, m, page).write();
}

}  // namespace ramus
