#include "graph/weight_layer.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

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

// How many layers are asked for, and how many a node may have.
struct Wanted {
  std::int64_t listed, most;
};

// The last two dims are [rows x columns]; `units_first` when each row belongs to one unit. Dims before them are a stack.
std::vector<WeightLayer> matrices(const WeightView* weight, bool units_first, Wanted wanted) {
  if (weight == nullptr || weight->dims.size() < 2 || weight->elements() < 1) return {};
  const std::size_t rank = weight->dims.size();
  const std::int64_t rows = weight->dims[rank - 2], columns = weight->dims[rank - 1];
  const std::int64_t slices = weight->elements() / (rows * columns);
  if (slices > wanted.most) return {};
  WeightLayer layer;
  layer.outputs = units_first ? rows : columns;
  layer.inputs = units_first ? columns : rows;
  layer.output_stride = units_first ? columns : 1;
  layer.input_stride = units_first ? 1 : columns;
  std::vector<WeightLayer> layers(static_cast<std::size_t>(std::min(slices, wanted.listed)), layer);
  for (std::size_t i = 0; i < layers.size() && slices > 1; ++i) {
    layers[i].offset = static_cast<std::int64_t>(i) * rows * columns;
    layers[i].part = "[" + std::to_string(i) + "]";
  }
  return layers;
}

std::size_t rank_of(const Graph& graph, ValueId value) {
  const auto& shape = graph[value].shape;
  return shape ? shape->size() : 0;
}

// data: the operand that is computed.
void set_axes(const Graph& graph, const Node& node, std::size_t data, WeightLayer& layer) {
  layer.input_axis = layer.output_axis = 1;
  if (node.is("Gemm")) {
    const bool turned = node.int_attribute(data == 0 ? "transA" : "transB", 0) != 0;
    layer.input_axis = turned == (data == 0) ? 0 : 1;
    layer.output_axis = data == 0 ? 1 : 0;
  } else if (node.is("MatMul")) {
    const std::size_t reads = rank_of(graph, node.inputs[data]);
    const std::size_t weight = graph[graph[node.inputs[1 - data]].weight].dims.size();
    const auto axis = [&](std::size_t rank) {
      const std::size_t from_end = data == 1 && rank > 1 ? 2 : 1;
      return rank == 0 ? -1 : static_cast<int>(rank - from_end);
    };
    layer.input_axis = axis(reads);
    const std::size_t writes = rank_of(graph, node.outputs[0]);
    layer.output_axis = axis(writes != 0 || reads == 0 ? writes : std::max(reads, weight));
  }
}

std::vector<WeightLayer> product_layers(const Graph& graph, const Node& node, Wanted wanted) {
  const std::size_t data = graph.is_parameter(node.inputs[1]) ? 0 : 1, place = 1 - data;
  const WeightView* weight = graph.parameter(node, place);
  if (!node.is("Gemm")) return matrices(weight, data == 1, wanted);
  if (weight == nullptr || weight->dims.size() != 2) return {};
  const bool turned = node.int_attribute(place == 0 ? "transA" : "transB", 0) != 0;
  return matrices(weight, turned == (place == 1), wanted);
}

// Gates in the order of their weights; nullptr for what is no recurrent operator.
const char* gates_of(const Node& node) {
  return node.is("LSTM") ? "iofc" : node.is("GRU") ? "zrh" : node.is("RNN") ? "i" : nullptr;
}

// Inputs X, W [directions, gates * units, inputs], R [directions, gates * units, units]; outputs Y, Y_h and, of an LSTM,
// Y_c, all with the units last. ONNX operators RNN-14, GRU-14, LSTM-14.
std::vector<WeightLayer> recurrent_layers(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const std::string_view gates = gates_of(node);
  const WeightView *input = graph.parameter(node, 1), *state = graph.parameter(node, 2);
  const auto output = std::find_if(node.outputs.begin(), node.outputs.end(), [](ValueId v) { return v.exists(); });
  if (node.inputs.size() < 3 || output == node.outputs.end() || input == nullptr || state == nullptr) return {};
  const auto count = static_cast<std::int64_t>(gates.size());
  if (input->dims.size() != 3 || state->dims.size() != 3 || input->elements() < 1 || state->elements() < 1) return {};
  const std::int64_t directions = input->dims[0], units = state->dims[2];
  const bool fits = directions <= 2 && input->dims[1] % count == 0 && input->dims[1] / count == units &&
                    state->dims[0] == directions && state->dims[1] == input->dims[1];
  if (!fits || !node.inputs[0].exists() || graph.is_parameter(node.inputs[0])) return {};
  std::vector<WeightLayer> layers;
  for (const std::size_t place : {1, 2}) {
    const std::int64_t columns = graph.parameter(node, place)->dims[2];
    for (std::int64_t row = 0; row < directions * count; ++row) {
      WeightLayer layer;
      layer.node = id;
      layer.output = *output;
      layer.output_axis = output == node.outputs.begin() ? 3 : 2;
      layer.input = place == 1 ? node.inputs[0] : layer.output;
      layer.input_axis = place == 1 ? 2 : layer.output_axis;
      layer.weight = graph[node.inputs[place]].weight;
      layer.part = std::string(place == 1 ? ".W" : ".R") + (row < count ? "" : "B") +
                   gates[static_cast<std::size_t>(row % count)];
      layer.offset = row * units * columns;
      layer.outputs = units;
      layer.inputs = columns;
      layer.output_stride = columns;
      layer.input_stride = 1;
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

std::vector<WeightLayer> find_layers(const Graph& graph, NodeId id, Wanted wanted) {
  const Node& node = graph[id];
  if (gates_of(node) != nullptr) return wanted.most > 1 ? recurrent_layers(graph, id) : std::vector<WeightLayer>();
  if (node.inputs.size() < 2 || node.outputs.empty() || !node.outputs[0].exists()) return {};
  std::size_t data = 0;
  std::vector<WeightLayer> layers;
  if (node.is("Conv") || node.is("ConvTranspose")) {
    if (auto layer = convolution(graph, id)) layers.push_back(std::move(*layer));
  } else if (node.is("Gemm") || node.is("MatMul")) {
    layers = product_layers(graph, node, wanted);
    data = graph.is_parameter(node.inputs[1]) ? 0 : 1;
  }
  if (layers.empty() || !node.inputs[data].exists() || graph.is_parameter(node.inputs[data])) return {};
  for (WeightLayer& layer : layers) {
    layer.node = id;
    layer.input = node.inputs[data];
    layer.output = node.outputs[0];
    layer.weight = graph[node.inputs[1 - data]].weight;
    set_axes(graph, node, data, layer);
  }
  return layers;
}

}  // namespace

bool WeightLayer::has_weights_of(const WeightLayer& other) const {
  return weight == other.weight && offset == other.offset && outputs == other.outputs && inputs == other.inputs &&
         groups == other.groups && kernel == other.kernel && output_stride == other.output_stride &&
         input_stride == other.input_stride && transposed == other.transposed;
}

std::vector<WeightLayer> find_weight_layers(const Graph& graph, NodeId node) {
  return find_layers(graph, node, {kMostSlices, kMostSlices});
}

std::optional<WeightLayer> find_first_weight_layer(const Graph& graph, NodeId node) {
  auto layers = find_layers(graph, node, {1, kMostSlices});
  return layers.empty() ? std::nullopt : std::optional(std::move(layers.front()));
}

std::optional<WeightLayer> find_weight_layer(const Graph& graph, NodeId node) {
  auto layers = find_layers(graph, node, {1, 1});
  return layers.size() == 1 ? std::optional(std::move(layers.front())) : std::nullopt;
}

std::optional<std::int64_t> macs_of(const Graph& graph, NodeId node) {
  const auto layer = find_weight_layer(graph, node);
  if (!layer) return 0;
  // A transposed convolution applies its kernel once per input position, every other layer once per output position.
  const auto& shape = graph[layer->transposed ? layer->input : layer->output].shape;
  if (!shape || shape->empty()) return std::nullopt;
  // The first dimension counts samples; the one that holds the units is in the weights already.
  const std::size_t rank = shape->size();
  const auto units = static_cast<std::size_t>(layer->output_axis);
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
