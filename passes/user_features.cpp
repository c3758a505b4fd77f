#include "passes/user_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "passes/pass.hpp"

namespace ramus {
namespace {

// Words of a report's entry of features (INTERFACES), which a feature of that name would hide.
constexpr std::array<std::string_view, 5> kTaken{"layer", "graph", "units", "field", "linearised"};

constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

struct UnitsOfLayer {
  std::vector<double> values;  // NaN where nothing is given
  bool agrees = true;
};

// By the value that the layer writes.
std::map<ValueId, UnitsOfLayer> spread(const Graph& graph, const ChannelFlow& flow, ValueId value,
                                       const std::vector<double>& numbers) {
  std::map<ValueId, UnitsOfLayer> layers;
  for (const ChannelSegment& segment : flow[value].segments) {
    if (!graph[segment.source].producer.exists()) continue;
    UnitsOfLayer& layer = layers[segment.source];
    layer.values.resize(static_cast<std::size_t>(std::max<std::int64_t>(flow[segment.source].channels, 0)), kNotGiven);
    for (std::int64_t channel = segment.begin; channel < segment.end; ++channel) {
      const auto unit = static_cast<std::size_t>(segment.unit(channel));
      if (unit >= layer.values.size()) continue;
      const double number = numbers[static_cast<std::size_t>(channel)];
      layer.agrees = layer.agrees && (std::isnan(layer.values[unit]) || layer.values[unit] == number);
      layer.values[unit] = number;
    }
  }
  return layers;
}

bool is_complete(const UnitsOfLayer& layer) {
  return layer.agrees && !layer.values.empty() &&
         std::none_of(layer.values.begin(), layer.values.end(), [](double value) { return std::isnan(value); });
}

UnitFeatures& features_of(NodeId layer, std::size_t units, std::vector<UnitFeatures>& features) {
  const auto place =
      std::find_if(features.begin(), features.end(), [&](const UnitFeatures& known) { return !(known.layer < layer); });
  if (place != features.end() && place->layer == layer) return *place;
  UnitFeatures added;
  added.layer = layer;
  added.units = static_cast<std::int64_t>(units);
  return *features.insert(place, std::move(added));
}

}  // namespace

Status add_user_features(const PassContext& context, const std::vector<UserFeature>& given,
                         std::vector<UnitFeatures>& features, std::vector<Note>& notes) {
  const ChannelFlow& flow = context.analyses.channel_flow();
  for (const UserFeature& feature : given) {
    const std::string where = feature.file + ": layer '" + feature.layer + "'";
    const auto units = find_named_units(feature.layer, context.graph, flow, context.found.tree.value_or(BranchTree{}),
                                        context.found.groups);
    if (!units) return propagate(Error(units.error()), where);
    const std::string which = where + ": feature '" + feature.name + "'";
    if (static_cast<std::int64_t>(feature.values.size()) != units->channels) {
      return failure(ErrorKind::usage, which + ": has " + std::to_string(feature.values.size()) +
                                           " numbers; the layer has " + std::to_string(units->channels) + " units");
    }
    if (feature.name.empty() || std::find(kTaken.begin(), kTaken.end(), feature.name) != kTaken.end()) {
      return failure(ErrorKind::usage, which + ": a report has another use for this name");
    }
    bool used = false;
    for (auto& [output, layer] : spread(context.graph, flow, units->value, feature.values)) {
      if (!is_complete(layer)) continue;
      UnitFeatures& known = features_of(context.graph[output].producer, layer.values.size(), features);
      if (known.find(feature.name) != nullptr) {
        return failure(ErrorKind::usage, which + ": the layer has a feature of this name already");
      }
      FeatureColumn column{feature.name, std::move(layer.values), false, true};
      column.given = true;
      known.columns.push_back(std::move(column));
      used = true;
    }
    if (!used) {
      notes.push_back({feature.layer, "features-unused",
                       "its feature '" + feature.name +
                           "' is not used: it does not give every unit of a layer with weights one number"});
    }
  }
  return {};
}

}  // namespace ramus
