// Features of single units, from the weights alone (METHODS: unit features), and those that a user gives.
//
//   every layer                 fan_in_norm, sparsity
//   a layer that reads the      colour, frequency, orientation, orientation_selectivity, verticality, diagonality,
//   image (three channels)      brightness: of the kernel from the image to the unit, which is exact there
//   a layer behind it           the same of its linearised kernel (linearised_network.hpp), where there is one
//
// Layers whose weights are a constant fill (structure without training) have no features of their own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/weight_layer.hpp"
#include "passes/numerics/kernel_pictures.hpp"

namespace ramus {

struct FeatureColumn {
  std::string name;
  std::vector<double> values;  // by unit
  bool directional = false;    // an angle: shown, but no test of order applies to it
  bool of_image = false;       // says what the unit responds to, rather than how large its weights are
  bool given = false;          // by the user
};

// Of all pictures of one graph; layers nearest to the image come first.
inline constexpr std::int64_t kMostPictureBytes = 600'000;
inline constexpr std::int64_t kMostPictureSide = 16;

struct UnitFeatures {
  NodeId layer;
  std::int64_t units = 0;
  std::vector<FeatureColumn> columns;
  // Height and width of the kernels on the image, where they are known.
  std::optional<std::array<std::int64_t, 2>> field;
  KernelPictures pictures;  // of those kernels; empty beyond kMostPictureBytes of one graph
  bool linearised = false;  // these kernels pass nonlinearities, which are ignored; false: exact, or none

  const FeatureColumn* find(std::string_view name) const;
};

struct PassContext;
struct Findings;
// Options: `layers`, "all" or "first" (those that read the image); `field`, the largest side of a linearised kernel, 0 for
// none of them.
Result<Findings> find_unit_features(const PassContext& context);

}  // namespace ramus
