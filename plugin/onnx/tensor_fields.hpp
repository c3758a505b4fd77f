// A TensorProto taken apart, before anything is concluded from it.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "graph/weight_view.hpp"
#include "plugin/onnx/external_data.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {

// One of the typed repeated fields, which a writer may split or not pack.
struct TypedPayload {
  std::uint32_t field = 0;
  std::size_t chunks = 0, bytes = 0;
  Bytes first;
};

struct TensorFields {
  std::string_view name;
  Dims dims;
  std::int64_t data_type = 0;
  std::optional<Bytes> raw;
  std::array<TypedPayload, 5> typed{{{tensor::float_data, 0, 0, {}},
                                     {tensor::int32_data, 0, 0, {}},
                                     {tensor::int64_data, 0, 0, {}},
                                     {tensor::double_data, 0, 0, {}},
                                     {tensor::uint64_data, 0, 0, {}}}};
  std::size_t strings = 0;
  bool is_external = false, is_segment = false;
  ExternalReference external;

  const TypedPayload* find_typed(std::uint32_t field) const;
};

// Throws WireFault. Errors are without the tensor's name: more dims than `most_dims`, a key of external data given twice.
Result<TensorFields> read_tensor_fields(Bytes message, std::size_t most_dims);

// The payload's bytes in one piece: borrowed when it is one chunk, else joined into memory that `owned` keeps.
Bytes join_chunks(Bytes message, const TypedPayload& payload, std::shared_ptr<const void>& owned);

}  // namespace ramus::onnx_wire
