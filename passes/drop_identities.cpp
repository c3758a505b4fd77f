#include "passes/drop_identities.hpp"

namespace ramus {
namespace {

// Since opset 12 the third input of Dropout asks for training mode, false where it is left out.
bool trains(const Graph& graph, const Node& node) {
  if (node.inputs.size() < 3 || !node.inputs[2].exists()) return false;
  const WeightView* mode = graph.parameter(node, 2);
  if (mode == nullptr || graph[node.inputs[2]].may_be_fed) return true;
  const auto values = mode->decode_double();
  return !values || values->empty() || values->front() != 0;
}

bool hands_on_its_input(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || !node.inputs[0].exists() || node.outputs.empty() || !node.outputs[0].exists())
    return false;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].exists()) continue;
    const Value& output = graph[node.outputs[i]];
    if (output.is_output || (i > 0 && !output.readers.empty())) return false;
  }
  return node.is("Identity") || (node.is("Dropout") && !trains(graph, node));
}

}  // namespace

Result<Findings> drop_identities(const PassContext& context) {
  Patch patch;
  for (std::size_t n = 0; n < context.graph.nodes().size(); ++n) {
    const Node& node = context.graph.nodes()[n];
    if (!hands_on_its_input(context.graph, node)) continue;
    patch.drop.insert(NodeId(n));
    patch.redirect.emplace(node.outputs[0], node.inputs[0]);
  }
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
