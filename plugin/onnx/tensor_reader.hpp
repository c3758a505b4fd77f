// From a TensorProto to a WeightView: which of the payload forms is there, and does it hold what dims and type need?
//
//   raw_data, external data          dense, borrowed            4-bit types two to a byte
//   float_data, double_data          dense, borrowed            one packed chunk, as every known writer makes it
//   int32_data, int64_data, uint64   varint, borrowed
//   the same in several chunks       joined in memory of their own, never more than the file's bytes
//   SparseTensorProto                sparse: values made dense, indices made linear
//   nothing                          absent, and a note: somebody stripped the weights
//
// Source: onnx.proto3, TensorProto and SparseTensorProto, IR version 11.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/limits.hpp"
#include "graph/note.hpp"
#include "graph/weight_view.hpp"
#include "plugin/onnx/external_data.hpp"

namespace ramus::onnx_wire {

struct TensorContext {
  const ExternalData& external;
  const Limits& limits;
  std::int64_t ir_version;
  bool missing_external_data_is_fine;
  std::vector<Note>& notes;
};

// Strings come as absent (they are no numbers); complex types keep their bytes. Errors name the tensor: dims that are
// negative or ask for too much, an unknown type, two payloads, a payload that does not fit dims or type.
// Throws WireFault.
Result<WeightView> read_tensor(Bytes message, const TensorContext& context);
Result<WeightView> read_sparse_tensor(Bytes message, const TensorContext& context);

}  // namespace ramus::onnx_wire
