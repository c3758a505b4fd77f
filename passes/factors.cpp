#include "passes/factors.hpp"

#include <algorithm>
#include <cmath>

#include "passes/factor_meaning.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

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

// A matrix and what is in it; those of the wirings that read like this one.
struct Decomposed {
  Wiring wiring;
  Eigen::MatrixXd m;
  std::shared_ptr<const MatrixFactors> factors;
  FactorsBeside beside;
};

Result<Decomposed> decompose(const PassContext& context, const ReducedLayer& reduced, const Wiring& wiring) {
  const std::string id = wiring.id(context.graph);
  auto m = wiring_matrix(context.graph, context.analyses.channel_flow(), reduced, wiring, context.limits);
  if (!m) return propagate(std::move(m.error()));
  auto factors = find_matrix_factors(*m, factor_options(context, id), context.cancelled);
  if (!factors) return propagate(std::move(factors.error()), id);
  FactorsBeside beside = find_factors_beside(*m);
  return Decomposed{wiring, std::move(*m), std::make_shared<const MatrixFactors>(std::move(*factors)),
                    std::move(beside)};
}

void add_wiring(const PassContext& context, const Decomposed& decomposed, Wiring wiring, LayerOutcome& outcome) {
  Factorization factorization;
  factorization.id = wiring.id(context.graph);
  factorization.factors = decomposed.factors;
  if (factorization.factors->sigma.size() == 0) {
    outcome.notes.push_back({factorization.id, "factors", why_none(factorization.factors->status)});
    return;
  }
  factorization.reduction = context.options.text("factors.reduction");
  factorization.normalise = context.options.text("factors.normalise");
  factorization.centring = context.options.text("factors.centring");
  const auto features = features_read(context.found, context.graph, context.analyses.channel_flow(), wiring);
  const FeatureTable table =
      features ? feature_table(*features, decomposed.m, factorization.factors->silent_inputs) : FeatureTable();
  factorization.meaning = test_meaning(*factorization.factors, table, context.seed, factorization.id);
  factorization.raw = summarise(decomposed.beside.raw, table);
  factorization.centred = summarise(decomposed.beside.centred, table);
  factorization.wiring = std::move(wiring);
  outcome.factors.push_back(std::move(factorization));
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
  const auto reduction = kernel_reduction_named(context.options.text("factors.reduction"));
  const auto reduced = read_reduced(graph, context.analyses.channel_flow(), layer,
                                    reduction.value_or(KernelReduction::l2), context.limits);
  if (!reduced) {
    outcome.notes.push_back({graph[layer.node].name, "weights", reduced.error().message});
    return {};
  }
  std::optional<Decomposed> last;
  for (Wiring& wiring : wirings) {
    if (!last || !last->wiring.reads_like(wiring)) {
      auto decomposed = decompose(context, *reduced, wiring);
      if (!decomposed && decomposed.error().kind == ErrorKind::cancelled)
        return propagate(std::move(decomposed.error()));
      if (!decomposed) {
        outcome.notes.push_back({wiring.id(graph), "factors", decomposed.error().message});
        continue;
      }
      last = std::move(*decomposed);
    }
    add_wiring(context, *last, std::move(wiring), outcome);
  }
  return {};
}

}  // namespace

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
