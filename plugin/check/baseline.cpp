#include "plugin/check/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "plugin/check/settings.hpp"
#include "plugin/structural_hash.hpp"

namespace ramus {
namespace {

constexpr double kLevel = 0.05;  // of p and q: what is more than chance

// What stands between the names of the two layers and after them: ".Wi", "[3]".
std::string parts_of(const ReportWiring& wiring) {
  const std::string arrow = "->" + wiring.to.name;
  const std::size_t from = wiring.from.name.size();
  const std::size_t end = wiring.id.find(arrow, from);
  if (end == std::string::npos) return wiring.id;
  return wiring.id.substr(from, end - from) + "->" + wiring.id.substr(end + arrow.size());
}

void add_scores(const Report& report, const std::unordered_map<std::string_view, std::size_t>& place_of,
                BaselineModel& model) {
  for (const ReportSpecialization& entry : report.specialization) {
    const std::size_t group = place_of.at(entry.group);
    const auto& score = entry.values.score;
    if (score && score->p <= kLevel && score->standard_error) {
      model.scores.push_back({group, score->basis, score->score, score->p, score->units, *score->standard_error});
    }
    for (std::size_t b = 0; b < entry.values.branches.size(); ++b) {
      for (const FeatureContrast& contrast : entry.values.branches[b].features) {
        if (contrast.q > kLevel) continue;
        model.contrasts.push_back({group, b, contrast.feature, contrast.linearised, contrast.test.auc, contrast.test.n1,
                                   contrast.test.n2, contrast.q});
      }
    }
  }
}

// The strongest factor of each feature that names some; a feature may name several factors of one wiring.
void add_meanings(const ReportFactors& wiring, const std::string& structure, std::vector<ApprovedMeaning>& meanings) {
  const std::size_t first = meanings.size();
  for (const FactorMeaning& meaning : wiring.meaning) {
    if (!meaning.named) continue;
    const auto known = std::find_if(meanings.begin() + static_cast<std::ptrdiff_t>(first), meanings.end(),
                                    [&](const ApprovedMeaning& entry) {
                                      return entry.feature == meaning.feature && entry.linearised == meaning.linearised;
                                    });
    if (known == meanings.end()) {
      meanings.push_back({wiring.id, structure, meaning.feature, meaning.linearised, meaning.pearson, meaning.units});
    } else if (std::abs(meaning.pearson) > std::abs(known->pearson)) {
      known->pearson = meaning.pearson;
      known->units = meaning.units;
    }
  }
}

}  // namespace

const BaselineModel* Baseline::find(std::string_view path, bool is_only) const {
  if (is_only && models.size() == 1) return &models.front();
  const auto found = std::find_if(models.begin(), models.end(), [&](const BaselineModel& model) {
    return without_dot(model.path) == without_dot(path);
  });
  return found == models.end() ? nullptr : &*found;
}

ModelProfile structure_of_model(std::span<const AnalysedGraph> graphs) {
  ModelProfile profile;
  for (const AnalysedGraph& graph : graphs) {
    add_to_profile(*graph.analysed.graph, graph.analysed.findings, graph.prefix, profile);
  }
  for (ProfiledGroup& group : profile.groups) group.samples.clear();
  profile.operators.clear();
  return profile;
}

Result<std::vector<std::string>> structures_of_wirings(const NodeStructures& nodes, const Report& report) {
  std::vector<std::string> structures;
  for (const ReportFactors& wiring : report.factors) {
    const std::vector<std::string> words{wiring.graph, nodes.of_node(wiring.graph, wiring.from.name),
                                         nodes.of_node(wiring.graph, wiring.to.name), parts_of(wiring)};
    auto structure = hash_of(words);
    if (!structure) return propagate(std::move(structure.error()));
    structures.push_back(std::move(*structure));
  }
  return structures;
}

Result<BaselineModel> describe_for_baseline(std::span<const AnalysedGraph> graphs, const NodeStructures& nodes,
                                            const Report& report) {
  BaselineModel model;
  model.path = report.model.path;
  model.digest = report.model.digest;
  model.profile = structure_of_model(graphs);
  std::unordered_map<std::string_view, std::size_t> place_of;
  for (std::size_t g = 0; g < report.groups.size(); ++g) place_of.emplace(report.groups[g].id, g);
  add_scores(report, place_of, model);
  const auto structures = structures_of_wirings(nodes, report);
  if (!structures) return propagate(Error(structures.error()));
  for (std::size_t w = 0; w < report.factors.size(); ++w) {
    add_meanings(report.factors[w], (*structures)[w], model.meanings);
  }
  return model;
}

}  // namespace ramus
