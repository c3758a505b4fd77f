// From ValueInfoProto to the element type and shape that a file declares.
#pragma once

#include <vector>

#include "graph/result.hpp"
#include "plugin/onnx/inferred_types.hpp"
#include "plugin/onnx/mapped_file.hpp"

namespace ramus::onnx_wire {

struct DeclaredValue {
  std::string name;
  ValueType type;
};

// Tensors and sparse tensors; for sequences, maps and optionals the type stays undefined. A dimension that is symbolic,
// missing or negative is kUnknownDim. Throws WireFault. Error: more dims than `most_dims`.
Result<DeclaredValue> read_value_info(Bytes message, std::size_t most_dims);

// Adds the declarations to `types`; what one leaves open keeps what was there.
Status add_declarations(const std::vector<Bytes>& value_infos, std::size_t most_dims, ValueTypes& types);

// Fills what `known` leaves open from `other`: the type, the rank, single dimensions.
void merge_type(const ValueType& other, ValueType& known);

}  // namespace ramus::onnx_wire
