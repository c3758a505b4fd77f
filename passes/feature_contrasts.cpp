#include "passes/feature_contrasts.hpp"

#include <algorithm>
#include <numeric>

#include "passes/numerics/statistics.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kExactBelow = 65;  // units per side up to which the rank test is counted out

// The first layer of a branch that reads the common input, and the branch's units there.
std::optional<UnitRange> first_layer(const Branch& branch) {
  if (branch.layers.empty()) return std::nullopt;
  return branch.layers.front();
}

const UnitFeatures* image_features(const Findings& found, NodeId layer) {
  for (const UnitFeatures& features : found.features) {
    if (features.layer != layer) continue;
    const bool of_image = std::any_of(features.columns.begin(), features.columns.end(),
                                      [](const FeatureColumn& column) { return column.of_image; });
    return of_image ? &features : nullptr;
  }
  return nullptr;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Values of one feature at each branch's first layer; empty where a branch has none.
std::vector<std::vector<double>> feature_by_branch(const Findings& found, const BranchGroup& group,
                                                   std::string_view feature) {
  std::vector<std::vector<double>> values(group.branches.size());
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const auto first = first_layer(group.branches[b]);
    const UnitFeatures* features = first ? image_features(found, first->layer) : nullptr;
    const FeatureColumn* column = features == nullptr ? nullptr : features->find(feature);
    if (column == nullptr) continue;
    values[b].assign(column->values.begin() + first->begin, column->values.begin() + first->end);
  }
  return values;
}

// In the order in which the branches' first layers have them.
std::vector<std::string_view> testable_features(const Findings& found, const BranchGroup& group) {
  std::vector<std::string_view> names;
  for (const Branch& branch : group.branches) {
    const auto first = first_layer(branch);
    const UnitFeatures* features = first ? image_features(found, first->layer) : nullptr;
    if (features == nullptr) continue;
    for (const FeatureColumn& column : features->columns) {
      const bool is_new = std::find(names.begin(), names.end(), column.name) == names.end();
      if (column.of_image && !column.directional && is_new) names.push_back(column.name);
    }
  }
  return names;
}

// Of a branch whose first layer has the feature.
bool is_linearised(const Findings& found, const Branch& branch, std::string_view feature) {
  const UnitFeatures& known = *image_features(found, first_layer(branch)->layer);
  return known.linearised && !known.find(feature)->given;
}

void contrast_features(const PassContext& context, const BranchGroup& branches, GroupSpecialization& group) {
  for (const std::string_view feature : testable_features(context.found, branches)) {
    const auto values = feature_by_branch(context.found, branches, feature);
    for (std::size_t b = 0; b < values.size(); ++b) {
      std::vector<double> elsewhere;
      for (std::size_t other = 0; other < values.size(); ++other) {
        if (other != b) elsewhere.insert(elsewhere.end(), values[other].begin(), values[other].end());
      }
      const auto test = mann_whitney(values[b], elsewhere, kExactBelow);
      if (!test) continue;
      const Branch& branch = branches.branches[b];
      group.branches[b].features.push_back({std::string(feature), context.graph[first_layer(branch)->layer].name, *test,
                                            mean_of(values[b]), mean_of(elsewhere), 1,
                                            is_linearised(context.found, branch, feature)});
    }
  }
}

// Over all branches that have the feature.
void spread_features(const PassContext& context, const BranchGroup& branches, GroupSpecialization& group) {
  for (const std::string_view feature : testable_features(context.found, branches)) {
    const auto by_branch = feature_by_branch(context.found, branches, feature);
    std::vector<double> values;
    std::vector<int> branch;
    bool linearised = false;
    for (std::size_t b = 0; b < by_branch.size(); ++b) {
      values.insert(values.end(), by_branch[b].begin(), by_branch[b].end());
      branch.insert(branch.end(), by_branch[b].size(), static_cast<int>(b));
      linearised = linearised || (!by_branch[b].empty() && is_linearised(context.found, branches.branches[b], feature));
    }
    if (const auto test = kruskal_wallis(values, branch)) {
      group.features.push_back({std::string(feature), *test, 1, linearised});
    }
  }
}

// nullopt where a first layer does not read the image itself, or a user gave its colours.
std::optional<RandomFilterDistance> distance_from_random(const Findings& found, const BranchGroup& branches) {
  std::vector<double> colours;
  std::vector<std::int64_t> taps;
  for (const Branch& branch : branches.branches) {
    const auto first = first_layer(branch);
    const UnitFeatures* features = first ? image_features(found, first->layer) : nullptr;
    const FeatureColumn* colour = features == nullptr ? nullptr : features->find("colour");
    if (colour == nullptr || colour->given || features->linearised || !features->field) return std::nullopt;
    colours.insert(colours.end(), colour->values.begin() + first->begin, colour->values.begin() + first->end);
    taps.resize(colours.size(), (*features->field)[0] * (*features->field)[1]);
  }
  return distance_from_random_filters(colours, taps);
}

}  // namespace

void compare_features(const PassContext& context, const BranchGroup& branches, GroupSpecialization& group) {
  group.from_random = distance_from_random(context.found, branches);
  contrast_features(context, branches, group);
  spread_features(context, branches, group);
}

}  // namespace ramus
