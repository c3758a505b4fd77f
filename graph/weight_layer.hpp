// A layer: a node that mixes its input units through weights.
#pragma once

#include <optional>

#include "graph/graph.hpp"

namespace ramus {

// Where one kernel element lies in the weight tensor: output * output_stride + input * input_stride + tap * tap_stride.
struct WeightLayer {
  NodeId node;
  ValueId input, output;
  WeightId weight;
  std::int64_t outputs = 0;  // units of the layer
  std::int64_t inputs = 0;   // input units that the layer reads, over all groups
  std::int64_t groups = 1;
  Dims kernel;                     // spatial extents; empty for a matrix
  std::int64_t taps = 1;           // product of kernel
  std::int64_t output_stride = 0;  // from one unit to the next
  std::int64_t input_stride = 0;   // from one input of a group to the next
  std::int64_t tap_stride = 1;
  bool transposed = false;  // ConvTranspose: the group offset stands in the input, not in the output

  std::int64_t inputs_per_group() const { return inputs / groups; }
  std::int64_t outputs_per_group() const { return outputs / groups; }
  // Every input unit is a group of its own: the layer keeps channels apart.
  bool is_depthwise() const { return groups > 1 && groups == inputs; }
};

// Conv, ConvTranspose, Gemm, and MatMul with a constant matrix on either side; nullopt for anything else, and where
// weight and attributes do not fit together.
std::optional<WeightLayer> find_weight_layer(const Graph& graph, NodeId node);

// Multiply-accumulate operations of one sample through a node: 0 for one without weights, nullopt where shapes are not
// known or the number does not fit.
std::optional<std::int64_t> macs_of(const Graph& graph, NodeId node);

}  // namespace ramus
