#include "plugin/onnx/value_types.hpp"

#include "graph/graph.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

std::string body_path(std::string_view graph_path, std::size_t node, std::string_view attribute) {
  std::string path(graph_path);
  if (!path.empty()) path += '/';
  path += std::to_string(node);
  path += '/';
  path += attribute;
  return path;
}

namespace {
constexpr std::string_view kCallMark = ":call:";
}

std::string path_inside_call(std::string_view graph_path, std::size_t call, std::string_view body) {
  return body_path(graph_path, call, std::string(kCallMark) + std::string(body));
}

bool is_inside_call(std::string_view graph_path) { return graph_path.find(kCallMark) != std::string_view::npos; }

namespace onnx_wire {
namespace {

std::int64_t read_dim(Bytes message) {
  std::int64_t dim = kUnknownDim;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_varint(type::dim_value)) dim = field.integer();
  }
  return dim < 0 ? kUnknownDim : dim;
}

// False: more than `most_dims`.
bool read_shape(Bytes message, std::size_t most_dims, Dims& dims) {
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (!field.is_bytes(type::dim)) continue;
    if (dims.size() == most_dims) return false;
    dims.push_back(read_dim(field.value));
  }
  return true;
}

bool read_tensor_type(Bytes message, std::size_t most_dims, ValueType& out) {
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_varint(type::elem_type)) {
      const std::int64_t type = field.integer();
      if (type > 0 && type <= kLastElementType) out.type = static_cast<ElementType>(type);
    }
    if (!field.is_bytes(type::shape)) continue;
    out.shape.emplace();
    if (!read_shape(field.value, most_dims, *out.shape)) return false;
  }
  return true;
}

}  // namespace

Result<DeclaredValue> read_value_info(Bytes message, std::size_t most_dims) {
  DeclaredValue value;
  bool fits = true;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(value_info::name)) value.name = field.string();
    if (!field.is_bytes(value_info::type)) continue;
    Cursor types(field.value);
    Field inner;
    while (types.next(inner)) {
      const bool is_tensor = inner.is_bytes(type::tensor_type) || inner.is_bytes(type::sparse_tensor_type);
      if (is_tensor) fits = read_tensor_type(inner.value, most_dims, value.type) && fits;
    }
  }
  if (fits) return value;
  return invalid_input("value " + in_quotes(value.name) + " has more than " + std::to_string(most_dims) + " dims");
}

void merge_type(const ValueType& other, ValueType& known) {
  if (known.type == ElementType::undefined) known.type = other.type;
  if (!other.shape) return;
  if (!known.shape) {
    known.shape = other.shape;
    return;
  }
  if (known.shape->size() != other.shape->size()) return;
  for (std::size_t i = 0; i < known.shape->size(); ++i) {
    if ((*known.shape)[i] == kUnknownDim) (*known.shape)[i] = (*other.shape)[i];
  }
}

Status add_declarations(const std::vector<Bytes>& value_infos, std::size_t most_dims, ValueTypes& types) {
  for (const Bytes message : value_infos) {
    auto value = read_value_info(message, most_dims);
    if (!value) return propagate(std::move(value.error()));
    merge_type(value->type, types[value->name]);
  }
  return {};
}

}  // namespace onnx_wire
}  // namespace ramus
