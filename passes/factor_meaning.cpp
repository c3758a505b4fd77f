#include "passes/factor_meaning.hpp"

#include <algorithm>
#include <cmath>

#include "passes/numerics/kernel_features.hpp"
#include "passes/numerics/statistics.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr int kMeaningPermutations = 9999;
constexpr double kNameLevel = 0.05;       // q at which a feature may name a factor
constexpr double kNameCorrelation = 0.4;  // and the |r| below which a name would mislead, however sure the test is

std::span<const double> column(const Eigen::MatrixXd& m, Eigen::Index j) {
  return {m.col(j).data(), static_cast<std::size_t>(m.rows())};
}

// What is held fixed for a partial correlation with column j: the other features that do not depend on a unit's scale.
Eigen::MatrixXd controls_for(const FeatureTable& table, Eigen::Index j) {
  std::vector<Eigen::Index> kept;
  for (Eigen::Index c = 0; c < table.columns.cols(); ++c) {
    if (c != j && table.may_name[static_cast<std::size_t>(c)]) kept.push_back(c);
  }
  return table.columns(Eigen::all, kept);
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

const UnitFeatures* features_of(const Findings& found, NodeId layer) {
  const auto features = std::find_if(found.features.begin(), found.features.end(),
                                     [&](const UnitFeatures& known) { return known.layer == layer; });
  return features == found.features.end() ? nullptr : &*features;
}

}  // namespace

std::optional<UnitFeatures> features_read(const Findings& found, const Graph& graph, const ChannelFlow& flow,
                                          const Wiring& wiring) {
  if (!wiring.joint) {
    const UnitFeatures* features = features_of(found, wiring.from);
    return features == nullptr ? std::nullopt : std::optional(*features);
  }
  // A joint wiring has one segment for each that the layer reads, in their order.
  const std::vector<ChannelSegment>& segments = flow[wiring.layer.input].segments;
  std::vector<const UnitFeatures*> parts;
  for (const ChannelSegment& segment : segments) {
    parts.push_back(features_of(found, graph[segment.source].producer));
    if (parts.back() == nullptr) return std::nullopt;
  }
  UnitFeatures joined;
  joined.layer = wiring.from;
  joined.units = wiring.units;
  for (const FeatureColumn& first : parts.front()->columns) {
    FeatureColumn column = first;
    column.values.clear();
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const FeatureColumn* values = parts[part]->find(first.name);
      const ChannelSegment& segment = segments[part];
      if (values == nullptr) break;
      for (std::int64_t i = 0; i < wiring.segments[part].count; ++i) {
        column.values.push_back(values->values.at(static_cast<std::size_t>(segment.first_unit + i * segment.step)));
      }
    }
    if (static_cast<std::int64_t>(column.values.size()) == joined.units) joined.columns.push_back(std::move(column));
  }
  joined.linearised =
      std::any_of(parts.begin(), parts.end(), [](const UnitFeatures* part) { return part->linearised; });
  return joined;
}

FeatureTable feature_table(const UnitFeatures& features, const Eigen::VectorXd& fan_out,
                           const std::vector<Eigen::Index>& silent) {
  FeatureTable table;
  const bool known =
      features.units == fan_out.size() && std::any_of(features.columns.begin(), features.columns.end(),
                                                      [](const FeatureColumn& feature) { return feature.of_image; });
  if (!known) return table;
  for (Eigen::Index unit = 0; unit < fan_out.size(); ++unit) {
    if (!std::binary_search(silent.begin(), silent.end(), unit)) table.units.push_back(unit);
  }
  std::vector<Eigen::VectorXd> columns;
  const auto add = [&](std::string_view name, bool may_name, bool linearised, const Eigen::VectorXd& all) {
    const Eigen::VectorXd values = all(table.units);
    if (values.size() < 3 || values.maxCoeff() - values.minCoeff() <= 1e-12 * values.cwiseAbs().maxCoeff()) return;
    table.names.push_back(name);
    table.may_name.push_back(may_name);
    table.linearised.push_back(linearised);
    columns.push_back(values);
  };
  for (const FeatureColumn& feature : features.columns) {
    if (feature.directional) continue;
    add(feature.name, feature.of_image, features.linearised && feature.of_image && !feature.given,
        Eigen::VectorXd::Map(feature.values.data(), static_cast<Eigen::Index>(feature.values.size())));
  }
  add("fan_out_norm", false, false, fan_out);
  table.columns.resize(static_cast<Eigen::Index>(table.units.size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) table.columns.col(static_cast<Eigen::Index>(j)) = columns[j];
  return table;
}

std::vector<FactorMeaning> test_meaning(const MatrixFactors& factors, const FeatureTable& table, std::uint64_t seed) {
  std::vector<FactorMeaning> meaning;
  if (table.names.empty()) return meaning;
  const Eigen::Index tested = std::min(std::max<Eigen::Index>(factors.null.significant, 2), factors.right.cols());
  const Eigen::MatrixXd vectors = factors.right(table.units, Eigen::seqN(0, tested));
  const CorrelationTests all =
      test_correlations(vectors, table.columns, kMeaningPermutations, seed, factors.key + "#meaning");
  for (Eigen::Index j = 0; j < tested; ++j) {
    const std::span<const double> loadings = column(vectors, j);
    const auto& tests = all[static_cast<std::size_t>(j)];
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
      entry.linearised = table.linearised[f];
      entry.units = tests[f]->n;
      entry.permutations = tests[f]->permutations;
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

// At most one name per factor: the strongest feature that passes.
void name_factors(std::vector<Factorization>& factorizations) {
  correct(factorizations, true);
  correct(factorizations, false);
  for (Factorization& factorization : factorizations) {
    std::vector<FactorMeaning*> best(static_cast<std::size_t>(factorization.factors->sigma.size()), nullptr);
    for (FactorMeaning& meaning : factorization.meaning) {
      const bool real = static_cast<Eigen::Index>(meaning.factor) < factorization.factors->null.significant;
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

std::optional<std::string_view> name_of_factor(const std::vector<FactorMeaning>& meaning, std::size_t factor) {
  for (const FactorMeaning& entry : meaning) {
    if (entry.factor == factor && entry.named) return entry.feature;
  }
  return std::nullopt;
}

}  // namespace ramus
