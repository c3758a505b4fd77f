#include "passes/unit_features.hpp"

#include <Eigen/Core>

#include "passes/numerics/kernel_features.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kImageChannels = 3;

std::vector<double> to_vector(const Eigen::VectorXd& v) { return {v.data(), v.data() + v.size()}; }

// The whole input of the layer is one graph input of three channels.
bool reads_the_image(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer) {
  const ChannelMap& map = flow[layer.input];
  return layer.groups == 1 && layer.kernel.size() == 2 && map.channels == kImageChannels && map.segments.size() == 1 &&
         !graph[map.segments.front().source].producer.exists() && map.segments.front().run == 1;
}

void add_image_features(const KernelView& view, const WeightLayer& layer, UnitFeatures& features) {
  auto found = find_kernel_features(view, KernelShape{layer.kernel[0], layer.kernel[1]});
  if (!found) return;
  if (found->colour) features.columns.push_back({"colour", to_vector(*found->colour), false, true});
  features.columns.push_back({"frequency", to_vector(found->frequency), false, true});
  features.columns.push_back({"orientation", to_vector(found->orientation), true, true});
  features.columns.push_back({"orientation_selectivity", to_vector(found->orientation_selectivity), false, true});
  features.columns.push_back({"brightness", to_vector(found->brightness), false, true});
}

struct FeatureOutcome {
  std::optional<UnitFeatures> features;
  std::vector<Note> notes;
};

FeatureOutcome features_of(const PassContext& context, const WeightLayer& layer, bool image) {
  const Graph& graph = context.graph;
  FeatureOutcome outcome;
  auto kernel = read_kernel(graph, context.analyses.channel_flow(), layer, context.limits);
  if (!kernel) {
    outcome.notes.push_back({graph[layer.node].name, "weights", kernel.error().message});
    return outcome;
  }
  // Units of a grouped or transposed layer do not lie in one strided block; outputs_per_group rows at a time do.
  UnitFeatures features;
  features.layer = layer.node;
  features.units = layer.outputs;
  FeatureColumn norm{"fan_in_norm", {}, false, false}, sparsity{"sparsity", {}, false, false};
  for (std::int64_t g = 0; g < layer.groups; ++g) {
    const KernelView view = group_view(*kernel, g, 0, layer.inputs_per_group());
    auto fan = find_fan_features(view);
    if (!fan) {
      outcome.notes.push_back({graph[layer.node].name, "weights", fan.error().message});
      return outcome;
    }
    const auto norms = to_vector(fan->fan_in_norm), zeros = to_vector(fan->sparsity);
    norm.values.insert(norm.values.end(), norms.begin(), norms.end());
    sparsity.values.insert(sparsity.values.end(), zeros.begin(), zeros.end());
    if (image) add_image_features(view, layer, features);
  }
  features.columns.push_back(std::move(norm));
  features.columns.push_back(std::move(sparsity));
  outcome.features = std::move(features);
  return outcome;
}

}  // namespace

const FeatureColumn* UnitFeatures::find(std::string_view name) const {
  for (const FeatureColumn& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

Result<Findings> find_unit_features(const PassContext& context) {
  const Graph& graph = context.graph;
  const ChannelFlow& flow = context.analyses.channel_flow();
  const bool first_only = context.options.text("unit-features.layers") == "first";
  std::vector<WeightLayer> layers;
  std::vector<bool> image;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    auto layer = find_weight_layer(graph, NodeId(n));
    if (!layer || layer->is_depthwise() || is_untrained(graph[layer->weight])) continue;
    const bool reads = reads_the_image(graph, flow, *layer);
    if (first_only && !reads) continue;
    layers.push_back(std::move(*layer));
    image.push_back(reads);
  }
  std::vector<FeatureOutcome> outcomes(layers.size());
  auto status = for_each_index(layers.size(), context.cancelled, [&](std::size_t i) {
    outcomes[i] = features_of(context, layers[i], image[i]);
    return Status();
  });
  if (!status) return propagate(std::move(status.error()));
  Findings findings;
  for (FeatureOutcome& outcome : outcomes) {
    if (outcome.features) findings.features.push_back(std::move(*outcome.features));
    findings.notes.insert(findings.notes.end(), outcome.notes.begin(), outcome.notes.end());
  }
  return findings;
}

}  // namespace ramus
