#include "graph/verify.hpp"

namespace ramus {
namespace {

tl::unexpected<Error> broken(const std::string& where, const std::string& what) {
  return failure(ErrorKind::internal, "rewritten graph: " + where + ": " + what);
}

Status verify_values(const Graph& graph) {
  std::vector<std::size_t> reads(graph.values().size(), 0);
  std::vector<NodeId> writer(graph.values().size());
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    for (const ValueId output : node.outputs) {
      if (!output.exists()) continue;
      if (writer[output.index].exists()) return broken("value '" + graph[output].name + "'", "is written twice");
      writer[output.index] = NodeId(n);
    }
    for (const ValueId input : node.inputs) {
      if (input.exists()) ++reads[input.index];
    }
    for (const ValueId capture : node.captures) ++reads[capture.index];
  }
  for (std::size_t v = 0; v < graph.values().size(); ++v) {
    const Value& value = graph.values()[v];
    const std::string where = "value '" + value.name + "'";
    if (reads[v] != value.readers.size()) return broken(where, "its readers are not those that read it");
    if ((value.kind == ValueKind::computed) != value.producer.exists()) return broken(where, "wrong kind of producer");
    if ((value.kind == ValueKind::parameter) != value.weight.exists()) return broken(where, "wrong kind of weight");
    if (value.producer != writer[v]) return broken(where, "its producer disowns it");
  }
  return {};
}

Status verify_order(const Graph& graph) {
  const auto order = graph.topological_order();
  if (order.size() != graph.nodes().size()) return broken("order", "a node is missing");
  std::vector<bool> done(graph.nodes().size(), false);
  for (const NodeId id : order) {
    for (const ValueId input : graph.data_inputs(id)) {
      const NodeId producer = graph[input].producer;
      if (producer.exists() && !done[producer.index]) {
        return broken("node '" + graph[id].name + "'", "stands before what it reads");
      }
    }
    done[id.index] = true;
  }
  return {};
}

}  // namespace

Status verify(const Graph& graph) {
  if (auto status = verify_values(graph); !status) return status;
  return verify_order(graph);
}

}  // namespace ramus
