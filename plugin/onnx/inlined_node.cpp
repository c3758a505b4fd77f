#include "plugin/onnx/inlined_node.hpp"

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

void parse_attribute(Bytes message, ParsedNode& parsed) {
  std::string_view name, reference;
  bool is_body = false;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(attribute::name)) name = field.text();
    if (field.is_bytes(attribute::ref_attr_name)) reference = field.text();
    is_body = is_body || field.is_bytes(attribute::g) || field.is_bytes(attribute::graphs);
  }
  if (!reference.empty()) {
    parsed.references.emplace_back(name, reference);
  } else if (!is_body) {
    parsed.node.attributes.push_back({name, message});
  }
}

}  // namespace

ParsedNode parse_node(Bytes message) {
  ParsedNode parsed;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(node::input)) parsed.node.inputs.push_back(field.string());
    if (field.is_bytes(node::output)) parsed.node.outputs.push_back(field.string());
    if (field.is_bytes(node::name)) parsed.node.name = field.string();
    if (field.is_bytes(node::op_type)) parsed.node.op = field.text();
    if (field.is_bytes(node::domain)) parsed.node.domain = field.text();
    if (field.is_bytes(node::overload)) parsed.node.overload = field.text();
    if (field.is_bytes(node::attribute)) parse_attribute(field.value, parsed);
  }
  return parsed;
}

}  // namespace ramus::onnx_wire
