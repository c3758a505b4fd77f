#include "plugin/onnx/graph_assembler.hpp"

#include <algorithm>
#include <utility>

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

const Scope* find_scope(const Scope* scope, const std::string& name) {
  while (scope != nullptr && scope->names.count(name) == 0) scope = scope->outer;
  return scope;
}

std::string label_of(const GraphBuilder::NewNode& node, std::size_t place) {
  return "node " +
         (node.name.empty() ? "'#" + std::to_string(place) + ":" + printable(node.op) + "'" : in_quotes(node.name));
}

// Names that are read, each once, in the order of first reading.
class NameList {
 public:
  void add(const std::string& name) {
    if (!name.empty() && seen_.insert(name).second) names_.push_back(name);
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::unordered_set<std::string> seen_;
  std::vector<std::string> names_;
};

// What bodies see of constants that stand in nodes here: parameters, like initializers.
void add_constants(const std::vector<GraphBuilder::NewNode>& nodes, Scope& scope) {
  for (const GraphBuilder::NewNode& node : nodes) {
    if (node.outputs.size() != 1 || !node.domain.empty()) continue;
    std::optional<WeightView> value;
    if (node.op == "Constant") {
      for (const Attribute& attribute : node.attributes) {
        if (const auto* tensor = std::get_if<WeightView>(&attribute.value)) value = *tensor;
      }
    } else if (node.op == "Identity" && node.inputs.size() == 1) {
      const auto known = scope.parameters.find(node.inputs[0]);
      if (known != scope.parameters.end()) value = known->second;
    }
    if (!value) continue;
    value->name = node.outputs[0];
    scope.parameters.emplace(node.outputs[0], std::move(*value));
  }
}

void add_captured(const std::string& name, const Scope* outer, Scope& scope, GraphBuilder& builder) {
  const Scope* const home = find_scope(outer, name);
  std::optional<WeightView> parameter;
  if (home != nullptr) {
    if (const auto found = home->parameters.find(name); found != home->parameters.end()) parameter = found->second;
    if (const auto type = home->types.find(name); type != home->types.end()) {
      merge_type(type->second, scope.types[name]);
    }
  }
  builder.add_captured(name, std::move(parameter));
}

}  // namespace

GraphAssembler::GraphAssembler(const WireModel& model, const ReadOptions& options, std::vector<Note>& notes)
    : model_(model),
      inferred_(options.inferred),
      context_{model.external_data(), model.limits(), model.info().ir_version, options.missing_external_data_is_fine,
               notes} {}

Result<Assembled> GraphAssembler::assemble(const WireGraph& graph, const std::string& path, const Scope* outer) {
  GraphParts parts;
  parts.name = graph.name;
  parts.nodes = &graph.nodes;
  parts.graph = &graph;
  for (const Bytes input : graph.inputs) parts.inputs.push_back(find_text(input, value_info::name));
  for (const Bytes output : graph.outputs) parts.outputs.push_back(find_text(output, value_info::name));
  Scope scope;
  scope.outer = outer;
  for (const auto* list : {&graph.inputs, &graph.outputs, &graph.value_infos}) {
    if (auto status = add_declarations(*list, model_.limits().rank, scope.types); !status) {
      return propagate(std::move(status.error()));
    }
  }
  if (inferred_ != nullptr) {
    if (const auto found = inferred_->find(path); found != inferred_->end()) {
      for (const auto& [name, type] : found->second) merge_type(type, scope.types[name]);
    }
  }
  return assemble(parts, path, scope, outer != nullptr);
}

Result<Assembled> GraphAssembler::assemble(const WireFunction& function) {
  references_.clear();
  inferred_ = nullptr;
  GraphParts parts;
  parts.name = function.key.name;
  parts.nodes = &function.nodes;
  parts.inputs = function.inputs;
  parts.outputs = function.outputs;
  Scope scope;
  if (auto status = add_declarations(function.value_infos, model_.limits().rank, scope.types); !status) {
    return propagate(std::move(status.error()));
  }
  return assemble(parts, "", scope, false);
}

Result<Attribute> GraphAssembler::read_default(Bytes attribute) const {
  auto read = read_attribute(attribute, context_);
  if (!read) return propagate(std::move(read.error()));
  return std::move(read->attribute);
}

Result<Assembled> GraphAssembler::assemble(const GraphParts& parts, const std::string& path, Scope& scope,
                                           bool is_inside) {
  GraphBuilder builder{std::string(parts.name)};
  for (const std::string_view input : parts.inputs) {
    if (!scope.names.emplace(input).second) return invalid_input("input " + in_quotes(input) + " is listed twice");
    const ValueType& type = scope.types[std::string(input)];
    builder.add_input(input, type.type, type.shape);
  }
  if (parts.graph != nullptr) {
    if (auto status = read_parameters(*parts.graph, scope, builder); !status) {
      return propagate(std::move(status.error()));
    }
  }

  std::vector<GraphBuilder::NewNode> nodes;
  nodes.reserve(parts.nodes->size());
  for (std::size_t i = 0; i < parts.nodes->size(); ++i) {
    const WireNode& wire = (*parts.nodes)[i];
    auto node = wire.inlined ? read_inlined_node(*wire.inlined) : read_node(wire, i, path);
    if (!node) return propagate(std::move(node.error()));
    nodes.push_back(std::move(*node));
  }
  const bool is_looked_into = is_inside || std::any_of(parts.nodes->begin(), parts.nodes->end(),
                                                       [](const WireNode& node) { return !node.bodies.empty(); });
  for (std::size_t i = 0; is_looked_into && i < nodes.size(); ++i) {
    scope.names.insert(nodes[i].outputs.begin(), nodes[i].outputs.end());
  }

  if (is_looked_into) add_constants(nodes, scope);

  NameList captures;
  const auto reads = [&](const std::string& name) {
    if (is_inside && scope.names.count(name) == 0) captures.add(name);
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (auto status = read_bodies((*parts.nodes)[i], i, path, scope, nodes[i]); !status) {
      return propagate(std::move(status.error()), label_of(nodes[i], i));
    }
    for (const std::string& name : nodes[i].inputs) reads(name);
    for (const std::string& name : nodes[i].captures) reads(name);
  }
  for (const std::string_view output : parts.outputs) reads(std::string(output));
  std::vector<std::string> captured = captures.take();
  for (const std::string& name : captured) add_captured(name, scope.outer, scope, builder);

  for (auto& node : nodes) builder.add_node(std::move(node));
  for (const std::string_view output : parts.outputs) builder.add_output(output);
  for (const auto& [name, type] : scope.types) builder.set_type(name, type.type, type.shape);
  auto graph = builder.finish();
  if (!graph) return propagate(std::move(graph.error()));
  return Assembled{std::move(*graph), std::move(captured)};
}

Status GraphAssembler::read_parameters(const WireGraph& graph, Scope& scope, GraphBuilder& builder) {
  const auto add = [&](Result<WeightView> weight) -> Status {
    if (!weight) return propagate(std::move(weight.error()));
    if (weight->name.empty()) {
      context_.notes.push_back(Note{"", "initializer-name", "an initializer without a name cannot be read by a node"});
      return {};
    }
    const std::string name = weight->name;
    builder.add_parameter(name, *weight);
    scope.names.insert(name);
    if (scope.parameters.emplace(name, std::move(*weight)).second) return {};
    return invalid_input("initializer " + in_quotes(name) + " is given twice");
  };
  for (std::size_t i = 0; i < graph.initializers.size(); ++i) {
    auto weight = read_tensor(graph.initializers[i], context_);
    if (const auto renamed = graph.renamed.find(i); weight && renamed != graph.renamed.end()) {
      weight->name = renamed->second;
    }
    if (auto status = add(std::move(weight)); !status) return status;
  }
  for (const Bytes message : graph.sparse_initializers) {
    if (auto status = add(read_sparse_tensor(message, context_)); !status) return status;
  }
  return {};
}

Result<GraphBuilder::NewNode> GraphAssembler::read_node(const WireNode& wire, std::size_t place,
                                                        const std::string& path) {
  GraphBuilder::NewNode node;
  std::vector<Bytes> attributes;
  Cursor cursor(wire.message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(node::input)) node.inputs.push_back(field.string());
    if (field.is_bytes(node::output)) node.outputs.push_back(field.string());
    if (field.is_bytes(node::name)) node.name = field.string();
    if (field.is_bytes(node::op_type)) node.op = field.string();
    if (field.is_bytes(node::domain)) node.domain = field.string();
    if (field.is_bytes(node::attribute)) attributes.push_back(field.value);
  }
  node.origins = {static_cast<std::uint32_t>(place)};
  for (const Bytes message : attributes) {
    auto read = read_attribute(message, context_);
    if (!read) return propagate(std::move(read.error()), label_of(node, place));
    if (!read->reference.empty()) {
      references_.push_back({path, static_cast<std::uint32_t>(place), read->attribute.name, read->reference});
    }
    if (!read->is_body) node.attributes.push_back(std::move(read->attribute));
  }
  return node;
}

Result<GraphBuilder::NewNode> GraphAssembler::read_inlined_node(const InlinedNode& wire) {
  GraphBuilder::NewNode node;
  node.op = std::string(wire.op);
  node.domain = std::string(wire.domain);
  node.name = wire.name;
  node.inputs = wire.inputs;
  node.outputs = wire.outputs;
  node.origins = {wire.origin};
  node.in_call = wire.in_call;
  for (const InlinedAttribute& attribute : wire.attributes) {
    auto read = read_attribute(attribute.message, context_);
    if (!read) return propagate(std::move(read.error()), label_of(node, wire.origin));
    read->attribute.name = std::string(attribute.name);
    node.attributes.push_back(std::move(read->attribute));
  }
  return node;
}

Status GraphAssembler::read_bodies(const WireNode& wire, std::size_t place, const std::string& path, const Scope& scope,
                                   GraphBuilder::NewNode& node) {
  NameList captures;
  for (const WireBody& body : wire.bodies) {
    auto read = assemble(*body.graph, body_path(path, place, body.attribute), &scope);
    if (!read) return propagate(std::move(read.error()), in_quotes(body.attribute));
    for (const std::string& name : read->captures) captures.add(name);
    node.bodies.push_back(Body{body.attribute, std::make_shared<const Graph>(std::move(read->graph))});
  }
  node.captures = captures.take();
  return {};
}

}  // namespace ramus::onnx_wire
