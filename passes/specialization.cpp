#include "passes/specialization.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "passes/feature_contrasts.hpp"
#include "passes/label_enrichment.hpp"
#include "passes/numerics/statistics.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kFewestUnits = 16;  // below it a score would be noise
constexpr int kPermutations = 999;

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

// Units with the branch and the category that each belongs to.
struct Categories {
  std::string basis, layer;  // as in SpecializationScore
  std::vector<int> branch, category;

  void add(int branch_of_unit, int category_of_unit) {
    if (branch_of_unit < 0 || category_of_unit < 0) return;
    branch.push_back(branch_of_unit);
    category.push_back(category_of_unit);
  }
  auto units() const { return static_cast<std::int64_t>(branch.size()); }
};

void score_by(const PassContext& context, const Categories& units, const std::string& key, GroupSpecialization& group) {
  if (units.units() < kFewestUnits) return;
  const auto test = test_mutual_information(units.branch, units.category, kPermutations, context.seed, key);
  if (!test) return;
  SpecializationScore score;
  score.score = std::clamp(test->observed.adjusted, 0.0, 1.0);
  score.basis = units.basis;
  score.layer = units.layer;
  score.p = test->p;
  score.null_mean = test->null_mean;
  score.units = test->observed.n;
  score.standard_error = test->standard_error;
  score.permutations = test->permutations;
  score.null_quantiles = test->null_quantiles;
  const std::vector<double> information = information_by_branch(units.branch, units.category, group.branches.size());
  const double all = std::accumulate(information.begin(), information.end(), 0.0);
  for (std::size_t b = 0; b < information.size() && all > 0; ++b) {
    group.branches[b].share = information[b] / all;
    group.branches[b].score = group.branches[b].share * score.score;
  }
  group.score = std::move(score);
}

Categories families_of(const LabelledGroup& seen) {
  const LayerLabels& labels = *seen.labels->labels;
  std::vector<int> family_of(seen.owners.size(), -1);
  for (std::size_t f = 0; f < labels.families.size(); ++f) {
    if (std::binary_search(seen.set_aside.begin(), seen.set_aside.end(), f)) continue;
    for (const std::int64_t unit : labels.families[f].units)
      family_of[static_cast<std::size_t>(unit)] = static_cast<int>(f);
  }
  Categories units{"labels", labels.layer, {}, {}};
  for (std::size_t channel = 0; channel < seen.owners.size(); ++channel) {
    units.add(seen.owners[channel], family_of[channel]);
  }
  return units;
}

// Answers how many units have a pole.
std::int64_t specialize_by_factors(const PassContext& context, const BranchGroup& branches, const std::string& key,
                                   GroupSpecialization& group) {
  const auto join = find_join_factors(context.found.factors, branches);
  if (!join || join->read->factors->null.significant == 0) return 0;
  group.factors_of = join->read->id;
  group.factor_units = std::count_if(join->owners.begin(), join->owners.end(), [](int owner) { return owner >= 0; });
  group.factor_permutations = kPermutations;
  auto shares = find_factor_shares(*join, branches.branches.size(), kPermutations, context.seed);
  for (std::size_t b = 0; b < shares.size(); ++b) group.branches[b].factors = std::move(shares[b]);
  Categories units{"factors", join->read->id, {}, {}};
  const std::vector<int> poles = poles_of(*join);
  for (std::size_t unit = 0; unit < poles.size(); ++unit) units.add(join->owners[unit], poles[unit]);
  if (!group.score) score_by(context, units, key + "#factors", group);
  return units.units();
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
  compare_features(context, branches, group);
  return group;
}

// Benjamini-Hochberg over all that `visit` hands to its second argument: a p, and the place of its q.
template <class Visit>
void correct(std::vector<GroupSpecialization>& groups, Visit visit) {
  std::vector<double> p;
  std::vector<double*> places;
  for (GroupSpecialization& group : groups) {
    visit(group, [&](double p_value, double& q) {
      p.push_back(p_value);
      places.push_back(&q);
    });
  }
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < q.size(); ++i) *places[i] = q[i];
}

void correct_over_the_model(std::vector<GroupSpecialization>& groups) {
  correct(groups, [](GroupSpecialization& group, auto add) {
    for (BranchSpecialization& branch : group.branches) {
      for (FamilyEnrichment& cell : branch.enrichment) add(cell.test.p, cell.q);
    }
  });
  correct(groups, [](GroupSpecialization& group, auto add) {
    for (BranchSpecialization& branch : group.branches) {
      for (FeatureContrast& contrast : branch.features) add(contrast.test.p, contrast.q);
    }
  });
  correct(groups, [](GroupSpecialization& group, auto add) {
    for (FeatureSpread& spread : group.features) add(spread.test.p, spread.q);
  });
  correct(groups, [](GroupSpecialization& group, auto add) {
    for (BranchSpecialization& branch : group.branches) {
      for (FactorShare& share : branch.factors) add(share.p, share.q);
    }
  });
}

bool owns_units(const BranchGroup& group) {
  return std::any_of(group.branches.begin(), group.branches.end(),
                     [](const Branch& branch) { return branch.units.has_value(); });
}

bool says_something(const GroupSpecialization& group) {
  return group.score || !group.wiring.empty() || !group.factors_of.empty() ||
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
  const auto wirings = find_branch_wirings(context);
  if (!wirings) return propagate(Error(wirings.error()));
  Findings findings;
  std::set<const ResolvedLabels*> used;
  for (std::size_t g = 0; g < context.found.groups.size(); ++g) {
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
    const BranchGroup& branches = context.found.groups[g];
    if (!owns_units(branches)) continue;
    const std::string name = context.graph[branches.join].name;
    GroupSpecialization group = describe(context, g, branches);
    group.wiring = wirings_into(g, *wirings);
    std::int64_t largest = 0, counted = 0;
    for (const ResolvedLabels& layer : labels) {
      const auto seen = look_at(context, branches, layer);
      if (!seen) continue;
      used.insert(&layer);
      test_enrichment(*seen, group);
      if (seen->population <= largest) continue;
      largest = seen->population;
      const Categories units = families_of(*seen);
      counted = units.units();
      score_by(context, units, name + "#labels", group);
    }
    counted = std::max(counted, specialize_by_factors(context, branches, name, group));
    if (!group.score && counted > 0 && counted < kFewestUnits) {
      findings.notes.push_back({name, "few-units",
                                "no score: " + std::to_string(counted) +
                                    " units with a family or a factor, fewer than " + std::to_string(kFewestUnits)});
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
