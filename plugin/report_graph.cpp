#include "plugin/report_graph.hpp"

#include <algorithm>

namespace ramus {
namespace {

std::vector<std::string> names_of(const Graph& graph, std::span<const ValueId> values) {
  std::vector<std::string> names;
  for (const ValueId value : values) names.push_back(value.exists() ? graph[value].name : std::string());
  return names;
}

// "float32[1,3,?,?]"; without dimensions where the rank is not known.
std::string type_of(const Value& value) {
  std::string text = value.type == ElementType::undefined ? "?" : std::string(name_of(value.type));
  if (!value.shape) return text;
  std::string dims;
  for (const std::int64_t dim : *value.shape)
    dims += (dims.empty() ? "" : ",") + (dim < 0 ? std::string("?") : std::to_string(dim));
  return text + "[" + dims + "]";
}

std::vector<std::string> types_of(const Graph& graph, std::span<const ValueId> values) {
  std::vector<std::string> types;
  for (const ValueId value : values) types.push_back(value.exists() ? type_of(graph[value]) : std::string());
  return types;
}

// Of the first constant that is a matrix, or of a convolution or product any of two dimensions.
Dims weight_dims(const Graph& graph, const Node& node) {
  const bool multiplies = node.op.find("Conv") != std::string::npos || node.op.find("Gemm") != std::string::npos ||
                          node.op.find("MatMul") != std::string::npos;
  for (const ValueId input : node.inputs) {
    if (!graph.is_constant(input)) continue;
    const Value& value = graph[input];
    const Dims dims = value.kind == ValueKind::parameter ? graph[value.weight].dims : value.shape.value_or(Dims{});
    const auto wide = std::count_if(dims.begin(), dims.end(), [](std::int64_t dim) { return dim > 1; });
    if (dims.size() >= 2 && (multiplies || wide >= 2)) return dims;
  }
  return {};
}

}  // namespace

ReportGraph describe_graph(const AnalysedGraph& source) {
  const Graph& graph = *source.original;
  ReportGraph described{
      source.path, source.prefix, names_of(graph, graph.inputs()), names_of(graph, graph.outputs()), {}};
  described.input_types = types_of(graph, graph.inputs());
  described.output_types = types_of(graph, graph.outputs());
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    const bool is_onnx = node.domain.empty() || node.domain == "ai.onnx";
    described.nodes.push_back({source.prefix + node.name, is_onnx ? node.op : node.domain + "." + node.op,
                               node.origins.front(), names_of(graph, node.inputs), names_of(graph, node.outputs),
                               source.hashes.at(n), weight_dims(graph, node)});
  }
  return described;
}

}  // namespace ramus
