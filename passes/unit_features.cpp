#include "passes/unit_features.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <map>

#include "passes/linearised_network.hpp"
#include "passes/numerics/kernel_features.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/user_features.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kUnitsOfTask = 16;

std::vector<double> to_vector(const Eigen::VectorXd& v) { return {v.data(), v.data() + v.size()}; }

bool reads_the_image(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer) {
  return layer.groups == 1 && layer.kernel.size() == 2 && is_image(graph, flow, layer.input);
}

void add_image_features(const KernelFeatures& found, UnitFeatures& features) {
  if (found.colour) features.columns.push_back({"colour", to_vector(*found.colour), false, true});
  features.columns.push_back({"frequency", to_vector(found.frequency), false, true});
  features.columns.push_back({"orientation", to_vector(found.orientation), true, true});
  features.columns.push_back({"orientation_selectivity", to_vector(found.orientation_selectivity), false, true});
  features.columns.push_back({"verticality", to_vector(found.verticality), false, true});
  features.columns.push_back({"diagonality", to_vector(found.diagonality), false, true});
  features.columns.push_back({"brightness", to_vector(found.brightness), false, true});
}

// Empty where one layer alone is beyond the limit of all.
KernelPictures pictures_of(const KernelView& kernels, KernelShape shape) {
  if (picture_bytes(kernels.outputs, shape, kMostPictureSide) > kMostPictureBytes) return {};
  return draw_kernels(kernels, shape, kMostPictureSide);
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
    if (!image) continue;
    const auto found = find_kernel_features(view, KernelShape{layer.kernel[0], layer.kernel[1]});
    if (!found) continue;
    add_image_features(*found, features);
    features.field = {layer.kernel[0], layer.kernel[1]};
    features.pictures = pictures_of(view, {layer.kernel[0], layer.kernel[1]});
  }
  features.columns.push_back(std::move(norm));
  features.columns.push_back(std::move(sparsity));
  outcome.features = std::move(features);
  return outcome;
}

void append(const Eigen::VectorXd& more, Eigen::VectorXd& all, Eigen::Index first) {
  all.segment(first, more.size()) = more;
}

// Of all units, piece by piece.
Result<KernelFeatures> features_of_kernels(const PassContext& context, const LinearisedKernels& kernels) {
  const KernelShape shape{kernels.fields[0].size, kernels.fields[1].size};
  const Eigen::Index units = kernels.weights.rows();
  KernelFeatures all;
  all.colour = all.frequency = all.orientation = all.orientation_selectivity = Eigen::VectorXd::Zero(units);
  all.verticality = all.diagonality = all.brightness = Eigen::VectorXd::Zero(units);
  const auto tasks = static_cast<std::size_t>((units + kUnitsOfTask - 1) / kUnitsOfTask);
  auto status = for_each_index(tasks, context.cancelled, [&](std::size_t task) -> Status {
    const Eigen::Index first = static_cast<Eigen::Index>(task) * kUnitsOfTask;
    const auto some = find_kernel_features(kernels.view(first, std::min(kUnitsOfTask, units - first)), shape);
    if (!some) return propagate(Error(some.error()));
    append(*some->colour, *all.colour, first);
    append(some->frequency, all.frequency, first);
    append(some->orientation, all.orientation, first);
    append(some->orientation_selectivity, all.orientation_selectivity, first);
    append(some->verticality, all.verticality, first);
    append(some->diagonality, all.diagonality, first);
    append(some->brightness, all.brightness, first);
    return {};
  });
  if (!status) return propagate(std::move(status.error()));
  return all;
}

// "no features of the image for 9 layers: fields beyond 64 pixels (8, the first 'conv5'), Gemm (1, 'fc')"
Note note_of(const Graph& graph, const std::vector<LayerWithout>& without) {
  std::vector<std::pair<std::string, std::vector<NodeId>>> reasons;
  for (const LayerWithout& layer : without) {
    auto known =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& entry) { return entry.first == layer.why; });
    if (known == reasons.end()) known = reasons.insert(reasons.end(), {layer.why, {}});
    known->second.push_back(layer.layer);
  }
  std::string text = "no linearised kernels, and so no features of the image, for " + std::to_string(without.size()) +
                     (without.size() == 1 ? " layer: " : " layers: ");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const auto& [why, layers] = reasons[i];
    text += (i == 0 ? "" : ", ") + why + " (" + std::to_string(layers.size()) +
            (layers.size() == 1 ? ", '" : ", the first '") + graph[layers.front()].name + "')";
  }
  return {"", "linearised", text};
}

// Features of the image for the layers behind the first ones.
Status add_linearised_features(const PassContext& context, std::int64_t most_pixels, Findings& findings) {
  std::map<NodeId, UnitFeatures*> place;
  bool any_image = false;
  std::int64_t drawn = 0;  // bytes of pictures
  for (UnitFeatures& features : findings.features) {
    any_image = any_image || features.field;
    if (!features.field) place[features.layer] = &features;
    drawn += static_cast<std::int64_t>(features.pictures.pixels.size());
  }
  if (!any_image) return {};
  auto without = linearise_network(
      context, most_pixels, [&](const WeightLayer& layer, const LinearisedKernels& kernels) -> Status {
        const auto features = place.find(layer.node);
        if (features == place.end()) return {};
        const auto found = features_of_kernels(context, kernels);
        if (!found) return propagate(Error(found.error()));
        const auto own = std::exchange(features->second->columns, {});
        add_image_features(*found, *features->second);
        features->second->columns.insert(features->second->columns.end(), own.begin(), own.end());
        features->second->field = {kernels.fields[0].size, kernels.fields[1].size};
        features->second->linearised = true;
        const KernelShape shape{kernels.fields[0].size, kernels.fields[1].size};
        if (drawn + picture_bytes(kernels.weights.rows(), shape, kMostPictureSide) <= kMostPictureBytes) {
          features->second->pictures = pictures_of(kernels.view(0, kernels.weights.rows()), shape);
          drawn += static_cast<std::int64_t>(features->second->pictures.pixels.size());
        }
        return {};
      });
  if (!without) return propagate(std::move(without.error()));
  if (!without->empty()) findings.notes.push_back(note_of(context.graph, *without));
  return {};
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
  std::int64_t drawn = 0;
  for (FeatureOutcome& outcome : outcomes) {
    if (outcome.features) {
      drawn += static_cast<std::int64_t>(outcome.features->pictures.pixels.size());
      if (drawn > kMostPictureBytes) outcome.features->pictures = {};
    }
    if (outcome.features) findings.features.push_back(std::move(*outcome.features));
    findings.notes.insert(findings.notes.end(), outcome.notes.begin(), outcome.notes.end());
  }
  const std::int64_t most_pixels = context.options.number("unit-features.field");
  if (!first_only && most_pixels > 0) {
    if (auto added = add_linearised_features(context, most_pixels, findings); !added) {
      return propagate(std::move(added.error()));
    }
  }
  if (context.features != nullptr) {
    auto added = add_user_features(context, *context.features, findings.features, findings.notes);
    if (!added) return propagate(std::move(added.error()));
  }
  return findings;
}

}  // namespace ramus
