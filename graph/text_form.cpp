#include "graph/text_form.hpp"

namespace ramus {
namespace {

template <class Ids>
std::string names(const Graph& graph, const Ids& ids, const char* separator) {
  std::string text;
  bool first = true;
  for (const auto id : ids) {
    if (!first) text += separator;
    first = false;
    text += id.exists() ? graph[id].name : "_";
  }
  return text;
}

}  // namespace

std::string to_text(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes()) {
    text += names(graph, node.outputs, ", ") + " = " + node.op + "(" + names(graph, node.inputs, ", ") + ")\n";
  }
  return text;
}

std::string to_text(const Graph& graph, const Dataflow& flow, const Region& region) {
  std::string text = "source";
  if (flow.is_value(region.fork)) text = graph[flow.value(region.fork)].name;
  if (flow.is_node(region.fork)) text = graph[flow.node(region.fork)].name;
  text += " ->";
  for (const Arm& arm : region.arms) text += " [" + names(graph, arm.nodes, " ") + "]";
  text += " -> " + graph[region.join].name;
  if (!region.shared.empty()) text += " shared: " + names(graph, region.shared, " ");
  if (!region.crossing.empty()) text += " crossing: " + names(graph, region.crossing, " ");
  if (!region.closed) text += " open";
  return text;
}

}  // namespace ramus
