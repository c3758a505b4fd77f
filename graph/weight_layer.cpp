#include "graph/weight_layer.hpp"

#include <limits>

namespace ramus {
namespace {

std::optional<WeightLayer> convolution(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const WeightView* weight = graph.parameter(node, 1);
  if (weight == nullptr || weight->dims.size() < 3 || weight->elements() < 1) return std::nullopt;
  WeightLayer layer;
  layer.transposed = node.is("ConvTranspose");
  layer.groups = node.int_attribute("group", 1);
  layer.kernel.assign(weight->dims.begin() + 2, weight->dims.end());
  for (const std::int64_t extent : layer.kernel) layer.taps *= extent;
  const std::int64_t outer = weight->dims[0], inner = weight->dims[1];
  if (layer.groups < 1 || outer < 1 || inner < 1 || layer.taps < 1 || outer % layer.groups != 0) return std::nullopt;
  layer.outputs = layer.transposed ? inner * layer.groups : outer;
  layer.inputs = layer.transposed ? outer : inner * layer.groups;
  layer.output_stride = layer.transposed ? layer.taps : inner * layer.taps;
  layer.input_stride = layer.transposed ? inner * layer.taps : layer.taps;
  return layer;
}

// weight is [rows x columns]; `units_first` when each row belongs to one unit.
std::optional<WeightLayer> matrix(const WeightView* weight, bool units_first) {
  if (weight == nullptr || weight->dims.size() != 2 || weight->elements() == 0) return std::nullopt;
  const std::int64_t rows = weight->dims[0], columns = weight->dims[1];
  WeightLayer layer;
  layer.outputs = units_first ? rows : columns;
  layer.inputs = units_first ? columns : rows;
  layer.output_stride = units_first ? columns : 1;
  layer.input_stride = units_first ? 1 : columns;
  return layer;
}

}  // namespace

std::optional<WeightLayer> find_weight_layer(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.inputs.size() < 2 || node.outputs.empty() || !node.outputs[0].exists()) return std::nullopt;
  std::size_t data = 0;
  std::optional<WeightLayer> layer;
  if (node.is("Conv") || node.is("ConvTranspose")) {
    layer = convolution(graph, id);
  } else if (node.is("Gemm") && node.int_attribute("transA", 0) == 0) {
    layer = matrix(graph.parameter(node, 1), node.int_attribute("transB", 0) != 0);
  } else if (node.is("MatMul")) {
    data = graph.is_parameter(node.inputs[0]) ? 1 : 0;
    layer = matrix(graph.parameter(node, 1 - data), data == 1);
  }
  if (!layer || !node.inputs[data].exists() || graph.is_parameter(node.inputs[data])) return std::nullopt;
  layer->node = id;
  layer->input = node.inputs[data];
  layer->output = node.outputs[0];
  layer->weight = graph[node.inputs[1 - data]].weight;
  return layer;
}

std::optional<std::int64_t> macs_of(const Graph& graph, NodeId node) {
  const auto layer = find_weight_layer(graph, node);
  if (!layer) return 0;
  // A transposed convolution applies its kernel once per input position, every other layer once per output position.
  const auto& shape = graph[layer->transposed ? layer->input : layer->output].shape;
  if (!shape || shape->empty()) return std::nullopt;
  // The first dimension counts samples; the one that holds the units is in the weights already.
  const bool matrix_on_the_left = graph[node].is("MatMul") && layer->input == graph[node].inputs[1];
  const std::size_t rank = shape->size();
  std::size_t units = rank - 1;
  if (!layer->kernel.empty()) units = 1;
  if (matrix_on_the_left) units = rank < 2 ? 0 : rank - 2;
  std::int64_t positions = 1;
  for (std::size_t i = 1; i < rank; ++i) {
    if (i == units) continue;
    const std::int64_t extent = (*shape)[i];
    if (extent < 0 || (extent > 0 && positions > (std::int64_t{1} << 40) / extent)) return std::nullopt;
    positions *= extent;
  }
  const std::int64_t weights = graph[layer->weight].elements();
  if (positions > std::numeric_limits<std::int64_t>::max() / weights) return std::nullopt;
  return positions * weights;
}

}  // namespace ramus
