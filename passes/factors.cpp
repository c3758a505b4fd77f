#include "passes/factors.hpp"

#include <algorithm>
#include <cmath>

#include "passes/numerics/kernel_features.hpp"
#include "passes/numerics/statistics.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr int kMeaningPermutations = 9999;
constexpr double kNameLevel = 0.05;       // q at which a feature may name a factor
constexpr double kNameCorrelation = 0.4;  // and the |r| below which a name would mislead, however sure the test is

FactorOptions factor_options(const PassContext& context, std::string id) {
  FactorOptions options;
  options.normalise = normalise_named(context.options.text("factors.normalise"));
  options.centring = centring_named(context.options.text("factors.centring"));
  options.k = static_cast<Eigen::Index>(context.options.number("factors.k"));
  options.permutations = static_cast<int>(context.options.number("factors.permutations"));
  options.seed = context.seed;
  options.key = std::move(id);
  return options;
}

// Features of P's units as columns, without angles and constants.
struct FeatureTable {
  std::vector<std::string_view> names;
  std::vector<bool> may_name;  // says what units respond to; a norm depends on the units' scale, which is a free gauge
  Eigen::MatrixXd columns;     // [units that count x features]
  std::vector<Eigen::Index> units;  // which units of P count: those that are not silent
};

std::span<const double> column(const Eigen::MatrixXd& m, Eigen::Index j) {
  return {m.col(j).data(), static_cast<std::size_t>(m.rows())};
}

FeatureTable feature_table(const Findings& found, const Wiring& wiring, const Eigen::MatrixXd& m,
                           const std::vector<Eigen::Index>& silent) {
  FeatureTable table;
  const auto features = std::find_if(found.features.begin(), found.features.end(),
                                     [&](const UnitFeatures& known) { return known.layer == wiring.from; });
  const bool known = features != found.features.end() && features->units == m.cols() &&
                     std::any_of(features->columns.begin(), features->columns.end(),
                                 [](const FeatureColumn& feature) { return feature.of_image; });
  if (!known) return table;
  for (Eigen::Index unit = 0; unit < m.cols(); ++unit) {
    if (!std::binary_search(silent.begin(), silent.end(), unit)) table.units.push_back(unit);
  }
  std::vector<Eigen::VectorXd> columns;
  const auto add = [&](std::string_view name, bool may_name, const Eigen::VectorXd& all) {
    const Eigen::VectorXd values = all(table.units);
    if (values.size() < 3 || values.maxCoeff() - values.minCoeff() <= 1e-12 * values.cwiseAbs().maxCoeff()) return;
    table.names.push_back(name);
    table.may_name.push_back(may_name);
    columns.push_back(values);
  };
  for (const FeatureColumn& feature : features->columns) {
    if (feature.directional) continue;
    add(feature.name, feature.of_image,
        Eigen::VectorXd::Map(feature.values.data(), static_cast<Eigen::Index>(feature.values.size())));
  }
  add("fan_out_norm", false, fan_out_norm(m));
  table.columns.resize(static_cast<Eigen::Index>(table.units.size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) table.columns.col(static_cast<Eigen::Index>(j)) = columns[j];
  return table;
}

// What is held fixed for a partial correlation with column j: the other features that do not depend on a unit's scale.
Eigen::MatrixXd controls_for(const FeatureTable& table, Eigen::Index j) {
  std::vector<Eigen::Index> kept;
  for (Eigen::Index c = 0; c < table.columns.cols(); ++c) {
    if (c != j && table.may_name[static_cast<std::size_t>(c)]) kept.push_back(c);
  }
  return table.columns(Eigen::all, kept);
}

std::vector<FactorMeaning> test_meaning(const PassContext& context, const Factorization& factorization,
                                        const FeatureTable& table) {
  std::vector<FactorMeaning> meaning;
  if (table.names.empty()) return meaning;
  const Eigen::Index tested = std::max<Eigen::Index>(factorization.factors.null.significant, 2);
  for (Eigen::Index j = 0; j < std::min(tested, factorization.factors.right.cols()); ++j) {
    const Eigen::VectorXd v = factorization.factors.right(table.units, j);
    const std::span<const double> loadings(v.data(), static_cast<std::size_t>(v.size()));
    const auto tests = test_correlations(loadings, table.columns, kMeaningPermutations, context.seed,
                                         factorization.id + "#meaning" + std::to_string(j));
    for (std::size_t f = 0; f < tests.size(); ++f) {
      if (!tests[f]) continue;
      const auto place = static_cast<Eigen::Index>(f);
      FactorMeaning entry;
      entry.factor = static_cast<std::size_t>(j);
      entry.feature = std::string(table.names[f]);
      entry.pearson = tests[f]->r;
      entry.spearman = spearman(loadings, column(table.columns, place)).value_or(0);
      const auto partial = partial_correlation(loadings, column(table.columns, place), controls_for(table, place));
      if (partial) entry.partial = partial->r;
      entry.p = tests[f]->p;
      entry.may_name = table.may_name[f];
      meaning.push_back(entry);
    }
  }
  return meaning;
}

FactorsUnder summarise(const FactorPair& pair, const FeatureTable& table) {
  FactorsUnder under;
  under.one_signed = pair.one_signed;
  for (Eigen::Index j = 0; j < pair.sigma.size(); ++j) {
    under.sigma.push_back(pair.sigma[j]);
    std::optional<std::string> best;
    double best_r = 0;
    const Eigen::VectorXd v = pair.right(table.units, j);
    for (std::size_t f = 0; f < table.names.size(); ++f) {
      const auto r =
          pearson({v.data(), static_cast<std::size_t>(v.size())}, column(table.columns, static_cast<Eigen::Index>(f)));
      if (!r || std::abs(*r) <= std::abs(best_r)) continue;
      best = std::string(table.names[f]);
      best_r = *r;
    }
    under.strongest.push_back(std::move(best));
    under.correlation.push_back(best_r);
  }
  return under;
}

std::string why_none(FactorStatus status) {
  if (status == FactorStatus::too_small) return "no factors: fewer than two units on a side carry weight";
  if (status == FactorStatus::no_variation) return "no factors: all entries of the matrix are alike";
  return "no factors: the search for singular vectors did not converge";
}

struct LayerOutcome {
  std::vector<Factorization> factors;
  std::vector<Note> notes;
  std::size_t left_out = 0;  // wirings
};

// A matrix and what is in it. Those that write into one sum are read through the same weights, and share it.
struct Decomposed {
  Eigen::MatrixXd m;
  MatrixFactors factors;
  FactorsBeside beside;
};

Status decompose(const PassContext& context, const std::string& id, Eigen::MatrixXd m,
                 std::optional<Decomposed>& last) {
  if (last && last->m.rows() == m.rows() && last->m.cols() == m.cols() && last->m == m) return {};
  auto factors = find_matrix_factors(m, factor_options(context, id), context.cancelled);
  if (!factors) return propagate(std::move(factors.error()), id);
  FactorsBeside beside = find_factors_beside(m);
  last = Decomposed{std::move(m), std::move(*factors), std::move(beside)};
  return {};
}

Status factorise(const PassContext& context, const LayerKernel& kernel, Wiring wiring, std::optional<Decomposed>& last,
                 LayerOutcome& outcome) {
  const Graph& graph = context.graph;
  Factorization factorization;
  factorization.id = wiring.id(graph);
  factorization.reduction = context.options.text("factors.reduction");
  factorization.normalise = context.options.text("factors.normalise");
  factorization.centring = context.options.text("factors.centring");
  const auto reduction = kernel_reduction_named(factorization.reduction).value_or(KernelReduction::l2);
  auto m = wiring_matrix(graph, context.analyses.channel_flow(), kernel, wiring, reduction, context.limits);
  if (!m) {
    outcome.notes.push_back({factorization.id, "factors", m.error().message});
    return {};
  }
  if (auto status = decompose(context, factorization.id, std::move(*m), last); !status) return status;
  factorization.factors = last->factors;
  if (factorization.factors.sigma.size() == 0) {
    outcome.notes.push_back({factorization.id, "factors", why_none(factorization.factors.status)});
    return {};
  }
  const FeatureTable table = feature_table(context.found, wiring, last->m, factorization.factors.silent_inputs);
  factorization.meaning = test_meaning(context, factorization, table);
  factorization.raw = summarise(last->beside.raw, table);
  factorization.centred = summarise(last->beside.centred, table);
  factorization.wiring = std::move(wiring);
  outcome.factors.push_back(std::move(factorization));
  return {};
}

// Keeps the `most` nearest writers, and what is read of a join as a whole; answers how many it left out.
std::size_t keep_nearest(std::span<const std::size_t> place, std::size_t most, std::vector<Wiring>& wirings) {
  const auto joint = std::find_if(wirings.begin(), wirings.end(), [](const Wiring& wiring) { return wiring.joint; });
  const auto writers = static_cast<std::size_t>(joint - wirings.begin());
  if (writers <= most) return 0;
  std::vector<std::size_t> places;
  for (auto wiring = wirings.begin(); wiring != joint; ++wiring) places.push_back(place[wiring->from.index]);
  std::nth_element(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(writers - most), places.end());
  const std::size_t first = places[writers - most];
  wirings.erase(
      std::remove_if(wirings.begin(), joint, [&](const Wiring& wiring) { return place[wiring.from.index] < first; }),
      joint);
  return writers - most;
}

Status factorise_layer(const PassContext& context, const WeightLayer& layer, std::span<const std::size_t> place,
                       std::size_t most, LayerOutcome& outcome) {
  const Graph& graph = context.graph;
  std::vector<Wiring> wirings = find_wirings(graph, context.analyses.channel_flow(), layer);
  outcome.left_out = keep_nearest(place, most, wirings);
  if (wirings.empty()) return {};
  auto kernel = read_kernel(graph, context.analyses.channel_flow(), layer, context.limits);
  if (!kernel) {
    outcome.notes.push_back({graph[layer.node].name, "weights", kernel.error().message});
    return {};
  }
  std::optional<Decomposed> last;
  for (Wiring& wiring : wirings) {
    if (auto status = factorise(context, *kernel, std::move(wiring), last, outcome); !status) return status;
  }
  return {};
}

// One correction over all tests with features that may name, and one over those with norms: how the norms do depends on
// the units' scales, and must not move the q of the others.
void correct(std::vector<Factorization>& factorizations, bool may_name) {
  std::vector<FactorMeaning*> family;
  std::vector<double> p;
  for (Factorization& factorization : factorizations) {
    for (FactorMeaning& meaning : factorization.meaning) {
      if (meaning.may_name != may_name) continue;
      family.push_back(&meaning);
      p.push_back(meaning.p);
    }
  }
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < family.size(); ++i) family[i]->q = q[i];
}

// At most one name per factor: the strongest feature that passes.
void name_factors(std::vector<Factorization>& factorizations) {
  correct(factorizations, true);
  correct(factorizations, false);
  for (Factorization& factorization : factorizations) {
    std::vector<FactorMeaning*> best(static_cast<std::size_t>(factorization.factors.sigma.size()), nullptr);
    for (FactorMeaning& meaning : factorization.meaning) {
      const bool real = static_cast<Eigen::Index>(meaning.factor) < factorization.factors.null.significant;
      if (!real || !meaning.may_name || meaning.q > kNameLevel || std::abs(meaning.pearson) < kNameCorrelation)
        continue;
      FactorMeaning*& known = best[meaning.factor];
      if (known == nullptr || std::abs(meaning.pearson) > std::abs(known->pearson)) known = &meaning;
    }
    for (FactorMeaning* meaning : best) {
      if (meaning != nullptr) meaning->named = true;
    }
  }
}

}  // namespace

std::optional<std::string_view> name_of_factor(const std::vector<FactorMeaning>& meaning, std::size_t factor) {
  for (const FactorMeaning& entry : meaning) {
    if (entry.factor == factor && entry.named) return entry.feature;
  }
  return std::nullopt;
}

Result<Findings> find_factors(const PassContext& context) {
  const Graph& graph = context.graph;
  std::vector<WeightLayer> layers;
  Findings findings;
  std::size_t untrained = 0;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    auto layer = find_weight_layer(graph, NodeId(n));
    if (!layer || layer->is_depthwise()) continue;
    if (is_untrained(graph[layer->weight])) {
      ++untrained;
    } else {
      layers.push_back(std::move(*layer));
    }
  }
  if (untrained > 0) {
    findings.notes.push_back(
        {"", "untrained",
         std::to_string(untrained) + " layers have one constant in place of weights; they have no factors"});
  }
  context.analyses.channel_flow();  // once, before the tasks ask for it together
  const std::vector<std::size_t> place = topological_places(graph);
  const std::size_t fair_share =
      std::max<std::size_t>(1, context.limits.wirings / std::max<std::size_t>(1, layers.size()));
  const std::size_t most = std::min(context.limits.wirings_of_layer, fair_share);
  std::vector<LayerOutcome> outcomes(layers.size());
  auto status = for_each_index(layers.size(), context.cancelled, [&](std::size_t i) {
    auto done = factorise_layer(context, layers[i], place, most, outcomes[i]);
    context.advance(graph[layers[i].weight].bytes.size());
    return done;
  });
  if (!status) return propagate(std::move(status.error()));
  std::size_t left_out = 0;
  for (LayerOutcome& outcome : outcomes) {
    left_out += outcome.left_out;
    std::move(outcome.factors.begin(), outcome.factors.end(), std::back_inserter(findings.factors));
    findings.notes.insert(findings.notes.end(), outcome.notes.begin(), outcome.notes.end());
  }
  if (left_out > 0) {
    findings.notes.push_back({"", "wirings",
                              std::to_string(left_out) +
                                  " pairs of layers are left out: each layer is compared with the " +
                                  std::to_string(most) + " nearest that write what it reads"});
  }
  name_factors(findings.factors);
  return findings;
}

}  // namespace ramus
