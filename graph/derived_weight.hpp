// A weight that is stored as integers, with the scales and zero points that turn them into numbers.
//
//   int8 [64, 3, 7, 7], scales [64], axis 0              w[i, …] = (stored[i, …] - zero[i]) * scale[i]
//   uint4 [n, k] in blocks of 32, transposed             w[j, i] = (stored[i, j] - zero[i, j / 32]) * scale[i, j / 32]
//
// Nothing is decoded before it is asked for. Source: ONNX operators DequantizeLinear-21 and QLinearConv-10; ONNX Runtime
// com.microsoft.MatMulNBits.
#pragma once

#include "graph/weight_view.hpp"

namespace ramus {

struct DerivedWeight {
  WeightView stored;
  std::vector<double> scales, zeros;  // as many: one, one per index of `axis`, or one per block; zeros may be empty
  std::size_t axis = 0;               // of the stored dims
  std::int64_t block = 0;             // indices of `axis` that share a scale; 0: scales do not come in blocks
  bool transposed = false;            // the view's dims are the stored ones, reversed; matrices only
  std::int64_t inner = 1;             // elements behind one index of `axis`; make_derived fills it

  // The number for a stored value at a row-major place of `stored`.
  double value(double stored_value, std::int64_t place) const;
};

// Named after the stored tensor, of type float32. Errors: scales or zeros that do not fit the dims.
Result<WeightView> make_derived(DerivedWeight weight);

}  // namespace ramus
