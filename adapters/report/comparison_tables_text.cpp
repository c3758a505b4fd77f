#include <algorithm>

#include "adapters/report/comparison_sections.hpp"
#include "passes/profile_table.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostTables = 4;
constexpr std::size_t kMostModels = 8;

bool is_empty(const std::vector<std::optional<double>>& row) {
  return std::none_of(row.begin(), row.end(), [](const auto& value) { return value.has_value(); });
}

void write_table(const Comparison& comparison, const ProfileTable& table, TextPage& page) {
  const std::size_t models = std::min(comparison.models.size(), kMostModels);
  const ProfiledGroup& group = comparison.profiles.front().groups[table.group];
  std::string heads;
  for (std::size_t m = 0; m < models; ++m) heads += fmt::format("{:>8}", letter_of(m));
  const std::string kind = table.basis == ProfileBasis::factors  ? ", factors"
                           : table.basis == ProfileBasis::labels ? ", labels of " + table.layer
                                                                 : "";
  const std::string title = shortened(group.name, 16) + kind;
  page.line("  {:<40}{}", shortened(title, 40), heads);
  for (std::size_t b = 0; b < std::min(table.values.size(), kMostComparedBranches); ++b) {
    if (std::all_of(table.values[b].begin(), table.values[b].end(), is_empty)) continue;
    std::size_t shown = 0;
    for (std::size_t c = 0; c < table.columns.size() && shown < kMostColumns; ++c) {
      if (table.columns[c].statistic == "spread") continue;
      ++shown;
      std::string row;
      for (std::size_t m = 0; m < models; ++m) {
        const std::optional<double>& value = table.values[b][m][c];
        row += value ? fmt::format("{:>8.2f}", *value) : fmt::format("{:>8}", "-");
      }
      page.line("    {:<15}{:<23}{}", shown == 1 ? shortened(name_within(group, b), 14) : "",
                shortened(table.columns[c].name, 23), row);
    }
  }
  page.more("    ", table.values.size(), kMostComparedBranches, "branch", "branches");
}

}  // namespace

// Of groups that another model has, too, and can be compared in.
void write_profile_tables(const Comparison& comparison, TextPage& page) {
  std::vector<ProfileTable> tables = make_profile_tables(comparison.profiles, comparison.against_first);
  const auto is_alone = [](const ProfileTable& table) {
    return std::all_of(table.values.begin(), table.values.end(),
                       [](const auto& models) { return std::all_of(models.begin() + 1, models.end(), is_empty); });
  };
  tables.erase(std::remove_if(tables.begin(), tables.end(), is_alone), tables.end());
  if (tables.empty()) return;
  page.gap();
  page.line(
      "Profiles of the branches of A and of those assigned to them: means in standard deviations of the group, "
      "of families log odds");
  for (std::size_t t = 0; t < std::min(tables.size(), kMostTables); ++t) write_table(comparison, tables[t], page);
  page.more("  ", tables.size(), kMostTables, "table", "tables");
  page.more("  ", comparison.models.size(), kMostModels, "model", "models");
}

}  // namespace ramus
