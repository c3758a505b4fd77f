// A layer: a node, or a part of one, that mixes input units through weights.
//
//     Conv, Gemm, MatMul        one layer
//     MatMul, W [E, in, out]    E layers, a slice of the stack each: experts, heads            "[0]" "[1]" …
//     LSTM (and GRU, RNN)       a layer for each gate that reads the input, and one for each that reads the state, of
//                               each direction: the names of ONNX                              ".Wi" ".Ri" ".WBi" …
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

// Where one kernel element lies in the weight tensor:
// offset + output * output_stride + input * input_stride + tap * tap_stride.
struct WeightLayer {
  NodeId node;
  ValueId input, output;  // a layer that reads the state of its own node has one value for both
  WeightId weight;
  std::string part;          // which of the node's layers; empty where it is the only one
  std::int64_t offset = 0;   // of its first element
  int input_axis = -1;       // of `input`: where the units lie that it reads; -1 while the rank is not known
  int output_axis = -1;      // of `output`
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
  bool reads_its_own_state() const { return input == output; }
  // Both are the same numbers, laid out alike: one initializer that two nodes read.
  bool has_weights_of(const WeightLayer& other) const;
};

inline constexpr std::int64_t kMostSlices = 1 << 10;  // of a stack; no published mixture has more than 512 experts

// Conv, ConvTranspose, Gemm and MatMul with constants on either side, RNN, GRU and LSTM; slices in the order of the
// stack, then gates as in ONNX, those of the input first. Empty for anything else, and where weight and attributes do
// not fit together.
std::vector<WeightLayer> find_weight_layers(const Graph& graph, NodeId node);

// The first of them: all write as many units to the same value.
std::optional<WeightLayer> find_first_weight_layer(const Graph& graph, NodeId node);

// The layer of a node that is one layer; nullopt for a node that is none, or several.
std::optional<WeightLayer> find_weight_layer(const Graph& graph, NodeId node);

// Multiply-accumulate operations of one sample through a node: 0 for one without weights, nullopt where shapes are not
// known or the number does not fit.
std::optional<std::int64_t> macs_of(const Graph& graph, NodeId node);

}  // namespace ramus
