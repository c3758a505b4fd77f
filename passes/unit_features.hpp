// Features of single units, from the weights alone (METHODS: unit features).
//
//   every layer                 fan_in_norm, sparsity
//   a layer that reads the      colour, frequency, orientation, orientation_selectivity, brightness: of the kernel from
//   image (three channels)      the image to the unit, which is exact there
//
// Layers whose weights are a constant fill (structure without training) have no features.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/weight_layer.hpp"

namespace ramus {

struct FeatureColumn {
  std::string name;
  std::vector<double> values;  // by unit
  bool directional = false;    // an angle: shown, but no test of order applies to it
  bool of_image = false;       // says what the unit responds to, rather than how large its weights are
};

struct UnitFeatures {
  NodeId layer;
  std::int64_t units = 0;
  std::vector<FeatureColumn> columns;

  const FeatureColumn* find(std::string_view name) const;
};

struct PassContext;
struct Findings;
// Option `layers`: "all" or "first" (those that read the image).
Result<Findings> find_unit_features(const PassContext& context);

}  // namespace ramus
