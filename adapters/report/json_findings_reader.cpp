#include <algorithm>
#include <initializer_list>

#include "adapters/report/json.hpp"
#include "adapters/report/json_reader.hpp"

namespace ramus {
namespace {

// The enumerator that name_of gives this name.
template <class Enum>
Enum enumerator(const Field& field, std::initializer_list<Enum> all) {
  const std::string name = field.text();
  for (const Enum one : all) {
    if (name_of(one) == name) return one;
  }
  field.fail("is none of the known words");
}

void require_length(const Field& field, std::size_t length, std::int64_t expected) {
  if (static_cast<std::int64_t>(length) != expected) field.fail("must have " + std::to_string(expected) + " entries");
}

int permutations_of(const Field& field) { return static_cast<int>(field["permutations"].index() & 0x7FFFFFFF); }

Eigen::VectorXd read_vector(const Field& field, std::int64_t length) {
  const std::vector<double> values = field.numbers();
  require_length(field, values.size(), length);
  return Eigen::VectorXd::Map(values.data(), length);
}

// [units x vectors]
Eigen::MatrixXd read_vectors(const Field& field, std::int64_t vectors, std::int64_t units) {
  const auto columns = field.list([&](const Field& column) { return read_vector(column, units); });
  require_length(field, columns.size(), vectors);
  if (vectors == 0) return {};  // `units` stands nowhere in the file but in one number, which is not believed
  Eigen::MatrixXd matrix(units, vectors);
  for (std::size_t j = 0; j < columns.size(); ++j) matrix.col(static_cast<Eigen::Index>(j)) = columns[j];
  return matrix;
}

std::vector<UnitAssignment> read_assignment(const Field& field, Eigen::Index units, Eigen::Index factors) {
  std::vector<UnitAssignment> all(static_cast<std::size_t>(units));
  field.list([&](const Field& entry) {
    const std::uint32_t unit = entry["unit"].index();
    if (unit >= all.size()) entry["unit"].fail("is beyond the layer");
    UnitAssignment& assignment = all[unit];
    assignment.factor = entry["factor"].index();
    if (assignment.factor >= factors) entry["factor"].fail("is not a significant factor");
    assignment.pole = entry["pole"].integer() < 0 ? -1 : 1;
    assignment.confidence = entry["confidence"].share();
    return unit;
  });
  return all;
}

MatrixFactors read_matrix_factors(const Field& field, std::int64_t rows, std::int64_t columns) {
  using enum FactorStatus;
  using enum FactorNullMethod;
  MatrixFactors factors;
  factors.status = enumerator(field["status"], {found, not_converged, no_variation, too_small});
  factors.total_energy = field["total_energy"].number();
  const std::vector<double> sigma = field["sigma"].numbers();
  const auto k = static_cast<std::int64_t>(sigma.size());
  factors.sigma = Eigen::VectorXd::Map(sigma.data(), k);
  factors.energy = read_vector(field["energy"], k);
  factors.null.p = read_vector(field["p"], k);
  factors.null.method = enumerator(field["null"]["method"], {none, permutation, tracy_widom});
  factors.null.permutations = permutations_of(field["null"]);
  if (field["null"].has("upper")) factors.null.upper = read_vector(field["null"]["upper"], k);
  factors.null.significant = field["significant"].index();
  if (factors.null.significant > k) field["significant"].fail("must not exceed the number of factors");
  factors.residual = field["residual"].number();
  factors.effective_rank = field["effective_rank"].number();
  factors.effective_rank_exact = field["effective_rank_exact"].flag();
  const auto unit = [](const Field& index) { return static_cast<Eigen::Index>(index.index()); };
  factors.silent_inputs = field["silent"]["from"].list(unit);
  factors.silent_outputs = field["silent"]["to"].list(unit);
  const std::int64_t vectors = std::min(k, std::max<std::int64_t>(factors.null.significant, 2));
  factors.left = read_vectors(field["left"], vectors, rows);
  factors.right = read_vectors(field["right"], vectors, columns);
  const Field assignment = field["assignment"];
  factors.inputs = read_assignment(assignment["from"], factors.right.rows(), factors.null.significant);
  factors.outputs = read_assignment(assignment["to"], factors.left.rows(), factors.null.significant);
  return factors;
}

FactorsUnder read_factors_under(const Field& field) {
  FactorsUnder under;
  under.sigma = field["sigma"].numbers();
  if (field.has("one_signed")) under.one_signed = field["one_signed"].flag();
  field["meaning"].list([&](const Field& entry) {
    const bool known = entry.has("feature");
    under.strongest.push_back(known ? std::optional(entry["feature"].text()) : std::nullopt);
    under.correlation.push_back(known ? entry["pearson"].number() : 0);
    return known;
  });
  return under;
}

FactorMeaning read_meaning(const Field& field) {
  FactorMeaning meaning;
  meaning.factor = field["factor"].index();
  meaning.feature = field["feature"].text();
  meaning.pearson = field["pearson"].number();
  meaning.spearman = field["spearman"].number();
  if (field.has("partial")) meaning.partial = field["partial"].number();
  meaning.p = field["p"].share();
  meaning.q = field["q"].share();
  if (field.has("linearised")) meaning.linearised = field["linearised"].flag();
  meaning.units = field["test"]["n"].count();
  meaning.permutations = permutations_of(field["test"]);
  meaning.named = field["named"].flag();
  return meaning;
}

std::vector<int> read_groups(const Field& field, std::int64_t units, int groups) {
  std::vector<int> of_unit = field.list([&](const Field& group) {
    const std::int64_t number = group.integer();
    if (number < -1 || number >= groups) group.fail("is not a branch");
    return static_cast<int>(number);
  });
  require_length(field, of_unit.size(), units);
  return of_unit;
}

FamilyEnrichment read_enrichment(const Field& field) {
  FamilyEnrichment enrichment;
  enrichment.family = field["family"].text();
  enrichment.layer = field["layer"].text();
  enrichment.cell = {field["hits"].count(), field["family_size"].count(), field["branch_size"].count(),
                     field["population"].count()};
  enrichment.test.expected = field["expected"].number();
  enrichment.test.p = field["p"].share();
  enrichment.test.log_p = field["log_p"].number();
  enrichment.test.log_odds = field["log_odds"].number();
  enrichment.q = field["q"].share();
  enrichment.in_score = field["in_score"].flag();
  return enrichment;
}

FeatureContrast read_contrast(const Field& field) {
  using enum RankTestMethod;
  FeatureContrast contrast;
  contrast.feature = field["feature"].text();
  contrast.at_layer = field["at_layer"].text();
  if (field.has("linearised")) contrast.linearised = field["linearised"].flag();
  contrast.test.auc = field["auc"].share();
  contrast.test.delta = field["delta"].number();
  contrast.test.p = field["p"].share();
  contrast.q = field["q"].share();
  contrast.test.method = enumerator(field["test"]["method"], {exact, normal, constant});
  const auto n = field["test"]["n"].list([](const Field& size) { return size.count(); });
  require_length(field["test"]["n"], n.size(), 2);
  contrast.test.n1 = n[0];
  contrast.test.n2 = n[1];
  contrast.mean = field["mean"].number();
  contrast.mean_elsewhere = field["mean_elsewhere"].number();
  return contrast;
}

FeatureSpread read_spread(const Field& field) {
  FeatureSpread spread;
  spread.feature = field["feature"].text();
  if (field.has("linearised")) spread.linearised = field["linearised"].flag();
  spread.test.h = field["h"].number();
  spread.test.eta_squared = field["eta_squared"].number();
  spread.test.p = field["p"].share();
  spread.q = field["q"].share();
  spread.test.n = field["test"]["n"].count();
  spread.test.groups = field["test"]["groups"].count();
  return spread;
}

FactorShare read_factor_share(const Field& field) {
  return {field["factor"].index(), field["energy_share"].number(), field["expected"].share(), field["p"].share(),
          field["q"].share()};
}

SpecializationScore read_score(const Field& field) {
  SpecializationScore score;
  score.score = field["score"].share();
  score.basis = field["basis"].text();
  score.layer = field["layer"].text();
  score.p = field["p"].share();
  score.null_mean = field["null_mean"].number();
  if (field.has("standard_error")) {
    score.standard_error = field["standard_error"].number();
    if (*score.standard_error < 0) field["standard_error"].fail("must not be negative");
  }
  if (field.has("null_quantiles")) {
    score.null_quantiles = field["null_quantiles"].numbers();
    require_length(field["null_quantiles"], score.null_quantiles.size(), 7);
  }
  score.units = field["units"].count();
  score.permutations = permutations_of(field);
  return score;
}

}  // namespace

ReportWiring read_wiring(const Field& field) {
  ReportWiring wiring;
  wiring.id = field["id"].text();
  if (field.has("graph")) wiring.graph = field["graph"].text();
  wiring.from = {field["from"].text(), field["from_index"].index()};
  wiring.from_weight = field["from_weight"].text();
  wiring.to = {field["to"].text(), field["to_index"].index()};
  wiring.joint = field["joint"].flag();
  return wiring;
}

// Those of an entry above, whose matrix is the same.
std::shared_ptr<const MatrixFactors> read_same_factors(const Field& field, const FactorsById& above,
                                                       const ReportFactors& here) {
  const auto same = above.find(field.text());
  if (same == above.end()) field.fail("names no entry above");
  const MatrixFactors& factors = *same->second;
  if (factors.left.rows() != here.rows || factors.right.rows() != here.columns) field.fail("has another size");
  return same->second;
}

ReportFactors read_factors(const Field& field, FactorsById& above) {
  ReportFactors factors{read_wiring(field)};
  factors.leaking = field["leaking"].flag();
  factors.gated = field["gated"].flag();
  factors.summed = field["summed"].flag();
  factors.rows = field["rows"].count();
  factors.columns = field["columns"].count();
  factors.reduction = field["reduction"].text();
  factors.normalise = field["normalise"].text();
  factors.centring = field["centring"].text();
  if (field.has("same_as")) {
    factors.factors = read_same_factors(field["same_as"], above, factors);
  } else {
    factors.factors = std::make_shared<const MatrixFactors>(read_matrix_factors(field, factors.rows, factors.columns));
  }
  above.emplace(factors.id, factors.factors);
  factors.raw = read_factors_under(field["beside"]["raw"]);
  factors.centred = read_factors_under(field["beside"]["centred"]);
  factors.meaning = field["meaning"].list(read_meaning);
  return factors;
}

ComposedPair read_composed_pair(const Field& field, std::size_t blocks) {
  using enum CompositionKind;
  ComposedPair pair;
  pair.kind = enumerator(field["kind"], {block, query, key, value});
  pair.from = field["from_block"].index();
  pair.to = field["to_block"].index();
  if (pair.to >= blocks) field["to_block"].fail("is beyond the stream");
  if (pair.from >= pair.to) field["from_block"].fail("must come before to_block");
  if (field.has("from_head")) pair.from_head = field["from_head"].index();
  if (field.has("to_head")) pair.to_head = field["to_head"].index();
  pair.link = enumerator(field["link"], {StreamLink::exact, StreamLink::linear, StreamLink::approximate});
  pair.via = field["via"].texts();
  pair.composition = {field["size"].number(),    field["size_centred"].number(),
                      field["score"].number(),   field["baseline"].number(),
                      field["z"].number(),       field["p"].share(),
                      field["test"]["n"].count()};
  pair.q = field["q"].share();
  if (field.has("subspaces")) {
    const Field subspaces = field["subspaces"];
    pair.written = subspaces["written"].count();
    pair.read = subspaces["read"].count();
    pair.overlap = subspaces["overlap"].share();
    pair.overlap_by_chance = subspaces["by_chance"].share();
  }
  return pair;
}

ReportLatent read_latent(const Field& field) {
  using enum CoClusteringStatus;
  ReportLatent latent{read_wiring(field), {}};
  CoClustering& clustering = latent.clustering;
  clustering.status = enumerator(field["status"], {found, none, too_small, too_large});
  clustering.groups = static_cast<int>(field["branches"].index() & 0x7FFFFFFF);
  clustering.n_cut = field["n_cut"].number();
  clustering.gap = field["gap"].number();
  clustering.energy = field["energy"].share();
  clustering.p = field["p"].share();
  clustering.null_n_cut = field["null"]["n_cut"].number();
  clustering.null_energy = field["null"]["energy"].share();
  clustering.permutations = permutations_of(field["null"]);
  clustering.saved = field["saved"].share();
  const Field assignment = field["assignment"];
  clustering.inputs = read_groups(assignment["from"], field["columns"].count(), clustering.groups);
  clustering.outputs = read_groups(assignment["to"], field["rows"].count(), clustering.groups);
  return latent;
}

ReportFeatures read_features(const Field& field) {
  ReportFeatures features;
  features.layer.name = field["layer"].text();
  if (field.has("graph")) features.graph = field["graph"].text();
  features.units = field["units"].count();
  if (field.has("field")) {
    const auto sides = field["field"].list([](const Field& side) { return side.count(); });
    require_length(field["field"], sides.size(), 2);
    features.field = {sides[0], sides[1]};
    features.linearised = field["linearised"].flag();
  }
  for (const auto& [name, values] : field.object()) {
    if (name == "layer" || name == "graph" || name == "units" || name == "linearised" || name == "field") continue;
    const Field column = field[name.c_str()];
    features.columns.push_back({name, column.numbers(), false, false});
    require_length(column, features.columns.back().values.size(), features.units);
  }
  return features;
}

ReportSpecialization read_specialization(const Field& field, const std::vector<ReportGroup>& groups) {
  ReportSpecialization specialization;
  GroupSpecialization& values = specialization.values;
  specialization.group = field["group"].text();
  const auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const ReportGroup& entry) { return entry.id == specialization.group; });
  if (group == groups.end()) field["group"].fail("is the id of no group");
  if (field.has("score")) values.score = read_score(field);
  values.features = field["features"].list(read_spread);
  if (field.has("factors_of")) values.factors_of = field["factors_of"].text();
  values.set_aside = field["set_aside"].texts();
  const Field confounders = field["confounders"];
  const auto units = confounders["units"].list([](const Field& entry) { return entry.count(); });
  const auto depth = confounders["depth"].list([](const Field& entry) { return entry.count(); });
  values.kernels_differ = confounders["kernels_differ"].flag();
  if (confounders.has("from_random")) {
    const Field random = confounders["from_random"];
    values.from_random = {random["distance"].share(), random["n"].count()};
  }
  if (const Field tests = field["tests"]; tests.has("factors")) {
    values.factor_units = tests["factors"]["n"].count();
    values.factor_permutations = permutations_of(tests["factors"]);
  }
  values.branches = field["branches"].list([&](const Field& entry) {
    BranchSpecialization branch;
    specialization.branches.push_back(entry["branch"].text());
    if (entry.has("score")) branch.score = entry["score"].number();
    if (entry.has("share")) branch.share = entry["share"].number();
    branch.enrichment = entry["enrichment"].list(read_enrichment);
    branch.features = entry["features"].list(read_contrast);
    branch.factors = entry["factors"].list(read_factor_share);
    return branch;
  });
  const auto branches = static_cast<std::int64_t>(group->branches.size());
  require_length(field["branches"], values.branches.size(), branches);
  require_length(confounders["units"], units.size(), branches);
  require_length(confounders["depth"], depth.size(), branches);
  for (std::size_t b = 0; b < values.branches.size(); ++b) {
    values.branches[b].units = units[b];
    values.branches[b].depth = depth[b];
  }
  read_branch_wiring(field["wiring"], values.branches.size(), groups, specialization);
  return specialization;
}

}  // namespace ramus
