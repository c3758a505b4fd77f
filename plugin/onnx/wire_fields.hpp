// Which field of ONNX's messages has which number, and which fields are messages themselves.
//
//   ModelProto ─7─▶ GraphProto ─1─▶ NodeProto ─5─▶ AttributeProto ─6,11─▶ GraphProto (bodies)
//       │                └──5─▶ TensorProto ◀──5,10──┘
//       └─25─▶ FunctionProto ─7─▶ NodeProto
//
// Source: onnx.proto3 of ONNX 1.18 (IR version 11), https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
// Field numbers never change once published; those of metadata_props came with IR version 10.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ramus::onnx_wire {

namespace model {
enum Field : std::uint32_t {
  ir_version = 1,
  producer_name = 2,
  producer_version = 3,
  domain = 4,
  model_version = 5,
  doc_string = 6,
  graph = 7,
  opset_import = 8,
  metadata_props = 14,
  training_info = 20,
  functions = 25,
};
}
namespace graph {
enum Field : std::uint32_t {
  node = 1,
  name = 2,
  initializer = 5,
  doc_string = 10,
  input = 11,
  output = 12,
  value_info = 13,
  sparse_initializer = 15,
  metadata_props = 16,
};
}
namespace node {
enum Field : std::uint32_t {
  input = 1,
  output = 2,
  name = 3,
  op_type = 4,
  attribute = 5,
  doc_string = 6,
  domain = 7,
  overload = 8,
  metadata_props = 9,
};
}
namespace attribute {
enum Field : std::uint32_t {
  name = 1,
  f = 2,
  i = 3,
  s = 4,
  t = 5,
  g = 6,
  floats = 7,
  ints = 8,
  strings = 9,
  tensors = 10,
  graphs = 11,
  doc_string = 13,
  type = 20,
  ref_attr_name = 21,
  sparse_tensor = 22,
  sparse_tensors = 23,
};
// AttributeProto.AttributeType
enum Type : std::int32_t {
  undefined_type = 0,
  float_type = 1,
  int_type = 2,
  string_type = 3,
  tensor_type = 4,
  graph_type = 5,
  floats_type = 6,
  ints_type = 7,
  strings_type = 8,
  graphs_type = 10,
  sparse_tensor_type = 11,
};
}  // namespace attribute
namespace tensor {
enum Field : std::uint32_t {
  dims = 1,
  data_type = 2,
  segment = 3,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  doc_string = 12,
  external_data = 13,
  data_location = 14,
  metadata_props = 16,
};
inline constexpr std::int32_t kExternal = 1;  // TensorProto.DataLocation.EXTERNAL
}  // namespace tensor
namespace sparse_tensor {
enum Field : std::uint32_t { values = 1, indices = 2, dims = 3 };
}
namespace entry {  // StringStringEntryProto
enum Field : std::uint32_t { key = 1, value = 2 };
}
namespace opset {  // OperatorSetIdProto
enum Field : std::uint32_t { domain = 1, version = 2 };
}
namespace value_info {
enum Field : std::uint32_t { name = 1, type = 2, doc_string = 3, metadata_props = 4 };
}
namespace type {  // TypeProto, its Tensor and SparseTensor, TensorShapeProto and its Dimension
enum Field : std::uint32_t { tensor_type = 1, sparse_tensor_type = 8 };
enum TensorField : std::uint32_t { elem_type = 1, shape = 2 };
enum ShapeField : std::uint32_t { dim = 1 };
enum DimField : std::uint32_t { dim_value = 1 };
}  // namespace type
namespace function {
enum Field : std::uint32_t {
  name = 1,
  input = 4,
  output = 5,
  attribute = 6,
  node = 7,
  doc_string = 8,
  opset_import = 9,
  domain = 10,
  attribute_proto = 11,
  value_info = 12,
  overload = 13,
  metadata_props = 14,
};
}
namespace training_info {
enum Field : std::uint32_t { initialization = 1, algorithm = 2 };
}

// What the splice writer and the skeleton need to know of a message: its children and its metadata.
enum class Message : std::uint8_t {
  none,  // a plain field
  model,
  graph,
  node,
  attribute,
  tensor,
  sparse_tensor,
  value_info,
  function,
  training_info,
};

// The message that stands in this field; Message::none for plain values and for messages that nobody looks into.
constexpr Message child_message(Message parent, std::uint32_t field) {
  switch (parent) {
    case Message::model:
      if (field == model::graph) return Message::graph;
      if (field == model::functions) return Message::function;
      return field == model::training_info ? Message::training_info : Message::none;
    case Message::graph:
      if (field == graph::node) return Message::node;
      if (field == graph::initializer) return Message::tensor;
      if (field == graph::sparse_initializer) return Message::sparse_tensor;
      return field == graph::input || field == graph::output || field == graph::value_info ? Message::value_info
                                                                                           : Message::none;
    case Message::node:
      return field == node::attribute ? Message::attribute : Message::none;
    case Message::attribute:
      if (field == attribute::g || field == attribute::graphs) return Message::graph;
      if (field == attribute::t || field == attribute::tensors) return Message::tensor;
      return field == attribute::sparse_tensor || field == attribute::sparse_tensors ? Message::sparse_tensor
                                                                                     : Message::none;
    case Message::sparse_tensor:
      return field == sparse_tensor::values || field == sparse_tensor::indices ? Message::tensor : Message::none;
    case Message::function:
      if (field == function::node) return Message::node;
      if (field == function::attribute_proto) return Message::attribute;
      return field == function::value_info ? Message::value_info : Message::none;
    case Message::training_info:
      return field == training_info::initialization || field == training_info::algorithm ? Message::graph
                                                                                         : Message::none;
    default:
      return Message::none;
  }
}

// How many messages deep a walk by child_message goes. The index has checked the nesting of graphs, but not of those in
// training information and in defaults of functions' attributes; what lies deeper there is left as it is.
constexpr std::size_t deepest_message(std::size_t nesting) {
  constexpr std::size_t kLevelsPerBody = 3;  // node, attribute, graph
  return kLevelsPerBody * (nesting + 1) + 4;
}

// The field of metadata_props; 0 for a message that has none.
constexpr std::uint32_t metadata_field(Message message) {
  switch (message) {
    case Message::model:
      return model::metadata_props;
    case Message::graph:
      return graph::metadata_props;
    case Message::node:
      return node::metadata_props;
    case Message::tensor:
      return tensor::metadata_props;
    case Message::value_info:
      return value_info::metadata_props;
    case Message::function:
      return function::metadata_props;
    default:
      return 0;
  }
}

}  // namespace ramus::onnx_wire
