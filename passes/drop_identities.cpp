#include "passes/drop_identities.hpp"

#include <algorithm>

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

// Nodes of local functions whose results nobody reads: a function computes more than its call asks for. Why not all that no
// output depends on (find_live_nodes): a node of the file stays, and with it what it reads.
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
    if (!hands_on_its_input(context.graph, node)) continue;
    patch.drop.insert(NodeId(n));
    patch.redirect.emplace(node.outputs[0], node.inputs[0]);
  }
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
