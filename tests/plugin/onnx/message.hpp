// Writes protobuf messages field by field, right or wrong, without a library that would refuse the wrong ones.
//
//   Message model = Message().varint(1, 8).message(7, graph).message(8, Message().varint(2, 17));
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/element_type.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::testing {

class Message {
 public:
  Message& varint(std::uint32_t field, std::uint64_t value) {
    tag(field, 0);
    onnx_wire::append_varint(bytes_, value);
    return *this;
  }
  Message& integers(std::uint32_t field, std::initializer_list<std::int64_t> values) {  // not packed
    for (const std::int64_t value : values) varint(field, static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& packed(std::uint32_t field, std::initializer_list<std::int64_t> values) {
    std::string all;
    for (const std::int64_t value : values) onnx_wire::append_varint(all, static_cast<std::uint64_t>(value));
    return bytes(field, all);
  }
  Message& floats(std::uint32_t field, std::initializer_list<float> values) {  // packed
    return bytes(field, {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(float)});
  }
  Message& fixed32(std::uint32_t field, float value) {
    tag(field, 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Message& fixed64(std::uint32_t field, double value) {
    tag(field, 1);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Message& bytes(std::uint32_t field, std::string_view value, std::size_t length_width = 0) {
    tag(field, 2);
    onnx_wire::append_varint(bytes_, value.size(), length_width);
    bytes_ += value;
    return *this;
  }
  Message& message(std::uint32_t field, const Message& value, std::size_t length_width = 0) {
    return bytes(field, value.bytes_, length_width);
  }
  const std::string& text() const { return bytes_; }
  std::span<const std::byte> span() const { return std::as_bytes(std::span(bytes_)); }

 private:
  void tag(std::uint32_t field, unsigned wire_type) { onnx_wire::append_varint(bytes_, field << 3 | wire_type); }
  std::string bytes_;
};

inline Message tensor_message(std::string_view name, ElementType type, std::initializer_list<std::int64_t> dims) {
  return Message()
      .packed(onnx_wire::tensor::dims, dims)
      .varint(onnx_wire::tensor::data_type, static_cast<std::uint64_t>(type))
      .bytes(onnx_wire::tensor::name, name);
}

inline Message node_message(std::string_view op, std::initializer_list<std::string_view> inputs,
                            std::initializer_list<std::string_view> outputs, std::string_view name = "") {
  Message node;
  for (const auto input : inputs) node.bytes(onnx_wire::node::input, input);
  for (const auto output : outputs) node.bytes(onnx_wire::node::output, output);
  if (!name.empty()) node.bytes(onnx_wire::node::name, name);
  return node.bytes(onnx_wire::node::op_type, op);
}

inline Message value_message(std::string_view name) { return Message().bytes(onnx_wire::value_info::name, name); }

inline Message entry_message(std::string_view key, std::string_view value) {
  return Message().bytes(onnx_wire::entry::key, key).bytes(onnx_wire::entry::value, value);
}

inline Message model_message(const Message& graph, std::uint64_t ir_version = 8) {
  return Message()
      .varint(onnx_wire::model::ir_version, ir_version)
      .message(onnx_wire::model::graph, graph)
      .message(onnx_wire::model::opset_import, Message().varint(onnx_wire::opset::version, 17));
}

// "x" -> (Relu) -> "y"
inline Message relu_graph() {
  return Message()
      .message(onnx_wire::graph::node, node_message("Relu", {"x"}, {"y"}))
      .bytes(onnx_wire::graph::name, "g")
      .message(onnx_wire::graph::input, value_message("x"))
      .message(onnx_wire::graph::output, value_message("y"));
}

}  // namespace ramus::testing
