#include <cmath>
#include <map>

#include "adapters/report/json.hpp"
#include "plugin/digits.hpp"

namespace ramus {
namespace {

// Loadings are pictures, not constants: six digits keep reports small.
double six_digits(double value) { return std::isfinite(value) ? to_digits(value, 6) : 0; }

ReportJson numbers(const Eigen::VectorXd& values) { return std::vector<double>(values.begin(), values.end()); }

// The first two vectors, and every significant one.
ReportJson vectors(const Eigen::MatrixXd& columns, Eigen::Index significant) {
  ReportJson list = ReportJson::array();
  for (Eigen::Index j = 0; j < std::min(columns.cols(), std::max<Eigen::Index>(significant, 2)); ++j) {
    ReportJson vector = ReportJson::array();
    for (Eigen::Index i = 0; i < columns.rows(); ++i) vector.push_back(six_digits(columns(i, j)));
    list.push_back(std::move(vector));
  }
  return list;
}

// Units that belong to no factor are left out.
ReportJson assignments(const std::vector<UnitAssignment>& units) {
  ReportJson list = ReportJson::array();
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    if (units[unit].factor < 0) continue;
    list.push_back({{"unit", unit},
                    {"factor", units[unit].factor},
                    {"pole", units[unit].pole},
                    {"confidence", six_digits(units[unit].confidence)}});
  }
  return list;
}

ReportJson strongest(const FactorsUnder& under) {
  ReportJson list = ReportJson::array();
  for (std::size_t j = 0; j < under.strongest.size(); ++j) {
    if (under.strongest[j]) {
      list.push_back({{"feature", *under.strongest[j]}, {"pearson", under.correlation[j]}});
    } else {
      list.push_back(nullptr);
    }
  }
  return list;
}

ReportJson meaning_to_json(const FactorMeaning& meaning) {
  ReportJson json{{"factor", meaning.factor}, {"feature", meaning.feature}};
  json["pearson"] = meaning.pearson;
  json["spearman"] = meaning.spearman;
  json["partial"] = meaning.partial ? ReportJson(*meaning.partial) : ReportJson(nullptr);
  json["p"] = meaning.p;
  json["q"] = meaning.q;
  if (meaning.linearised) json["linearised"] = true;
  json["test"] = {{"name", "permutation"}, {"n", meaning.units}, {"permutations", meaning.permutations}};
  json["named"] = meaning.named;
  return json;
}

ReportJson entry_to_json(const ReportFactors& entry, const ReportFactors* same) {
  const MatrixFactors& factors = *entry.factors;
  const FactorNull& null = factors.null;
  ReportJson json = wiring_to_json(entry);
  json["leaking"] = entry.leaking;
  json["gated"] = entry.gated;
  json["summed"] = entry.summed;
  json["rows"] = entry.rows;
  json["columns"] = entry.columns;
  json["reduction"] = entry.reduction;
  json["normalise"] = entry.normalise;
  json["centring"] = entry.centring;
  json["status"] = name_of(factors.status);
  json["total_energy"] = factors.total_energy;
  json["sigma"] = numbers(factors.sigma);
  json["energy"] = numbers(factors.energy);
  json["p"] = numbers(null.p);
  json["null"] = {{"method", name_of(null.method)}, {"permutations", null.permutations}};
  if (null.upper.size() > 0) json["null"]["upper"] = numbers(null.upper);
  json["significant"] = null.significant;
  json["residual"] = factors.residual;
  json["effective_rank"] = factors.effective_rank;
  json["effective_rank_exact"] = factors.effective_rank_exact;
  json["silent"] = {{"from", factors.silent_inputs}, {"to", factors.silent_outputs}};
  json["beside"]["raw"] = {
      {"sigma", entry.raw.sigma}, {"one_signed", entry.raw.one_signed}, {"meaning", strongest(entry.raw)}};
  json["beside"]["centred"] = {{"sigma", entry.centred.sigma}, {"meaning", strongest(entry.centred)}};
  if (same != nullptr) {
    json["same_as"] = same->id;
  } else {
    json["left"] = vectors(factors.left, null.significant);
    json["right"] = vectors(factors.right, null.significant);
    json["assignment"] = {{"from", assignments(factors.inputs)}, {"to", assignments(factors.outputs)}};
  }
  json["meaning"] = ReportJson::array();
  for (const FactorMeaning& meaning : entry.meaning) json["meaning"].push_back(meaning_to_json(meaning));
  return json;
}

}  // namespace

ReportJson wiring_to_json(const ReportWiring& wiring) {
  ReportJson json{{"id", wiring.id}};
  if (!wiring.graph.empty()) json["graph"] = wiring.graph;
  json["from"] = wiring.from.name;
  json["from_index"] = wiring.from.index;
  json["from_weight"] = wiring.from_weight;
  json["to"] = wiring.to.name;
  json["to_index"] = wiring.to.index;
  json["joint"] = wiring.joint;
  return json;
}

ReportJson factors_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  std::map<const MatrixFactors*, const ReportFactors*> first;  // with these factors
  for (const ReportFactors& entry : report.factors) {
    const auto [known, is_new] = first.emplace(entry.factors.get(), &entry);
    list.push_back(entry_to_json(entry, is_new ? nullptr : known->second));
  }
  return list;
}

ReportJson features_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportFeatures& entry : report.features) {
    ReportJson json{{"layer", entry.layer.name}};
    if (!entry.graph.empty()) json["graph"] = entry.graph;
    json["units"] = entry.units;
    if (entry.field) {
      json["linearised"] = entry.linearised;
      json["field"] = *entry.field;
    }
    for (const FeatureColumn& column : entry.columns) {
      ReportJson values = ReportJson::array();
      for (const double value : column.values) values.push_back(six_digits(value));
      json[column.name] = std::move(values);
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace ramus
