#include "plugin/onnx/node_encoder.hpp"

#include <cstring>

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void append_varint_field(std::string& out, std::uint32_t number, std::int64_t value) {
  append_varint(out, std::uint64_t{number} << 3);
  append_varint(out, static_cast<std::uint64_t>(value));
}

void append_float_field(std::string& out, std::uint32_t number, float value) {
  append_varint(out, (std::uint64_t{number} << 3) | 5);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Appends the value's fields to an AttributeProto and says which type it then has.
struct ValueEncoder {
  std::string& out;

  attribute::Type operator()(std::int64_t value) const {
    append_varint_field(out, attribute::i, value);
    return attribute::int_type;
  }
  attribute::Type operator()(float value) const {
    append_float_field(out, attribute::f, value);
    return attribute::float_type;
  }
  attribute::Type operator()(const std::string& value) const {
    append_bytes_field(out, attribute::s, value);
    return attribute::string_type;
  }
  attribute::Type operator()(const std::vector<std::int64_t>& values) const {
    for (const std::int64_t value : values) append_varint_field(out, attribute::ints, value);
    return attribute::ints_type;
  }
  attribute::Type operator()(const std::vector<float>& values) const {
    for (const float value : values) append_float_field(out, attribute::floats, value);
    return attribute::floats_type;
  }
  attribute::Type operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) append_bytes_field(out, attribute::strings, value);
    return attribute::strings_type;
  }
  attribute::Type operator()(const WeightView&) const { return attribute::undefined_type; }
  attribute::Type operator()(std::monostate) const { return attribute::undefined_type; }
};

// GraphBuilder's name for a node that has none of its own.
bool has_own_name(const Node& node) {
  return node.name.rfind("#" + std::to_string(node.origins.front()) + ":" + node.op, 0) != 0;
}

// The bytes of all elements of a fill.
std::string repeated(const WeightView& fill) {
  const std::size_t width = static_cast<std::size_t>(bits_of(fill.type)) / 8;
  std::string bytes;
  for (std::int64_t i = 0; i < fill.elements(); ++i) bytes += text_of(fill.bytes.first(width));
  return bytes;
}

}  // namespace

std::string encode_node(const Graph& graph, const Node& node) {
  std::string out;
  const auto append_names = [&](std::uint32_t number, const std::vector<ValueId>& values) {
    for (const ValueId value : values) append_bytes_field(out, number, value.exists() ? graph[value].name : "");
  };
  append_names(node::input, node.inputs);
  append_names(node::output, node.outputs);
  if (has_own_name(node)) append_bytes_field(out, node::name, node.name);
  append_bytes_field(out, node::op_type, node.op);
  for (const Attribute& attribute : node.attributes) {
    std::string message;
    append_bytes_field(message, attribute::name, attribute.name);
    const attribute::Type type = std::visit(ValueEncoder{message}, attribute.value);
    if (type == attribute::undefined_type) continue;
    append_varint_field(message, attribute::type, type);
    append_bytes_field(out, node::attribute, message);
  }
  return out;
}

std::optional<std::string> encode_tensor(const WeightView& weight, std::string_view name) {
  const bool is_fill = weight.storage == WeightStorage::fill && bits_of(weight.type) >= 8;
  if (weight.storage != WeightStorage::dense && !is_fill) return std::nullopt;
  std::string out;
  for (const std::int64_t dim : weight.dims) append_varint_field(out, tensor::dims, dim);
  append_varint_field(out, tensor::data_type, static_cast<std::int64_t>(weight.type));
  append_bytes_field(out, tensor::name, name);
  append_bytes_field(out, tensor::raw_data, is_fill ? repeated(weight) : std::string(text_of(weight.bytes)));
  return out;
}

std::string encode_constant(std::string_view tensor, std::string_view output) {
  std::string value, out;
  append_bytes_field(value, attribute::name, "value");
  append_bytes_field(value, attribute::t, tensor);
  append_varint_field(value, attribute::type, attribute::tensor_type);
  append_bytes_field(out, node::output, output);
  append_bytes_field(out, node::op_type, "Constant");
  append_bytes_field(out, node::attribute, value);
  return out;
}

std::optional<std::string> rename_constant(Bytes node, std::string_view name) {
  std::optional<Bytes> tensor;
  Cursor cursor(node);
  Field field, inner;
  while (cursor.next(field)) {
    if (!field.is_bytes(node::attribute) || find_text(field.value, attribute::name) != "value") continue;
    Cursor attribute(field.value);
    while (attribute.next(inner)) {
      if (inner.is_bytes(attribute::t)) tensor = inner.value;
    }
  }
  if (!tensor) return std::nullopt;
  std::string out;
  Cursor fields(*tensor);
  while (fields.next(field)) {
    if (field.number != tensor::name) out += text_of(field.whole);
  }
  append_bytes_field(out, tensor::name, name);
  return out;
}

std::string rename_inputs(Bytes node, const std::vector<std::string>& inputs) {
  std::string out;
  std::size_t place = 0;
  Cursor cursor(node);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(node::input)) {
      append_bytes_field(out, node::input, inputs.at(place++));
    } else {
      out += text_of(field.whole);
    }
  }
  return out;
}

}  // namespace ramus::onnx_wire
