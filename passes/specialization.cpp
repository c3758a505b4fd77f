#include "passes/specialization.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "passes/label_enrichment.hpp"
#include "passes/numerics/statistics.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kFewestUnits = 16;  // below it a score would be noise
constexpr int kScorePermutations = 999;
constexpr int kUnlabelled = -1;
constexpr std::int64_t kExactBelow = 65;  // units per side up to which the rank test is counted out

// One labelled layer, seen by one group.
struct LabelledGroup {
  const ResolvedLabels* labels;
  std::vector<int> owners;          // by channel
  std::vector<std::int64_t> sizes;  // by branch
  std::int64_t population = 0;
  std::vector<std::size_t> set_aside;
};

std::optional<LabelledGroup> look_at(const PassContext& context, const BranchGroup& group,
                                     const ResolvedLabels& labels) {
  LabelledGroup seen{&labels, owners_of(context.graph, context.analyses.channel_flow(), group, labels), {}, 0, {}};
  seen.sizes.assign(group.branches.size(), 0);
  for (const int owner : seen.owners) {
    if (owner < 0) continue;
    ++seen.sizes[static_cast<std::size_t>(owner)];
    ++seen.population;
  }
  if (std::count_if(seen.sizes.begin(), seen.sizes.end(), [](std::int64_t size) { return size > 0; }) < 2) {
    return std::nullopt;
  }
  seen.set_aside = overlapping_families(*labels.labels);
  return seen;
}

void test_enrichment(const LabelledGroup& seen, GroupSpecialization& group) {
  const LayerLabels& labels = *seen.labels->labels;
  for (std::size_t f = 0; f < labels.families.size(); ++f) {
    std::vector<std::int64_t> hits(seen.sizes.size(), 0);
    std::int64_t family_size = 0;
    for (const std::int64_t unit : labels.families[f].units) {
      const int owner = seen.owners[static_cast<std::size_t>(unit)];
      if (owner < 0) continue;
      ++hits[static_cast<std::size_t>(owner)];
      ++family_size;
    }
    const bool in_score = !std::binary_search(seen.set_aside.begin(), seen.set_aside.end(), f);
    for (std::size_t b = 0; b < hits.size(); ++b) {
      const EnrichmentCell cell{hits[b], family_size, seen.sizes[b], seen.population};
      const auto test = find_enrichment(cell);
      if (!test || seen.sizes[b] == 0) continue;
      group.branches[b].enrichment.push_back({labels.families[f].name, labels.layer, cell, *test, 1, in_score});
    }
  }
  for (const std::size_t f : seen.set_aside) group.set_aside.push_back(labels.families[f].name);
}

// The information that each branch adds to the mutual information of branch and family; they add up to it.
std::vector<double> information_by_branch(const std::vector<int>& branch, const std::vector<int>& family,
                                          std::size_t branches) {
  std::map<std::pair<int, int>, double> joint;
  std::map<int, double> of_branch, of_family;
  const auto n = static_cast<double>(branch.size());
  for (std::size_t i = 0; i < branch.size(); ++i) {
    joint[{branch[i], family[i]}] += 1 / n;
    of_branch[branch[i]] += 1 / n;
    of_family[family[i]] += 1 / n;
  }
  std::vector<double> information(branches, 0);
  for (const auto& [cell, share] : joint) {
    information[static_cast<std::size_t>(cell.first)] +=
        share * std::log(share / (of_branch[cell.first] * of_family[cell.second]));
  }
  return information;
}

void score_by_labels(const PassContext& context, const LabelledGroup& seen, const std::string& key,
                     GroupSpecialization& group) {
  const LayerLabels& labels = *seen.labels->labels;
  std::vector<int> family_of(seen.owners.size(), kUnlabelled);
  for (std::size_t f = 0; f < labels.families.size(); ++f) {
    if (std::binary_search(seen.set_aside.begin(), seen.set_aside.end(), f)) continue;
    for (const std::int64_t unit : labels.families[f].units)
      family_of[static_cast<std::size_t>(unit)] = static_cast<int>(f);
  }
  std::vector<int> branch, family;
  for (std::size_t channel = 0; channel < seen.owners.size(); ++channel) {
    if (seen.owners[channel] < 0 || family_of[channel] == kUnlabelled) continue;
    branch.push_back(seen.owners[channel]);
    family.push_back(family_of[channel]);
  }
  if (static_cast<std::int64_t>(branch.size()) < kFewestUnits) return;
  const auto test = test_mutual_information(branch, family, kScorePermutations, context.seed, key + "#labels");
  if (!test) return;
  SpecializationScore score;
  score.score = std::clamp(test->observed.adjusted, 0.0, 1.0);
  score.basis = "labels";
  score.layer = labels.layer;
  score.p = test->p;
  score.null_mean = test->null_mean;
  score.units = test->observed.n;
  score.permutations = test->permutations;
  const std::vector<double> information = information_by_branch(branch, family, group.branches.size());
  const double all = std::accumulate(information.begin(), information.end(), 0.0);
  for (std::size_t b = 0; b < information.size() && all > 0; ++b) {
    group.branches[b].share = information[b] / all;
    group.branches[b].score = group.branches[b].share * score.score;
  }
  group.score = std::move(score);
}

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
      const auto first = first_layer(branches.branches[b]);
      const UnitFeatures& known = *image_features(context.found, first->layer);
      group.branches[b].features.push_back({std::string(feature), context.graph[first->layer].name, *test,
                                            mean_of(values[b]), mean_of(elsewhere), 1,
                                            known.linearised && !known.find(feature)->given});
    }
  }
}

GroupSpecialization describe(const PassContext& context, std::size_t place, const BranchGroup& branches) {
  GroupSpecialization group;
  group.group = place;
  group.branches.resize(branches.branches.size());
  std::optional<std::array<std::int64_t, 2>> kernel;
  for (std::size_t b = 0; b < branches.branches.size(); ++b) {
    const Branch& branch = branches.branches[b];
    group.branches[b].units = branch.units ? branch.units->end - branch.units->begin : 0;
    group.branches[b].depth = static_cast<std::int64_t>(branch.layers.size());
    if (!branch.kernel) continue;
    group.kernels_differ = group.kernels_differ || (kernel && *kernel != *branch.kernel);
    kernel = branch.kernel;
  }
  contrast_features(context, branches, group);
  return group;
}

void correct_over_the_model(std::vector<GroupSpecialization>& groups) {
  std::vector<double> enrichment, contrasts;
  for (const GroupSpecialization& group : groups) {
    for (const BranchSpecialization& branch : group.branches) {
      for (const FamilyEnrichment& cell : branch.enrichment) enrichment.push_back(cell.test.p);
      for (const FeatureContrast& contrast : branch.features) contrasts.push_back(contrast.test.p);
    }
  }
  const std::vector<double> q_enrichment = benjamini_hochberg(enrichment), q_contrasts = benjamini_hochberg(contrasts);
  auto next_enrichment = q_enrichment.begin();
  auto next_contrast = q_contrasts.begin();
  for (GroupSpecialization& group : groups) {
    for (BranchSpecialization& branch : group.branches) {
      for (FamilyEnrichment& cell : branch.enrichment) cell.q = *next_enrichment++;
      for (FeatureContrast& contrast : branch.features) contrast.q = *next_contrast++;
    }
  }
}

bool owns_units(const BranchGroup& group) {
  return std::any_of(group.branches.begin(), group.branches.end(),
                     [](const Branch& branch) { return branch.units.has_value(); });
}

bool says_something(const GroupSpecialization& group) {
  return group.score ||
         std::any_of(group.branches.begin(), group.branches.end(), [](const BranchSpecialization& branch) {
           return !branch.enrichment.empty() || !branch.features.empty();
         });
}

}  // namespace

Result<Findings> find_specialization(const PassContext& context) {
  std::vector<ResolvedLabels> labels;
  if (context.labels != nullptr) {
    auto resolved = resolve_labels(*context.labels, context.graph, context.analyses.channel_flow(),
                                   context.found.tree.value_or(BranchTree{}), context.found.groups);
    if (!resolved) return propagate(std::move(resolved.error()));
    labels = std::move(*resolved);
  }
  Findings findings;
  std::set<const ResolvedLabels*> used;
  for (std::size_t g = 0; g < context.found.groups.size(); ++g) {
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
    const BranchGroup& branches = context.found.groups[g];
    if (!owns_units(branches)) continue;
    const std::string name = context.graph[branches.join].name;
    GroupSpecialization group = describe(context, g, branches);
    std::int64_t largest = 0;
    for (const ResolvedLabels& layer : labels) {
      const auto seen = look_at(context, branches, layer);
      if (!seen) continue;
      used.insert(&layer);
      test_enrichment(*seen, group);
      if (seen->population <= largest) continue;
      largest = seen->population;
      score_by_labels(context, *seen, name, group);
    }
    if (largest > 0 && largest < kFewestUnits) {
      findings.notes.push_back(
          {name, "few-units",
           "no score: " + std::to_string(largest) + " labelled units, fewer than " + std::to_string(kFewestUnits)});
    }
    if (says_something(group)) findings.specialization.push_back(std::move(group));
  }
  for (const ResolvedLabels& layer : labels) {
    if (used.count(&layer) != 0) continue;
    findings.notes.push_back({layer.labels->layer, "labels-unused",
                              "its labels say nothing: no group of branches divides the units of this layer"});
  }
  correct_over_the_model(findings.specialization);
  return findings;
}

}  // namespace ramus
