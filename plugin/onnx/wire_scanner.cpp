#include "plugin/onnx/wire_scanner.hpp"

#include <utility>

#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

using namespace onnx_wire;

void WireScanner::note(std::string code, std::string text) {
  model_.notes_.push_back(Note{"", std::move(code), std::move(text)});
}

Status WireScanner::scan() {
  Cursor cursor(model_.bytes_);
  Field field;
  const auto next = [&] {
    try {
      return cursor.next(field);
    } catch (WireFault& fault) {
      fault.is_in_model = true;
      throw;
    }
  };
  while (next()) {
    if (auto status = read_field(field); !status) return status;
  }
  if (!has_graph_) return invalid_input("holds no graph, so it is no ONNX model");
  model_.info_.graph_name = std::string(model_.main_graph_.name);
  if (model_.info_.has_training_info) note("training-info", "training information is not looked at");
  if (model_.info_.ir_version == 0) note("ir-version", "the file gives no IR version");
  if (model_.info_.opsets.empty()) note("opset-import", "the file imports no operator set");
  auto count = count_inlined_nodes(model_, model_.limits_.nodes);
  if (!count) return propagate(std::move(count.error()));
  model_.inlined_node_count_ = *count;
  return {};
}

Status WireScanner::read_field(const Field& field) {
  ModelInfo& info = model_.info_;
  if (field.type == WireType::varint) {
    if (field.number == model::ir_version) info.ir_version = field.integer();
    if (field.number == model::model_version) info.model_version = field.integer();
    return {};
  }
  if (field.type != WireType::length_delimited) return {};
  Field inner;
  Cursor cursor(field.value);
  switch (field.number) {
    case model::producer_name:
      info.producer_name = field.string();
      return {};
    case model::producer_version:
      info.producer_version = field.string();
      return {};
    case model::domain:
      info.domain = field.string();
      return {};
    case model::graph:
      if (std::exchange(has_graph_, true)) return invalid_input("holds two graphs; a model has one");
      return read_graph(field.value, 0, model_.main_graph_);
    case model::opset_import:
      read_opset(field.value, info.opsets);
      return {};
    case model::metadata_props: {
      auto& [key, value] = info.metadata.emplace_back();
      while (cursor.next(inner)) {
        if (inner.is_bytes(entry::key)) key = inner.string();
        if (inner.is_bytes(entry::value)) value = inner.string();
      }
      return {};
    }
    case model::training_info:
      info.has_training_info = true;
      return {};
    case model::functions:
      return read_function(field.value);
    default:
      return {};
  }
}

void WireScanner::read_opset(Bytes message, std::map<std::string, std::int64_t>& opsets) {
  std::string domain;
  std::int64_t version = 0;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(opset::domain)) domain = field.string();
    if (field.is_varint(opset::version)) version = field.integer();
  }
  opsets[domain == "ai.onnx" ? "" : domain] = version;
}

Status WireScanner::read_graph(Bytes message, std::size_t depth, WireGraph& graph) {
  if (depth > model_.limits_.nesting) {
    return invalid_input("graphs are nested deeper than " + std::to_string(model_.limits_.nesting));
  }
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.type != WireType::length_delimited) continue;
    switch (field.number) {
      case graph::name:
        graph.name = field.text();
        break;
      case graph::node:
        if (auto status = read_node(field.value, depth, graph.nodes); !status) return status;
        break;
      case graph::initializer:
        graph.initializers.push_back(field.value);
        break;
      case graph::sparse_initializer:
        graph.sparse_initializers.push_back(field.value);
        break;
      case graph::input:
        graph.inputs.push_back(field.value);
        break;
      case graph::output:
        graph.outputs.push_back(field.value);
        break;
      case graph::value_info:
        graph.value_infos.push_back(field.value);
        break;
      default:
        break;
    }
  }
  return {};
}

Status WireScanner::read_node(Bytes message, std::size_t depth, std::vector<WireNode>& nodes) {
  if (++model_.node_count_ > model_.limits_.nodes) {
    return invalid_input("has more than " + std::to_string(model_.limits_.nodes) + " nodes");
  }
  WireNode& node = nodes.emplace_back();
  node.message = message;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (!field.is_bytes(node::attribute)) continue;
    if (auto status = read_bodies(field.value, depth, node); !status) return status;
  }
  return {};
}

Status WireScanner::read_bodies(Bytes attribute, std::size_t depth, WireNode& node) {
  std::string name;
  Bytes single;
  bool has_single = false;
  std::vector<Bytes> several;
  Cursor cursor(attribute);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(attribute::name)) name = field.string();
    if (field.is_bytes(attribute::graphs)) several.push_back(field.value);
    if (!field.is_bytes(attribute::g)) continue;
    if (std::exchange(has_single, true)) return invalid_input("attribute " + in_quotes(name) + " holds two graphs");
    single = field.value;
  }
  const auto add = [&](std::string label, Bytes message) -> Status {
    node.bodies.push_back(WireBody{std::move(label), std::make_unique<WireGraph>()});
    return read_graph(message, depth + 1, *node.bodies.back().graph);
  };
  if (has_single) {
    if (auto status = add(name, single); !status) return status;
  }
  for (std::size_t i = 0; i < several.size(); ++i) {
    if (auto status = add(name + "[" + std::to_string(i) + "]", several[i]); !status) return status;
  }
  return {};
}

Status WireScanner::read_function(Bytes message) {
  WireFunction& function = model_.functions_.emplace_back();
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.type != WireType::length_delimited) continue;
    switch (field.number) {
      case function::name:
        function.key.name = field.string();
        break;
      case function::domain:
        function.key.domain = field.string();
        break;
      case function::overload:
        function.key.overload = field.string();
        break;
      case function::input:
        function.inputs.push_back(field.text());
        break;
      case function::output:
        function.outputs.push_back(field.text());
        break;
      case function::attribute:
        function.attributes.push_back(field.text());
        break;
      case function::attribute_proto:
        function.default_attributes.push_back(field.value);
        break;
      case function::value_info:
        function.value_infos.push_back(field.value);
        break;
      case function::opset_import:
        read_opset(field.value, function.opsets);
        break;
      case function::node:
        if (auto status = read_node(field.value, 0, function.nodes); !status) return status;
        break;
      default:
        break;
    }
  }
  return {};
}

}  // namespace ramus
