// From the layers at the ends of a block to what the block reads from a stream, and writes into it: their weights by tap,
// with what lies on the way folded in.
//
//   norm ▶ (W1): K_L = W1 times the norm's scales, by unit       (W2) ▶ bn: K_P = the batch norm's scales times W2
//   A batch norm behind W1 scales its rows. Places of taps count the dilation.
#pragma once

#include <Eigen/Core>
#include <optional>

#include "passes/numerics/composition.hpp"
#include "passes/stream_ends.hpp"

namespace ramus {

// Largest distance between two taps.
KernelLag extent_of(const PassContext& context, const WeightLayer& layer);

// Multiply-adds of a layer's Gram matrices, at most.
double gram_work(const WeightLayer& layer, std::int64_t units, const KernelLag& most);

// nullopt where the weights are untrained, not finite, cannot be read, or of a kind whose taps have no place.
std::optional<LayerKernel> read_end(const PassContext& context, const WeightLayer& layer);

void add_read(const PassContext& context, const StreamEnd& end, const LayerKernel& kernel, StreamMap& map);
void add_write(const PassContext& context, const StreamEnd& end, const LayerKernel& kernel, StreamMap& map);

// What the stream's units pass on the way, for something written above it.
void carry(const StreamWay& way, StreamMap& write);

// Rows [begin, end) of a layer that reads: [units of the layer x units of the stream], the way folded in. One tap, one
// group. And columns of one that writes: [units of the stream x inputs of the layer].
Eigen::MatrixXd read_rows(const StreamEnd& end, const LayerKernel& kernel, std::int64_t begin, std::int64_t end_row);
Eigen::MatrixXd write_columns(const StreamEnd& end, const LayerKernel& kernel, std::int64_t begin,
                              std::int64_t end_row);

}  // namespace ramus
