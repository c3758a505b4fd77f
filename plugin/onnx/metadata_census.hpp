// Where a model holds metadata_props: counts by kind of message.
#pragma once

#include <cstddef>

#include "plugin/onnx/wire_model.hpp"

namespace ramus {

inline constexpr std::int64_t kFirstMetadataIrVersion = 10;  // of all messages but the model, whose entries are older

struct MetadataCensus {
  // Messages with entries, training information and functions included.
  std::size_t graphs = 0, nodes = 0, values = 0, tensors = 0, functions = 0;
  std::size_t repeated_keys = 0;  // entries, of these or of the model, whose key an entry before them has

  std::size_t messages() const { return graphs + nodes + values + tensors + functions; }
};

// Reads the structure once; payloads of weights stay untouched.
Result<MetadataCensus> count_metadata(const WireModel& model);

}  // namespace ramus
