// An InlinedModel as bytes, for the official library.
#include "plugin/onnx/inline_functions.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void append_number(std::string& out, std::uint32_t field, std::uint64_t value) {
  append_varint(out, field << 3);
  append_varint(out, value);
}

std::string graph_message(const WireGraph& graph);

// "name[0]", "name[1]" … stand in one attribute of type GRAPHS.
std::string body_attributes(const std::vector<WireBody>& bodies) {
  std::string out;
  for (std::size_t i = 0; i < bodies.size();) {
    const std::string& label = bodies[i].attribute;
    const bool is_list = label.size() > 3 && label.compare(label.size() - 3, 3, "[0]") == 0;
    const std::string name = is_list ? label.substr(0, label.size() - 3) : label;
    std::string message;
    append_bytes_field(message, attribute::name, name);
    append_number(message, attribute::type, is_list ? attribute::graphs_type : attribute::graph_type);
    std::size_t place = 0;
    do {
      append_bytes_field(message, is_list ? attribute::graphs : attribute::g, graph_message(*bodies[i].graph));
      ++i;
      ++place;
    } while (is_list && i < bodies.size() && bodies[i].attribute == name + "[" + std::to_string(place) + "]");
    append_bytes_field(out, node::attribute, message);
  }
  return out;
}

std::string node_message(const WireNode& wire) {
  const InlinedNode& node = *wire.inlined;
  std::string out;
  for (const std::string& input : node.inputs) append_bytes_field(out, node::input, input);
  for (const std::string& output : node.outputs) append_bytes_field(out, node::output, output);
  append_bytes_field(out, node::name, node.name);
  append_bytes_field(out, node::op_type, node.op);
  append_bytes_field(out, node::domain, node.domain);
  if (!node.overload.empty()) append_bytes_field(out, node::overload, node.overload);
  for (const InlinedAttribute& attribute : node.attributes) {
    std::string message(text(attribute.message));
    append_bytes_field(message, attribute::name, attribute.name);  // the last one counts
    append_bytes_field(out, node::attribute, message);
  }
  return out + body_attributes(wire.bodies);
}

std::string graph_message(const WireGraph& graph) {
  std::string out;
  append_bytes_field(out, graph::name, graph.name);
  for (const WireNode& node : graph.nodes) append_bytes_field(out, graph::node, node_message(node));
  for (std::size_t i = 0; i < graph.initializers.size(); ++i) {
    std::string message(text(graph.initializers[i]));
    if (const auto renamed = graph.renamed.find(i); renamed != graph.renamed.end()) {
      append_bytes_field(message, tensor::name, renamed->second);
    }
    append_bytes_field(out, graph::initializer, message);
  }
  const auto append_all = [&](std::uint32_t field, const std::vector<Bytes>& messages) {
    for (const Bytes message : messages) append_bytes_field(out, field, text(message));
  };
  append_all(graph::sparse_initializer, graph.sparse_initializers);
  append_all(graph::input, graph.inputs);
  append_all(graph::output, graph.outputs);
  append_all(graph::value_info, graph.value_infos);
  return out;
}

}  // namespace

std::string write_inlined(const WireModel& model, const InlinedModel& inlined) {
  std::string out;
  append_number(out, model::ir_version, static_cast<std::uint64_t>(model.info().ir_version));
  for (const auto& [domain, version] : inlined.opsets) {
    std::string import;
    append_bytes_field(import, opset::domain, domain);
    append_number(import, opset::version, static_cast<std::uint64_t>(version));
    append_bytes_field(out, model::opset_import, import);
  }
  append_bytes_field(out, model::graph, graph_message(inlined.graph));
  return out;
}

}  // namespace ramus::onnx_wire
