#include "passes/profile_table.hpp"

#include <algorithm>
#include <map>

namespace ramus {
namespace {

std::vector<ProfileColumn> columns_of(const ProfileSample& sample) {
  std::vector<ProfileColumn> columns;
  for (const char* const statistic : {"mean", "spread"}) {
    if (sample.units.families) break;
    for (const std::string& name : sample.columns) columns.push_back({name, statistic});
  }
  if (!sample.units.families) return columns;
  for (const std::string& name : sample.columns) columns.push_back({name, "log_odds"});
  return columns;
}

using Row = std::vector<std::optional<double>>;

// One row for each branch of `group`, with the columns of the table.
std::vector<Row> rows_of(const ProfiledGroup& group, const ProfileTable& table) {
  std::vector<Row> rows(group.branches.size(), Row(table.columns.size()));
  const ProfileSample* sample = group.find(table.basis, table.layer);
  if (sample == nullptr) return rows;
  const Eigen::MatrixXd profile = profile_of(sample->units, static_cast<Eigen::Index>(group.branches.size()));
  const std::vector<ProfileColumn> here = columns_of(*sample);
  std::vector<bool> has_units(group.branches.size(), false);
  for (const int branch : sample->units.branch) has_units[static_cast<std::size_t>(branch)] = true;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto found = std::find_if(here.begin(), here.end(), [&](const ProfileColumn& column) {
      return column.name == table.columns[c].name && column.statistic == table.columns[c].statistic;
    });
    if (found == here.end()) continue;
    for (std::size_t b = 0; b < rows.size(); ++b) {
      if (has_units[b]) rows[b][c] = profile(static_cast<Eigen::Index>(b), found - here.begin());
    }
  }
  return rows;
}

}  // namespace

std::vector<ProfileTable> make_profile_tables(std::span<const ModelProfile> profiles,
                                              std::span<const ComparedModels> against_first) {
  std::vector<std::map<std::size_t, const ComparedGroup*>> by_group(against_first.size());
  for (std::size_t m = 0; m < against_first.size(); ++m) {
    for (const ComparedGroup& group : against_first[m].groups) by_group[m].emplace(group.groups.a, &group);
  }
  std::vector<ProfileTable> tables;
  for (std::size_t g = 0; g < profiles.front().groups.size(); ++g) {
    const ProfiledGroup& group = profiles.front().groups[g];
    for (const ProfileSample& sample : group.samples) {
      ProfileTable table{g, sample.basis, sample.layer, columns_of(sample), {}};
      table.values.assign(group.branches.size(), std::vector<Row>(profiles.size(), Row(table.columns.size())));
      const std::vector<Row> first = rows_of(group, table);
      for (std::size_t b = 0; b < first.size(); ++b) table.values[b][0] = first[b];
      for (std::size_t m = 0; m < against_first.size(); ++m) {
        const auto found = by_group[m].find(g);
        if (found == by_group[m].end()) continue;
        const std::vector<Row> rows = rows_of(profiles[m + 1].groups[found->second->groups.b], table);
        for (const auto& [a, b] : found->second->branches) table.values[a][m + 1] = rows[b];
      }
      tables.push_back(std::move(table));
    }
  }
  return tables;
}

}  // namespace ramus
