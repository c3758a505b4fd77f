#include "adapters/report/text_confounders.hpp"

#include <algorithm>
#include <cmath>

#include "passes/numerics/correlation.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostBranches = 8;
constexpr double kTogether = 0.4;  // |Spearman| of two features from which one may stand for the other

template <class Value>
bool differ(const std::vector<Value>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end();
}

std::string listed_values(const std::vector<std::string>& values) {
  return listed(values.size(), kMostBranches, [&](std::size_t i) { return values[i]; });
}

// "kernels 1x1, 3x3, 5x5, 1x1; units 64, 128, 32, 32": what differs between the branches, in their order.
std::string differences(const ReportGroup& group, const GroupSpecialization& values) {
  std::vector<std::string> kernels, units, depths, parts;
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    const auto& kernel = group.branches[b].kernel;
    kernels.push_back(kernel ? fmt::format("{}x{}", (*kernel)[0], (*kernel)[1]) : "none");
    units.push_back(std::to_string(values.branches[b].units));
    depths.push_back(std::to_string(values.branches[b].depth));
  }
  if (differ(kernels)) parts.push_back("kernels " + listed_values(kernels));
  if (differ(units)) parts.push_back("units " + listed_values(units));
  if (differ(depths)) parts.push_back("layers " + listed_values(depths));
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool is_claimed(double q) { return q <= kLevel; }

template <class Tests>
bool claims(const Tests& tests) {
  return std::any_of(tests.begin(), tests.end(), [](const auto& test) { return is_claimed(test.q); });
}

// A branch, claimed to hold units at the join, whose units there read fewer at its first layer.
std::string bottleneck(const ReportGroup& group, const GroupSpecialization& values) {
  std::vector<std::string> narrow;
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    const BranchSpecialization& branch = values.branches[b];
    const ReportBranch& built = group.branches[b];
    if (!(claims(branch.enrichment) || claims(branch.factors)) || built.layers.size() < 2) continue;
    const std::int64_t first = built.layers.front().end - built.layers.front().begin;
    if (first < branch.units) {
      narrow.push_back(fmt::format("{}: {} units behind {}", name_within(group.name, built.name), branch.units, first));
    }
  }
  if (narrow.empty()) return {};
  return fmt::format("units behind one bottleneck are not independent, and count as if they were ({})",
                     listed_values(narrow));
}

// By unit of all branches' first layers; empty where one lacks it.
std::vector<double> values_of(const Report& report, const ReportGroup& group, const std::string& feature) {
  std::vector<double> values;
  for (const ReportBranch& branch : group.branches) {
    if (branch.layers.empty()) continue;
    const ReportRange& first = branch.layers.front();
    for (const ReportFeatures& entry : report.features) {
      if (entry.layer.name != first.layer || entry.graph != group.graph) continue;
      for (const FeatureColumn& column : entry.columns) {
        const auto size = static_cast<std::int64_t>(column.values.size());
        if (column.name != feature || first.begin < 0 || first.begin > first.end || first.end > size) continue;
        values.insert(values.end(), column.values.begin() + first.begin, column.values.begin() + first.end);
      }
    }
  }
  return values;
}

// Two features of which something is claimed, and which go together over the units: perhaps one difference told twice.
std::string features_together(const Report& report, const ReportGroup& group, const GroupSpecialization& values) {
  std::vector<std::string> claimed;
  for (const BranchSpecialization& branch : values.branches) {
    for (const FeatureContrast& contrast : branch.features) {
      const bool is_new = std::find(claimed.begin(), claimed.end(), contrast.feature) == claimed.end();
      if (is_claimed(contrast.q) && is_new) claimed.push_back(contrast.feature);
    }
  }
  std::vector<std::string> pairs;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const std::vector<double> first = values_of(report, group, claimed[i]);
    for (std::size_t j = i + 1; j < claimed.size(); ++j) {
      const auto r = spearman(first, values_of(report, group, claimed[j]));
      if (!r || std::abs(*r) < kTogether) continue;
      pairs.push_back(fmt::format("{} and {} (Spearman {:.2f} over {} units)", shortened(claimed[i], 44),
                                  shortened(claimed[j], 44), *r, first.size()));
    }
  }
  if (pairs.empty()) return {};
  return "features that go together may be one difference, told twice: " + listed_values(pairs);
}

}  // namespace

std::vector<std::string> confounders_of(const Report& report, const ReportGroup& group,
                                        const ReportSpecialization& entry) {
  std::vector<std::string> sentences;
  const GroupSpecialization& values = entry.values;
  if (std::string built = differences(group, values); !built.empty()) {
    built = "branches that are not built alike: " + built;
    if (values.kernels_differ) built += "; a pattern may gather where a kernel fits its size, whatever the branch";
    sentences.push_back(std::move(built));
  }
  for (std::string& sentence :
       std::vector{bottleneck(group, values), features_together(report, group, values), untrained_filters(values)}) {
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

std::string untrained_filters(const GroupSpecialization& values) {
  const auto& random = values.from_random;
  if (!random || random->distance > kNearRandom) return {};
  return fmt::format(
      "filters that look little trained: the colours of all {} lie within {:.2f} of random filters' "
      "(Kolmogorov's distance; above {:.2f} in trained networks)",
      random->filters, random->distance, kNearRandom);
}

std::vector<std::string> cautions_of(const Report& report) {
  bool labelled = false, contrasted = false, linearised = false;
  for (const ReportSpecialization& entry : report.specialization) {
    for (const BranchSpecialization& branch : entry.values.branches) {
      labelled = labelled || !branch.enrichment.empty();
      contrasted = contrasted || (!branch.features.empty() && branch.depth > 1);
      linearised = linearised || std::any_of(branch.features.begin(), branch.features.end(),
                                             [](const FeatureContrast& contrast) { return contrast.linearised; });
    }
  }
  std::vector<std::string> sentences{
      "one network is one training: its units are no replications, other seeds are (`ramus compare`)"};
  if (contrasted) {
    sentences.emplace_back(
        "features are tested at the first layer of each branch: units behind one bottleneck are not independent");
  }
  if (labelled) {
    sentences.emplace_back("families were chosen by people who may have seen the branches; no p corrects for that");
  }
  if (linearised) sentences.emplace_back("linearised kernels leave out what the nonlinearities before them do");
  return sentences;
}

}  // namespace ramus
