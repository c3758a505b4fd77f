// A wiring P → L: layer L reads the units of layer P, directly or through operators that keep channels apart.
//
//     P = conv1 ──▶ relu ──▶ pool ──▶ L = conv2          M [units of L x units of P] = |weights| reduced over the kernel
//     P ──▶ L = MatMul, W [2, in, out]                   P → L[0], P → L[1]; behind another stack of 2: P[0] → L[0] …
//     P ──▶ L = LSTM                                     P → L.Wi … for each gate, and L → L.Ri … from its own state
//     P = values ──▶ heads ──▶ L = output                each head's units, weighed by the attention
//     conv_a ─┐
//     conv_b ─┼ Concat j ──▶ L                           conv_a → L, conv_b → L, and j → L: all of the join's channels
//
// Gains (channel_gain.hpp) are folded in: in-side where no nonlinearity stands between the gain and L, out-side those of
// batch norms and products with constants that follow L, with nothing between but sums with constants.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/limits.hpp"
#include "graph/weight_layer.hpp"
#include "passes/attention.hpp"
#include "passes/numerics/kernel_reduction.hpp"

namespace ramus {

struct WiringSegment {
  std::int64_t column = 0;  // first input of L
  std::int64_t unit = 0;    // the unit of P behind it
  std::int64_t step = 1;    // from one unit to the next
  std::int64_t run = 1;     // columns per unit (after a Flatten)
  std::int64_t count = 0;   // units
  std::vector<NodeId> scales;
};

struct Wiring {
  NodeId from, to;         // from: the layer P, or a join whose channels L reads as a whole
  WeightLayer layer;       // L
  std::string from_part;   // the slice, or the direction, of P that L reads; empty: all of it
  ValueId source;          // output of `from`
  bool joint = false;      // `from` is a join
  std::int64_t units = 0;  // of `from`
  std::vector<WiringSegment> segments;
  bool leaking = false, gated = false, summed = false;

  std::string id(const Graph& graph) const;  // "conv1->conv2", "up[3]->down[3]", "lstm->lstm.Ri"
  // Both have one matrix, but for the gains before and behind L: layers that write into one sum are read through the same
  // weights, and so is what two nodes read that share an initializer.
  bool reads_like(const Wiring& other) const;
};

// Every wiring into one layer, joint ones last; sources in the order of their channels.
std::vector<Wiring> find_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to);

// From the values of attention to the layer that reads what the heads make of them, head by head.
std::vector<Wiring> find_value_wirings(const Graph& graph, const AttentionCores& attention, const WeightLayer& to);

// Both, joint ones last.
std::vector<Wiring> find_all_wirings(const Graph& graph, const ChannelFlow& flow, const AttentionCores& attention,
                                     const WeightLayer& to);

// The layers whose matrices are worth a look: with weights of their own, and not depthwise.
struct TrainedLayers {
  std::vector<WeightLayer> layers;  // in the order of the nodes, with all parts of a node
  std::size_t untrained = 0;        // nodes that have one constant in place of weights
  std::size_t beyond = 0;           // nodes behind limits.wirings layers
};
TrainedLayers find_trained_layers(const Graph& graph, const Limits& limits);

// Why there are none: "Einsum is not known to keep channels apart". Empty where the layer reads graph inputs only.
std::string why_no_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to);

struct LayerKernel {
  WeightLayer layer;
  FloatView weights;                  // the whole tensor
  std::vector<double> output_scales;  // of the gains that follow; empty where none do
};

// `before`: a layer that was read before, whose weights are used again where they are the same tensor's.
Result<LayerKernel> read_kernel(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                const Limits& limits, const LayerKernel* before = nullptr);

// Inputs [begin, end) of one group, counted within the group; outputs are those of the group.
KernelView group_view(const LayerKernel& kernel, std::int64_t group, std::int64_t begin, std::int64_t end);

// Weights of a layer with the kernel positions reduced, and the gains that follow folded in.
struct ReducedLayer {
  WeightLayer layer;
  KernelReduction reduction = KernelReduction::l2;
  Eigen::MatrixXd weights;  // [outputs x inputs of a group], nonnegative
};

// Errors: a weight that is not finite.
Result<ReducedLayer> reduce_layer(const Graph& graph, const LayerKernel& kernel, KernelReduction reduction);
// Both at once. Errors: those, and weights that cannot be read.
Result<ReducedLayer> read_reduced(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                  KernelReduction reduction, const Limits& limits);

// The weight is one value repeated (ConstantOfShape): structure without training.
bool is_untrained(const WeightView& weight);

// By segment of a wiring, and by column of each: the gains before L (wiring_gains.hpp); empty where there are none.
using InputScales = std::vector<std::vector<double>>;

// M [units of L x units of P]. A unit of P that L does not read is a column of zeros. Errors: a side beyond
// limits.matrix_side, or more than limits.blank_entries entries that no weight stands behind.
Result<Eigen::MatrixXd> wiring_matrix(const Graph& graph, const ReducedLayer& reduced, const Wiring& wiring,
                                      const InputScales& scales, const Limits& limits);

// Whether M is reduced.weights as they are: L reads all of P in its order, with no gain in between, and no side is beyond
// limits.matrix_side.
bool is_whole(const ReducedLayer& reduced, const Wiring& wiring, const InputScales& scales, const Limits& limits);

// gamma / sqrt(variance + epsilon) of a BatchNormalization by channel; empty where a parameter is computed or absent.
std::vector<double> batch_norm_scales(const Graph& graph, NodeId norm);

}  // namespace ramus
