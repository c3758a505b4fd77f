#include "plugin/onnx/attribute_reader.hpp"

#include <cstring>
#include <optional>
#include <utility>

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

struct AttributeFields {
  std::string_view name, reference;
  std::int32_t type = attribute::undefined_type;
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::optional<Bytes> t, sparse;
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<std::string> strings;
  std::int32_t seen = attribute::undefined_type;  // type of the last value field
};

bool append_floats(const Field& field, std::size_t most, std::vector<float>& out) {
  if (field.value.size() % sizeof(float) != 0)
    throw WireFault{WireFault::Kind::bad_number, field.value.data(), field.number};
  const std::size_t count = field.value.size() / sizeof(float);
  if (count > most - out.size()) return false;
  const std::size_t before = out.size();
  out.resize(before + count);
  if (count != 0) std::memcpy(out.data() + before, field.value.data(), field.value.size());
  return true;
}

// False: a list grew beyond `most`.
bool read_value(const Field& field, std::size_t most, AttributeFields& out) {
  const auto saw = [&](attribute::Type type) { out.seen = type; };
  const bool is_bytes = field.type == WireType::length_delimited;
  switch (field.number) {
    case attribute::f:
      if (!field.is_fixed32(attribute::f)) return true;
      saw(attribute::float_type);
      out.f = field.float32();
      return true;
    case attribute::i:
      if (!field.is_varint(attribute::i)) return true;
      saw(attribute::int_type);
      out.i = field.integer();
      return true;
    case attribute::s:
      if (!is_bytes) return true;
      saw(attribute::string_type);
      out.s = field.text();
      return true;
    case attribute::floats:
      if (!is_bytes && field.type != WireType::fixed32) return true;
      saw(attribute::floats_type);
      return append_floats(field, most, out.floats);
    case attribute::ints:
      if (!is_bytes && field.type != WireType::varint) return true;
      saw(attribute::ints_type);
      return append_integers(field, most, out.ints);
    case attribute::strings:
      if (!is_bytes) return true;
      saw(attribute::strings_type);
      if (out.strings.size() == most) return false;
      out.strings.push_back(field.string());
      return true;
    default:
      return true;
  }
}

Result<AttributeFields> read_fields(Bytes message, const Limits& limits) {
  AttributeFields fields;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(attribute::name)) fields.name = field.text();
    if (field.is_bytes(attribute::ref_attr_name)) fields.reference = field.text();
    if (field.is_varint(attribute::type)) fields.type = static_cast<std::int32_t>(field.integer());
    if (field.is_bytes(attribute::g)) fields.seen = attribute::graph_type;
    if (field.is_bytes(attribute::graphs)) fields.seen = attribute::graphs_type;
    if (field.is_bytes(attribute::t)) {
      fields.seen = attribute::tensor_type;
      if (std::exchange(fields.t, field.value)) return invalid_input("holds two tensors");
    }
    if (field.is_bytes(attribute::sparse_tensor)) {
      fields.seen = attribute::sparse_tensor_type;
      if (std::exchange(fields.sparse, field.value)) return invalid_input("holds two sparse tensors");
    }
    if (!read_value(field, limits.attribute_elements, fields)) {
      return invalid_input("has more than " + std::to_string(limits.attribute_elements) + " elements");
    }
  }
  if (fields.type == attribute::undefined_type && fields.reference.empty()) fields.type = fields.seen;
  return fields;
}

Status set_value(AttributeFields fields, const TensorContext& context, ReadAttribute& out) {
  AttributeValue& value = out.attribute.value;
  switch (fields.type) {
    case attribute::float_type:
      value = fields.f;
      return {};
    case attribute::int_type:
      value = fields.i;
      return {};
    case attribute::string_type:
      value = std::string(fields.s);
      return {};
    case attribute::floats_type:
      value = std::move(fields.floats);
      return {};
    case attribute::ints_type:
      value = std::move(fields.ints);
      return {};
    case attribute::strings_type:
      value = std::move(fields.strings);
      return {};
    case attribute::tensor_type:
    case attribute::sparse_tensor_type: {
      const bool is_sparse = fields.type == attribute::sparse_tensor_type;
      const std::optional<Bytes>& message = is_sparse ? fields.sparse : fields.t;
      if (!message) return {};
      auto weight = is_sparse ? read_sparse_tensor(*message, context) : read_tensor(*message, context);
      if (!weight) return propagate(std::move(weight.error()));
      value = std::move(*weight);
      return {};
    }
    case attribute::graph_type:
    case attribute::graphs_type:
      out.is_body = true;
      return {};
    default:
      return {};
  }
}

}  // namespace

Result<ReadAttribute> read_attribute(Bytes message, const TensorContext& context) {
  ReadAttribute read;
  auto fields = read_fields(message, context.limits);
  if (!fields) {
    return propagate(std::move(fields.error()), "attribute " + in_quotes(find_text(message, attribute::name)));
  }
  read.attribute.name = std::string(fields->name);
  read.reference = std::string(fields->reference);
  if (!read.reference.empty()) return read;
  const std::string where = "attribute " + in_quotes(read.attribute.name);
  if (auto status = set_value(std::move(*fields), context, read); !status) {
    return propagate(std::move(status.error()), where);
  }
  return read;
}

}  // namespace ramus::onnx_wire
