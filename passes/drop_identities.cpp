#include "passes/drop_identities.hpp"

#include <algorithm>

namespace ramus {
namespace {

// Since opset 12 the third input of Dropout asks for training mode, false where it is left out.
bool trains(const Graph& graph, const Node& node) {
  if (node.inputs.size() < 3 || !node.inputs[2].exists()) return false;
  const WeightView* mode = graph.parameter(node, 2);
  if (mode == nullptr) return true;
  const auto values = mode->decode_double();
  return !values || values->empty() || values->front() != 0;
}

bool casts_to_the_same(const Graph& graph, const Node& node) {
  return node.is("Cast") && graph[node.inputs[0]].type != ElementType::undefined &&
         static_cast<std::int64_t>(graph[node.inputs[0]].type) == node.int_attribute("to", 0);
}

// The number that a constant of one element holds, if it can be read without growing the rank of `beside`.
std::optional<double> number_in(const Graph& graph, const Node& node, std::size_t place, ValueId beside) {
  const WeightView* weight = graph.parameter(node, place);
  if (weight == nullptr || weight->elements() != 1) return std::nullopt;
  const auto& shape = graph[beside].shape;
  if (!weight->dims.empty() && !(shape && shape->size() >= weight->dims.size())) return std::nullopt;
  const auto number = weight->decode_double();
  return number ? std::optional(number->front()) : std::nullopt;
}

// The input that arithmetic with 0 or 1 leaves as it is (exporters write x + 1 * y for an addition with a factor).
std::optional<ValueId> unchanged_operand(const Graph& graph, const Node& node) {
  const bool product = node.is("Mul") || node.is("Div"), sum = node.is("Add") || node.is("Sub");
  if ((!product && !sum) || node.inputs.size() != 2) return std::nullopt;
  const bool commutes = node.is("Mul") || node.is("Add");
  for (std::size_t data = 0; data < (commutes ? 2 : 1); ++data) {
    if (!node.inputs[data].exists() || graph.is_constant(node.inputs[data])) continue;
    if (number_in(graph, node, 1 - data, node.inputs[data]) == (product ? 1 : 0)) return node.inputs[data];
  }
  return std::nullopt;
}

std::optional<ValueId> handed_on(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || !node.inputs[0].exists() || node.outputs.empty() || !node.outputs[0].exists())
    return std::nullopt;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].exists()) continue;
    const Value& output = graph[node.outputs[i]];
    if (output.is_output || (i > 0 && !output.readers.empty())) return std::nullopt;
  }
  if (node.is("Identity") || casts_to_the_same(graph, node) || (node.is("Dropout") && !trains(graph, node)))
    return node.inputs[0];
  return unchanged_operand(graph, node);
}

// Nodes of local functions whose results nobody reads: a function computes more than its call asks for.
std::vector<bool> unread_nodes(const Graph& graph) {
  std::vector<bool> unread(graph.nodes().size(), false);
  const auto order = graph.topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {  // readers before what they read
    const Node& node = graph[*id];
    unread[id->index] = node.in_call && std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
                          if (!output.exists()) return true;
                          const Value& value = graph[output];
                          return !value.is_output && std::all_of(value.readers.begin(), value.readers.end(),
                                                                 [&](NodeId reader) { return unread[reader.index]; });
                        });
  }
  return unread;
}

}  // namespace

Result<Findings> drop_identities(const PassContext& context) {
  Patch patch;
  const std::vector<bool> unread = unread_nodes(context.graph);
  for (std::size_t n = 0; n < context.graph.nodes().size(); ++n) {
    const Node& node = context.graph.nodes()[n];
    if (unread[n]) {
      patch.drop.insert(NodeId(n));
      continue;
    }
    const auto value = handed_on(context.graph, node);
    if (!value) continue;
    patch.drop.insert(NodeId(n));
    patch.redirect.emplace(node.outputs[0], *value);
  }
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
