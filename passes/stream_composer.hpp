// One stream: the maps of its blocks, and every write carried along the trunk from reader to reader.
//
//   write of block 0 ──▶ trunk ──▶ read of block 1 ──▶ skip, trunk ──▶ read of block 2 …      one row of pairs per write
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "passes/composition.hpp"
#include "passes/stream_ends.hpp"

namespace ramus {

// What is known of a stream before its weights are read.
struct StreamPlan {
  std::vector<BlockEnds> ends;
  KernelLag read_extent{0, 0}, write_extent{0, 0};
  std::vector<TrunkWay> trunk, skip;         // by block
  std::map<std::string, std::size_t> stops;  // ways that a write is not carried along, by operator
  double write_lags = 1;                     // of one write, at most
  double carrying_work = 0;                  // of all writes across all projections
  bool across_projections = true;
  double work = 0, entries = 0;  // multiply-adds, and numbers kept, for all Gram matrices of whole blocks
  double head_entries = 0, head_pairs = 0;
  bool with_heads = false;
};

StreamPlan plan_of(const PassContext& context, const ResidualStream& stream);

struct ComposedStream {
  std::vector<ComposedPair> pairs;  // q is not set
  std::size_t unread = 0;           // layers whose weights are of no use
};

Result<ComposedStream> compose_stream(const PassContext& context, const ResidualStream& stream, const StreamPlan& plan);

}  // namespace ramus
