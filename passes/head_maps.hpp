// What single attention heads read from a residual stream and write into it.
//
//   query  W_K' W_Q   what the head compares, seen from its queries      [units x units] of rank 16, 64 …
//   key    W_Q' W_K   the same, seen from its keys
//   value  W_O W_V    what it moves from where it looks
//   write  W_O W_V    the same, seen from the stream that it writes into
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "passes/composition.hpp"
#include "passes/stream_maps.hpp"

namespace ramus {

struct HeadLayerWeights {
  StreamEnd end;
  LayerKernel kernel;
};

struct HeadMaps {
  std::vector<std::pair<CompositionKind, StreamMap>> reads;  // query, key, value
  StreamMap write;
};

// Of the attention whose four layers are among `layers`, in the order of its heads; empty where there is none, where a
// layer mixes heads, or where there is one head only: it is the block.
std::vector<HeadMaps> find_head_maps(const PassContext& context, const std::map<NodeId, HeadLayerWeights>& layers);

// Heads that find_head_maps would give, weights aside.
std::int64_t count_heads(const PassContext& context, const BlockEnds& ends);

}  // namespace ramus
