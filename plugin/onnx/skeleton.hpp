// The same model without its weights: what the official library needs for shapes and for its checks.
//
//   initializer {dims: 64 3 7 7, data_type: FLOAT, raw_data: 37632 bytes}   ──▶   {dims: 64 3 7 7, FLOAT, raw_data: 1 byte}
//
// Left out: payloads above 4 KiB (one element stays, in the same field, so that a checker of fields is content), external
// data references (we have judged those), doc strings, training info, long string attributes. The size is O(structure).
#pragma once

#include <string>

#include "plugin/onnx/wire_model.hpp"

namespace ramus {

inline constexpr std::size_t kLargestKeptPayload =
    4096;  // shapes, axes and scales that inference reads are far smaller

// A serialized ModelProto.
Result<std::string> write_skeleton(const WireModel& model);

}  // namespace ramus
