#include "passes/factors.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "passes/factor_meaning.hpp"
#include "passes/numerics/kernel_features.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

FactorOptions factor_options(const PassContext& context) {
  FactorOptions options;
  options.normalise = normalise_named(context.options.text("factors.normalise"));
  options.centring = centring_named(context.options.text("factors.centring"));
  options.k = static_cast<Eigen::Index>(context.options.number("factors.k"));
  options.permutations = static_cast<int>(context.options.number("factors.permutations"));
  options.seed = context.seed;
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
  std::string why_none;      // no wirings: "Einsum is not known to keep channels apart"
};

// A matrix and what is in it; those of the wirings that read like this one.
struct Decomposed {
  Wiring wiring;
  InputScales input_scales;
  std::vector<double> output_scales;
  Eigen::VectorXd fan_out_norm;  // of M, by unit of P
  std::shared_ptr<const MatrixFactors> factors;
  FactorsBeside beside;
};

Result<Decomposed> decompose(const PassContext& context, const ReducedLayer& reduced, const Wiring& wiring,
                             InputScales scales, const std::vector<double>& output_scales) {
  const std::string id = wiring.id(context.graph);
  Eigen::MatrixXd own;  // not where M is there already: it may be the largest matrix of the model
  if (!is_whole(reduced, wiring, scales, context.limits)) {
    auto made = wiring_matrix(context.graph, reduced, wiring, scales, context.limits);
    if (!made) return propagate(std::move(made.error()));
    own = std::move(*made);
  }
  const Eigen::MatrixXd& m = own.size() > 0 ? own : reduced.weights;
  auto factors = find_matrix_factors(m, factor_options(context), context.cancelled);
  if (!factors) return propagate(std::move(factors.error()), id);
  FactorsBeside beside = find_factors_beside(m, context.cancelled);
  auto shared = std::make_shared<const MatrixFactors>(std::move(*factors));
  return Decomposed{wiring, std::move(scales), output_scales, fan_out_norm(m), std::move(shared), std::move(beside)};
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
      features ? feature_table(*features, decomposed.fan_out_norm, factorization.factors->silent_inputs)
               : FeatureTable();
  factorization.meaning = test_meaning(*factorization.factors, table, context.seed);
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

// Layers whose weights stand in one tensor: slices, gates, and nodes that share it.
class TensorFactors {
 public:
  TensorFactors(const PassContext& context, std::span<const std::size_t> place, std::size_t most)
      : context_(context), graph_(context.graph), flow_(context.analyses.channel_flow()), place_(place), most_(most) {}

  Status factorise(const WeightLayer& layer, LayerOutcome& outcome) {
    std::vector<Wiring> wirings = find_all_wirings(graph_, flow_, context_.analyses.attention(), layer);
    outcome.left_out = keep_nearest(place_, most_, wirings);
    if (wirings.empty()) {
      outcome.why_none = why_no_wirings(graph_, flow_, layer);
      return {};
    }
    auto kernel = read_kernel(graph_, flow_, layer, context_.limits, kernel_ ? &*kernel_ : nullptr);
    const auto reduction = kernel_reduction_named(context_.options.text("factors.reduction"));
    const auto reduced = kernel ? reduce_layer(graph_, *kernel, reduction.value_or(KernelReduction::l2))
                                : Result<ReducedLayer>(propagate(Error(kernel.error())));
    if (!reduced) {
      outcome.notes.push_back({graph_[layer.node].name, "weights", reduced.error().message});
      return {};
    }
    if (!kernel_ || !kernel_->layer.has_weights_of(layer)) known_.clear();
    kernel_ = std::move(*kernel);
    for (Wiring& wiring : wirings) {
      if (auto status = add(*reduced, std::move(wiring), outcome); !status) return status;
    }
    return {};
  }

 private:
  static constexpr std::size_t kMostKnown = 8;  // matrices that are kept for wirings that read like them

  Status add(const ReducedLayer& reduced, Wiring wiring, LayerOutcome& outcome) {
    auto scales = input_scales(graph_, flow_, wiring);
    auto same = std::find_if(known_.begin(), known_.end(), [&](const Decomposed& known) {
      return known.wiring.reads_like(wiring) && known.input_scales == scales &&
             known.output_scales == kernel_->output_scales;
    });
    if (same == known_.end()) {
      auto decomposed = decompose(context_, reduced, wiring, std::move(scales), kernel_->output_scales);
      if (!decomposed && decomposed.error().kind == ErrorKind::cancelled)
        return propagate(std::move(decomposed.error()));
      if (!decomposed) {
        outcome.notes.push_back({wiring.id(graph_), "factors", decomposed.error().message});
        return {};
      }
      if (known_.size() >= kMostKnown) known_.erase(known_.begin());
      same = known_.insert(known_.end(), std::move(*decomposed));
    }
    add_wiring(context_, *same, std::move(wiring), outcome);
    return {};
  }

  const PassContext& context_;
  const Graph& graph_;
  const ChannelFlow& flow_;
  std::span<const std::size_t> place_;
  std::size_t most_;
  std::optional<LayerKernel> kernel_;
  std::vector<Decomposed> known_;
};

// Places of layers by tensor, in the order in which tensors are first read; in each, those with the same weights together.
std::vector<std::vector<std::size_t>> by_tensor(const std::vector<WeightLayer>& layers) {
  std::map<WeightId, std::size_t> known;
  std::vector<std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto [tensor, is_new] = known.emplace(layers[i].weight, places.size());
    if (is_new) places.emplace_back();
    places[tensor->second].push_back(i);
  }
  for (auto& tensor : places) {
    std::stable_sort(tensor.begin(), tensor.end(),
                     [&](std::size_t a, std::size_t b) { return layers[a].offset < layers[b].offset; });
  }
  return places;
}

void note_unread(const std::vector<LayerOutcome>& outcomes, Findings& findings) {
  std::map<std::string_view, std::size_t> layers;
  for (const LayerOutcome& outcome : outcomes) {
    if (!outcome.why_none.empty()) ++layers[outcome.why_none];
  }
  for (const auto& [why, count] : layers) {
    findings.notes.push_back({"", "no-wirings",
                              std::to_string(count) + (count == 1 ? " layer reads" : " layers read") +
                                  " units of no known layer: " + std::string(why)});
  }
}

}  // namespace

Result<Findings> find_factors(const PassContext& context) {
  const Graph& graph = context.graph;
  const auto [layers, untrained, beyond] = find_trained_layers(graph, context.limits);
  Findings findings;
  if (beyond > 0) {
    findings.notes.push_back(
        {"", "wirings",
         std::to_string(beyond) + " layers beyond the first " + std::to_string(layers.size()) + " are left out"});
  }
  if (untrained > 0) {
    findings.notes.push_back(
        {"", "untrained",
         std::to_string(untrained) + " layers have one constant in place of weights; they have no factors"});
  }
  context.analyses.channel_flow();  // once, before the tasks ask for it together
  context.analyses.attention();
  const std::vector<std::size_t> place = topological_places(graph);
  const std::size_t fair_share =
      std::max<std::size_t>(1, context.limits.wirings / std::max<std::size_t>(1, layers.size()));
  const std::size_t most = std::min(context.limits.wirings_of_layer, fair_share);
  std::vector<LayerOutcome> outcomes(layers.size());
  const std::vector<std::vector<std::size_t>> tensors = by_tensor(layers);
  auto status = for_each_index(tensors.size(), context.cancelled, [&](std::size_t t) {
    TensorFactors tensor(context, place, most);
    for (const std::size_t i : tensors[t]) {
      if (context.cancelled()) return Status(failure(ErrorKind::cancelled, "cancelled while factors were computed"));
      if (auto done = tensor.factorise(layers[i], outcomes[i]); !done) return done;
    }
    context.advance(graph[layers[tensors[t].front()].weight].bytes.size());
    return Status();
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
  note_unread(outcomes, findings);
  name_factors(findings.factors);
  return findings;
}

}  // namespace ramus
