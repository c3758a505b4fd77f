// A wiring P → L: layer L reads the units of layer P, directly or through operators that keep channels apart.
//
//     P = conv1 ──▶ relu ──▶ pool ──▶ L = conv2          M [units of L x units of P] = |weights| reduced over the kernel
//     conv_a ─┐
//     conv_b ─┼ Concat j ──▶ L                           conv_a → L, conv_b → L, and j → L: all of the join's channels
//
// Batch norms are folded in: in-side where no nonlinearity stands between the norm and L, out-side where the norm
// follows L directly (|gamma| / sqrt(variance + epsilon)).
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/limits.hpp"
#include "graph/weight_layer.hpp"
#include "passes/numerics/kernel_reduction.hpp"

namespace ramus {

struct WiringSegment {
  std::int64_t column = 0;  // first input of L
  std::int64_t unit = 0;    // the unit of P behind it
  std::int64_t step = 1;    // from one unit to the next
  std::int64_t run = 1;     // columns per unit (after a Flatten)
  std::int64_t count = 0;   // units
  std::vector<NodeId> scales;

  friend bool operator==(const WiringSegment&, const WiringSegment&) = default;
};

struct Wiring {
  NodeId from, to;         // from: the layer P, or a join whose channels L reads as a whole
  ValueId source;          // output of `from`
  bool joint = false;      // `from` is a join
  std::int64_t units = 0;  // of `from`
  std::vector<WiringSegment> segments;
  bool leaking = false, gated = false, summed = false;

  std::string id(const Graph& graph) const;  // "conv1->conv2"
  // Both have one matrix: layers that write into one sum are read through the same weights.
  bool reads_like(const Wiring& other) const;
};

// Every wiring into one layer, joint ones last; sources in the order of their channels.
std::vector<Wiring> find_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to);

struct LayerKernel {
  WeightLayer layer;
  std::vector<float> weights;         // decoded
  std::vector<double> output_scales;  // of the batch norm that follows; empty where none does
};

Result<LayerKernel> read_kernel(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                const Limits& limits);

// Inputs [begin, end) of one group, counted within the group; outputs are those of the group.
KernelView group_view(const LayerKernel& kernel, std::int64_t group, std::int64_t begin, std::int64_t end);

// Weights of a layer with the kernel positions reduced, and the batch norm that follows folded in.
struct ReducedLayer {
  WeightLayer layer;
  KernelReduction reduction = KernelReduction::l2;
  Eigen::MatrixXd weights;  // [outputs x inputs of a group], nonnegative
};

// Errors: weights that cannot be read, one that is not finite.
Result<ReducedLayer> read_reduced(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                  KernelReduction reduction, const Limits& limits);

// The weight is one value repeated (ConstantOfShape): structure without training.
bool is_untrained(const WeightView& weight);

// M [units of L x units of P]. A unit of P that L does not read is a column of zeros. Errors: a side beyond
// limits.matrix_side.
Result<Eigen::MatrixXd> wiring_matrix(const Graph& graph, const ChannelFlow& flow, const ReducedLayer& reduced,
                                      const Wiring& wiring, const Limits& limits);

// gamma / sqrt(variance + epsilon) of a BatchNormalization by channel; empty where a parameter is computed or absent.
std::vector<double> batch_norm_scales(const Graph& graph, NodeId norm);

}  // namespace ramus
