// The network without its nonlinearities, as far as it stays a bank of filters on the image.
//
//   image ── conv1 ── relu ── max pool ── conv2 ─┬─ 1x1 ──────────┐
//                                                └─ 1x1 ── 5x5 ── Concat ── …      each layer: [units x 3 x h x w]
//
// Passed through: convolutions (stride, dilation, groups), average pooling, norms of inference (scale and sign), products
// with constants, sums, concatenations, and what moves channels; activations, LRN and gates are left out, and of a
// maximum its middle stands (numerics/linearised_kernels.hpp). It ends, with a reason, at every other operator, where a
// field grows beyond `most_pixels` a side, and where the work or the memory reaches its limit.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/result.hpp"
#include "graph/weight_layer.hpp"
#include "passes/numerics/linearised_kernels.hpp"

namespace ramus {

struct PassContext;

// One graph input of three channels, whole.
bool is_image(const Graph& graph, const ChannelFlow& flow, ValueId value);

struct LayerWithout {
  NodeId layer;     // it comes from the image
  std::string why;  // "fields beyond 64 pixels", "GlobalAveragePool"
};

// Calls `visit` for every layer whose units have linearised kernels, in topological order, one at a time. Answers the
// layers that have none. Errors: cancelled, or what `visit` answers.
Result<std::vector<LayerWithout>> linearise_network(
    const PassContext& context, std::int64_t most_pixels,
    const std::function<Status(const WeightLayer& layer, const LinearisedKernels& kernels)>& visit);

}  // namespace ramus
