#include "plugin/onnx/tensor_fields.hpp"

#include <memory>

#include "plugin/onnx/wire_cursor.hpp"

namespace ramus::onnx_wire {
namespace {

WireType unpacked_type(std::uint32_t field) {
  if (field == tensor::float_data) return WireType::fixed32;
  return field == tensor::double_data ? WireType::fixed64 : WireType::varint;
}

bool is_chunk_of(const TypedPayload& payload, const Field& field) {
  return field.number == payload.field &&
         (field.type == WireType::length_delimited || field.type == unpacked_type(payload.field));
}

Status read_external_entry(Bytes message, ExternalReference& reference) {
  std::string_view key, value;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(entry::key)) key = field.text();
    if (field.is_bytes(entry::value)) value = field.text();
  }
  std::optional<std::string>* slot = nullptr;
  if (key == "location") slot = &reference.location;
  if (key == "offset") slot = &reference.offset;
  if (key == "length") slot = &reference.length;
  if (slot == nullptr) return {};
  if (slot->has_value()) return invalid_input("its external data gives " + in_quotes(key) + " twice");
  *slot = std::string(value);
  return {};
}

}  // namespace

const TypedPayload* TensorFields::find_typed(std::uint32_t field) const {
  for (const TypedPayload& payload : typed) {
    if (payload.field == field) return &payload;
  }
  return nullptr;
}

Result<TensorFields> read_tensor_fields(Bytes message, std::size_t most_dims) {
  TensorFields tensor;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    for (TypedPayload& payload : tensor.typed) {
      if (!is_chunk_of(payload, field) || field.value.empty()) continue;
      if (payload.chunks++ == 0) payload.first = field.value;
      payload.bytes += field.value.size();
    }
    if (field.is_varint(tensor::data_type)) tensor.data_type = static_cast<std::int32_t>(field.integer());
    if (field.is_varint(tensor::data_location)) tensor.is_external = field.integer() == tensor::kExternal;
    if (field.is_bytes(tensor::name)) tensor.name = field.text();
    if (field.is_bytes(tensor::raw_data)) tensor.raw = field.value;
    if (field.is_bytes(tensor::string_data)) ++tensor.strings;
    if (field.is_bytes(tensor::segment)) tensor.is_segment = true;
    if (field.number == tensor::dims && !append_integers(field, most_dims, tensor.dims)) {
      return invalid_input("has more than " + std::to_string(most_dims) + " dims");
    }
    if (!field.is_bytes(tensor::external_data)) continue;
    if (auto status = read_external_entry(field.value, tensor.external); !status) {
      return propagate(std::move(status.error()));
    }
  }
  return tensor;
}

Bytes join_chunks(Bytes message, const TypedPayload& payload, std::shared_ptr<const void>& owned) {
  if (payload.chunks <= 1) return payload.first;
  auto joined = std::make_shared<std::vector<std::byte>>();
  joined->reserve(payload.bytes);
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (is_chunk_of(payload, field)) joined->insert(joined->end(), field.value.begin(), field.value.end());
  }
  const Bytes bytes(*joined);
  owned = std::move(joined);
  return bytes;
}

}  // namespace ramus::onnx_wire
