#include "passes/model_profile.hpp"

#include <algorithm>
#include <cmath>

#include "passes/branch_structure.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kMostUnits = 1 << 16;    // of a sample: the widest layers in use have a quarter
constexpr std::int64_t kMostEntries = 1 << 22;  // of a sample, units x columns: 32 MB
constexpr std::size_t kMostOperators = 256;     // of a branch that are written out

std::uint64_t form_of(const Branch& branch) {
  std::vector<std::int64_t> words{branch.skip ? 1 : branch.projection ? 2 : 0};
  for (const UnitRange& range : branch.layers) words.push_back(range.end - range.begin);
  std::sort(words.begin() + 1, words.end());
  if (branch.kernel) words.insert(words.end(), {-1, (*branch.kernel)[0], (*branch.kernel)[1]});
  std::uint64_t form = words.size();
  for (const std::int64_t word : words) form = (form ^ static_cast<std::uint64_t>(word)) * 0x9e3779b97f4a7c15 + 1;
  return form;
}

std::string operators_of(const Graph& graph, const Branch& branch, std::span<const std::size_t> place) {
  std::vector<NodeId> order = branch.nodes;
  std::sort(order.begin(), order.end(), [&](NodeId a, NodeId b) { return place[a.index] < place[b.index]; });
  std::string text;
  for (std::size_t i = 0; i < std::min(order.size(), kMostOperators); ++i) {
    text += (i == 0 ? "" : " ") + graph[order[i]].op;
  }
  return order.size() > kMostOperators ? text + " ..." : text;
}

std::vector<ProfiledBranch> describe(const Graph& graph, const BranchGroup& group, std::span<const std::size_t> place) {
  std::vector<ProfiledBranch> list;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const Branch& branch = group.branches[b];
    ProfiledBranch profiled;
    profiled.form = form_of(branch);
    profiled.skip = branch.skip;
    profiled.projection = branch.projection;
    for (const UnitRange& range : branch.layers) profiled.widths.push_back(range.end - range.begin);
    if (branch.units) profiled.units = branch.units->end - branch.units->begin;
    profiled.parameters = branch.parameters;
    profiled.kernel = branch.kernel;
    // Grouped branches, heads and stacked experts share their nodes, and there may be thousands of them.
    if (b > 0 && branch.nodes == group.branches[b - 1].nodes && profiled.widths == list.back().widths) {
      profiled.structure = list.back().structure;
      profiled.operators = list.back().operators;
    } else {
      profiled.structure = structure_of(graph, branch, group.kind, place);
      profiled.operators = operators_of(graph, branch, place);
    }
    list.push_back(std::move(profiled));
  }
  return list;
}

class Sampler {
 public:
  explicit Sampler(const Findings& found) : found_(found) {
    for (const UnitFeatures& features : found.features) features_.emplace(features.layer, &features);
    for (const Factorization& factors : found.factors) factors_.emplace(factors.wiring.from, &factors);
    for (const GroupSpecialization& group : found.specialization) tested_.emplace(group.group, &group);
  }

  std::vector<ProfileSample> samples_of(std::size_t place) const {
    const BranchGroup& group = found_.groups[place];
    std::vector<ProfileSample> samples;
    for (auto sample : {features_at_first_layers(group), factors_at_the_join(group)}) {
      if (sample && !sample->columns.empty()) samples.push_back(std::move(*sample));
    }
    add_labels(place, samples);
    return samples;
  }

 private:
  // Units of a range per branch, with one column for each of `names`; nullopt where fewer than two branches have units.
  template <class ValueAt>
  static std::optional<ProfileSample> sample_of(ProfileBasis basis, const std::vector<UnitRange>& ranges,
                                                std::vector<std::string> names, ValueAt value_at) {
    std::int64_t units = 0;
    for (const UnitRange& range : ranges) units += range.end - range.begin;
    const auto has_units = [](const UnitRange& range) { return range.end > range.begin; };
    if (std::count_if(ranges.begin(), ranges.end(), has_units) < 2 || units > kMostUnits ||
        units * static_cast<std::int64_t>(names.size()) > kMostEntries) {
      return std::nullopt;
    }
    ProfileSample sample{basis, {}, std::move(names), {}};
    sample.units.values.resize(units, static_cast<Eigen::Index>(sample.columns.size()));
    Eigen::Index row = 0;
    for (std::size_t b = 0; b < ranges.size(); ++b) {
      for (std::int64_t unit = ranges[b].begin; unit < ranges[b].end; ++unit, ++row) {
        sample.units.branch.push_back(static_cast<int>(b));
        for (std::size_t c = 0; c < sample.columns.size(); ++c) {
          sample.units.values(row, static_cast<Eigen::Index>(c)) = value_at(b, sample.columns[c], unit);
        }
      }
    }
    return sample.units.values.allFinite() ? std::optional(std::move(sample)) : std::nullopt;
  }

  // The first layers of branches that have one; a branch without has no units, as a skip.
  std::optional<ProfileSample> features_at_first_layers(const BranchGroup& group) const {
    std::vector<UnitRange> ranges;
    std::vector<const UnitFeatures*> known;
    std::vector<std::string> names;
    for (const Branch& branch : group.branches) {
      const auto features = branch.layers.empty() ? features_.end() : features_.find(branch.layers.front().layer);
      known.push_back(features == features_.end() ? nullptr : features->second);
      ranges.push_back(known.back() == nullptr ? UnitRange{} : branch.layers.front());
    }
    std::map<std::string, std::size_t> layers_with;  // by feature
    std::size_t layers = 0;
    for (const UnitFeatures* features : known) {
      if (features == nullptr) continue;
      ++layers;
      for (const FeatureColumn& column : features->columns) {
        if (column.of_image && !column.directional && ++layers_with[column.name] == 1) names.push_back(column.name);
      }
    }
    names.erase(
        std::remove_if(names.begin(), names.end(), [&](const std::string& name) { return layers_with[name] < layers; }),
        names.end());
    return sample_of(ProfileBasis::features, ranges, std::move(names),
                     [&](std::size_t b, const std::string& name, std::int64_t unit) {
                       return known[b]->find(name)->values[static_cast<std::size_t>(unit)];
                     });
  }

  // Loadings of the units at the join on the factors that have a name, turned so that they rise with the feature.
  std::optional<ProfileSample> factors_at_the_join(const BranchGroup& group) const {
    std::vector<UnitRange> ranges;
    for (const Branch& branch : group.branches) {
      if (!branch.units || branch.units->layer != group.branches.front().units->layer) return std::nullopt;
      ranges.push_back(*branch.units);
    }
    const auto factors = ranges.empty() ? factors_.end() : factors_.find(ranges.front().layer);
    if (factors == factors_.end()) return std::nullopt;
    const Eigen::MatrixXd& loadings = factors->second->factors->right;
    std::vector<std::string> names;
    std::map<std::string, const FactorMeaning*> by_name;
    for (const FactorMeaning& meaning : factors->second->meaning) {
      const auto column = static_cast<Eigen::Index>(meaning.factor);
      if (meaning.named && column < loadings.cols() && by_name.emplace(meaning.feature, &meaning).second) {
        names.push_back(meaning.feature);
      }
    }
    const auto is_inside = [&](const UnitRange& range) { return range.begin >= 0 && range.end <= loadings.rows(); };
    if (!std::all_of(ranges.begin(), ranges.end(), is_inside)) return std::nullopt;
    return sample_of(
        ProfileBasis::factors, ranges, std::move(names), [&](std::size_t, const std::string& name, std::int64_t unit) {
          const FactorMeaning& meaning = *by_name.at(name);
          return std::copysign(1.0, meaning.pearson) * loadings(unit, static_cast<Eigen::Index>(meaning.factor));
        });
  }

  // One sample for each labelled layer. Families that overlap others stay out: a unit has one family, or none, so the
  // counts of the enrichment are all that need be known.
  void add_labels(std::size_t place, std::vector<ProfileSample>& samples) const {
    const auto tested = tested_.find(place);
    if (tested == tested_.end()) return;
    std::vector<std::string> layers;
    std::map<std::string, std::map<std::string, int>> columns;  // by layer and family
    for (const BranchSpecialization& branch : tested->second->branches) {
      for (const FamilyEnrichment& cell : branch.enrichment) {
        if (!cell.in_score || cell.cell.population > kMostUnits) continue;
        if (columns.count(cell.layer) == 0) layers.push_back(cell.layer);
        auto& families = columns[cell.layer];
        families.emplace(cell.family, static_cast<int>(families.size()));
      }
    }
    for (const std::string& layer : layers) {
      auto sample = labels_of(tested->second->branches, layer, columns[layer]);
      if (sample) samples.push_back(std::move(*sample));
    }
  }

  static std::optional<ProfileSample> labels_of(const std::vector<BranchSpecialization>& branches,
                                                const std::string& layer, const std::map<std::string, int>& columns) {
    ProfileSample sample{ProfileBasis::labels, layer, std::vector<std::string>(columns.size()), {{}, {}, true}};
    for (const auto& [family, column] : columns) sample.columns[static_cast<std::size_t>(column)] = family;
    const auto none = static_cast<int>(columns.size());
    std::vector<int> family_of;  // by unit; `none` for a unit without family
    for (std::size_t b = 0; b < branches.size(); ++b) {
      std::int64_t size = 0, told = 0;
      for (const FamilyEnrichment& cell : branches[b].enrichment) {
        const auto column = columns.find(cell.family);
        if (cell.layer != layer || !cell.in_score || column == columns.end()) continue;
        size = cell.cell.branch;
        told += cell.cell.hits;
        family_of.insert(family_of.end(), static_cast<std::size_t>(cell.cell.hits), column->second);
      }
      family_of.insert(family_of.end(), static_cast<std::size_t>(std::max<std::int64_t>(size - told, 0)), none);
      sample.units.branch.resize(family_of.size(), static_cast<int>(b));
    }
    const auto units = static_cast<Eigen::Index>(family_of.size());
    if (units == 0 || units * none > kMostEntries) return std::nullopt;
    sample.units.values = Eigen::MatrixXd::Zero(units, none);
    for (Eigen::Index unit = 0; unit < units; ++unit) {
      const int family = family_of[static_cast<std::size_t>(unit)];
      if (family < none) sample.units.values(unit, family) = 1;
    }
    return sample;
  }

  const Findings& found_;
  std::map<NodeId, const UnitFeatures*> features_;
  std::map<NodeId, const Factorization*> factors_;  // the first from that layer
  std::map<std::size_t, const GroupSpecialization*> tested_;
};

ProfiledStream describe(const ResidualStream& stream, const BranchTree& tree, std::size_t first,
                        const std::vector<ProfiledGroup>& groups) {
  ProfiledStream profiled;
  for (const StreamBlock& block : stream.blocks) {
    profiled.groups.push_back(first + tree.entry_of[block.group]);
    ++profiled.links[std::string(name_of(block.link))];
  }
  profiled.name = groups[profiled.groups.front()].name;
  if (profiled.groups.size() > 1) profiled.name += " ... " + groups[profiled.groups.back()].name;
  profiled.paths = stream.paths;
  return profiled;
}

}  // namespace

std::string_view name_of(ProfileBasis basis) {
  switch (basis) {
    case ProfileBasis::features:
      return "features";
    case ProfileBasis::labels:
      return "labels";
    case ProfileBasis::factors:
      return "factors";
  }
  return "";
}

const ProfileSample* ProfiledGroup::find(ProfileBasis basis, std::string_view layer) const {
  const auto found = std::find_if(samples.begin(), samples.end(), [&](const ProfileSample& sample) {
    return sample.basis == basis && sample.layer == layer;
  });
  return found == samples.end() ? nullptr : &*found;
}

void add_to_profile(const Graph& graph, const Findings& found, const std::string& prefix, ModelProfile& profile) {
  for (const Node& node : graph.nodes()) ++profile.operators[node.op];
  if (!found.tree) return;
  const std::size_t first = profile.groups.size();
  const std::vector<std::size_t> place = topological_places(graph);
  const Sampler sampler(found);
  for (const BranchTree::Entry& entry : found.tree->entries) {
    const BranchGroup& group = found.groups[entry.group];
    ProfiledGroup profiled;
    profiled.name = prefix + entry.name;
    profiled.kind = group.kind;
    if (group.join.exists()) profiled.join = graph[group.join].op;
    profiled.closed = group.closed;
    profiled.structure = structure_of(graph, group, place);
    if (entry.parent) profiled.parent = first + entry.parent->entry;
    profiled.branches = describe(graph, group, place);
    for (std::size_t b = 0; b < group.branches.size(); ++b) profiled.branches[b].name = prefix + entry.branch_names[b];
    profiled.samples = sampler.samples_of(entry.group);
    profile.groups.push_back(std::move(profiled));
  }
  for (const ResidualStream& stream : found.streams) {
    profile.streams.push_back(describe(stream, *found.tree, first, profile.groups));
  }
}

}  // namespace ramus
