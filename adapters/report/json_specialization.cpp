#include "adapters/report/json.hpp"
#include "adapters/report/test_counts.hpp"

namespace ramus {
namespace {

ReportJson enrichment_to_json(const FamilyEnrichment& cell) {
  ReportJson json{{"family", cell.family}, {"layer", cell.layer}};
  json["hits"] = cell.cell.hits;
  json["family_size"] = cell.cell.family;
  json["branch_size"] = cell.cell.branch;
  json["population"] = cell.cell.population;
  json["expected"] = cell.test.expected;
  json["p"] = cell.test.p;
  json["log_p"] = cell.test.log_p;
  json["log_odds"] = cell.test.log_odds;
  json["q"] = cell.q;
  json["in_score"] = cell.in_score;
  return json;
}

ReportJson contrast_to_json(const FeatureContrast& contrast) {
  ReportJson json{{"feature", contrast.feature}, {"at_layer", contrast.at_layer}};
  if (contrast.linearised) json["linearised"] = true;
  json["auc"] = contrast.test.auc;
  json["delta"] = contrast.test.delta;
  json["p"] = contrast.test.p;
  json["q"] = contrast.q;
  json["test"] = {
      {"name", "mann-whitney"}, {"method", name_of(contrast.test.method)}, {"n", {contrast.test.n1, contrast.test.n2}}};
  json["mean"] = contrast.mean;
  json["mean_elsewhere"] = contrast.mean_elsewhere;
  return json;
}

ReportJson spread_to_json(const FeatureSpread& spread) {
  ReportJson json{{"feature", spread.feature}};
  if (spread.linearised) json["linearised"] = true;
  json["h"] = spread.test.h;
  json["eta_squared"] = spread.test.eta_squared;
  json["p"] = spread.test.p;
  json["q"] = spread.q;
  json["test"] = {{"name", "kruskal-wallis"}, {"n", spread.test.n}, {"groups", spread.test.groups}};
  return json;
}

ReportJson share_to_json(const FactorShare& share) {
  return {{"factor", share.factor},
          {"energy_share", share.energy_share},
          {"expected", share.expected},
          {"p", share.p},
          {"q", share.q}};
}

ReportJson branch_to_json(const std::string& id, const BranchSpecialization& branch, bool scored) {
  ReportJson json{{"branch", id}};
  json["score"] = scored ? ReportJson(branch.score) : ReportJson(nullptr);
  json["share"] = scored ? ReportJson(branch.share) : ReportJson(nullptr);
  json["enrichment"] = ReportJson::array();
  for (const FamilyEnrichment& cell : branch.enrichment) json["enrichment"].push_back(enrichment_to_json(cell));
  json["features"] = ReportJson::array();
  for (const FeatureContrast& contrast : branch.features) json["features"].push_back(contrast_to_json(contrast));
  json["factors"] = ReportJson::array();
  for (const FactorShare& share : branch.factors) json["factors"].push_back(share_to_json(share));
  return json;
}

ReportJson confounders_of(const ReportGroup& group, const GroupSpecialization& values) {
  ReportJson json{{"kernel", ReportJson::array()}, {"units", ReportJson::array()}, {"depth", ReportJson::array()}};
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    const auto& kernel = group.branches[b].kernel;
    json["kernel"].push_back(kernel ? ReportJson(*kernel) : ReportJson(nullptr));
    json["units"].push_back(values.branches[b].units);
    json["depth"].push_back(values.branches[b].depth);
  }
  json["kernels_differ"] = values.kernels_differ;
  if (const auto& random = values.from_random) {
    json["from_random"] = {{"distance", random->distance}, {"n", random->filters}};
  }
  return json;
}

// What was asked of the group, by which test, and over how many of its kind each q is corrected.
ReportJson tests_of(const GroupSpecialization& values, const TestCounts& own, const TestCounts& all) {
  ReportJson json = ReportJson::object();
  if (const auto& score = values.score) {
    json["score"] = {{"name", "permutation"}, {"n", score->units}, {"permutations", score->permutations}};
  }
  if (own.enrichment > 0) json["enrichment"] = {{"name", "hypergeometric"}, {"corrected_over", all.enrichment}};
  if (own.contrasts > 0) json["features"] = {{"name", "mann-whitney"}, {"corrected_over", all.contrasts}};
  if (own.spreads > 0) json["spreads"] = {{"name", "kruskal-wallis"}, {"corrected_over", all.spreads}};
  if (own.shares > 0) {
    json["factors"] = {{"name", "permutation"},
                       {"n", values.factor_units},
                       {"permutations", values.factor_permutations},
                       {"corrected_over", all.shares}};
  }
  return json;
}

ReportJson group_to_json(const GroupIndex& groups, const CorrectedOver& corrected_over,
                         const ReportSpecialization& entry) {
  const GroupSpecialization& values = entry.values;
  ReportJson json{{"group", entry.group}};
  const auto& score = values.score;
  json["score"] = score ? ReportJson(score->score) : ReportJson(nullptr);
  json["basis"] = score ? ReportJson(score->basis) : ReportJson(nullptr);
  json["p"] = score ? ReportJson(score->p) : ReportJson(nullptr);
  json["null_mean"] = score ? ReportJson(score->null_mean) : ReportJson(nullptr);
  if (score && score->standard_error) json["standard_error"] = *score->standard_error;
  if (score && !score->null_quantiles.empty()) json["null_quantiles"] = score->null_quantiles;
  json["units"] = score ? ReportJson(score->units) : ReportJson(nullptr);
  if (score) json["layer"] = score->layer;
  if (score) json["permutations"] = score->permutations;
  json["features"] = ReportJson::array();
  for (const FeatureSpread& spread : values.features) json["features"].push_back(spread_to_json(spread));
  if (!values.factors_of.empty()) json["factors_of"] = values.factors_of;
  json["set_aside"] = values.set_aside;
  json["branches"] = ReportJson::array();
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    json["branches"].push_back(branch_to_json(entry.branches[b], values.branches[b], score.has_value()));
  }
  json["wiring"] = branch_wiring_to_json(entry);
  json["tests"] = tests_of(values, count_tests(values), corrected_over.tests_beside(entry));
  if (const ReportGroup* group = groups.find(entry.group)) json["confounders"] = confounders_of(*group, values);
  return json;
}

}  // namespace

std::string_view name_of(RankTestMethod method) {
  switch (method) {
    case RankTestMethod::exact:
      return "exact";
    case RankTestMethod::normal:
      return "normal";
    case RankTestMethod::constant:
      break;
  }
  return "constant";
}

ReportJson specialization_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  const GroupIndex groups(report);
  const CorrectedOver corrected_over(report);
  for (const ReportSpecialization& entry : report.specialization) {
    list.push_back(group_to_json(groups, corrected_over, entry));
  }
  return list;
}

}  // namespace ramus
