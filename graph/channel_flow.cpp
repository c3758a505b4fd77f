#include "graph/channel_flow.hpp"

#include <algorithm>

namespace ramus {
namespace {

// Image-like inputs that end in 1, 3 or 4 small channels are channels-last (TensorFlow exports); all others follow the
// ONNX convention N×C×….
int input_channel_axis(const Dims& shape) {
  if (shape.size() < 2) return static_cast<int>(shape.size()) - 1;
  const auto few = [](std::int64_t dim) { return dim == 1 || dim == 3 || dim == 4; };
  const bool channels_last = shape.size() == 4 && few(shape[3]) && !few(shape[2]) && !few(shape[1]);
  return channels_last ? 3 : 1;
}

ChannelMap input_map(const Graph& graph, ValueId id, const Limits& limits) {
  const auto& shape = graph[id].shape;
  ChannelMap map;
  if (!shape || shape->empty()) {
    map.stopped = "the shape of input '" + graph[id].name + "' is not known";
    return map;
  }
  const int axis = input_channel_axis(*shape);
  const std::int64_t channels = (*shape)[static_cast<std::size_t>(axis)];
  return source_map(graph, id, axis, channels > limits.channels ? kUnknownDim : channels);
}

}  // namespace

ChannelMap source_map(const Graph& graph, ValueId value, int axis, std::int64_t channels) {
  ChannelMap map;
  map.axis = axis;
  map.channels = std::max(channels, kUnknownDim);
  if (channels > 0) {
    ChannelSegment segment;
    segment.end = channels;
    segment.source = value;
    map.segments.push_back(std::move(segment));
  } else {
    map.stopped = "the number of channels of '" + graph[value].name + "' is not known";
  }
  return map;
}

ChannelFlow::ChannelFlow(const Graph& graph, const Limits& limits) : maps_(graph.values().size()) {
  static const ChannelMap kNone;
  for (std::size_t v = 0; v < maps_.size(); ++v) {
    const ValueKind kind = graph.values()[v].kind;
    if (kind == ValueKind::input || kind == ValueKind::captured) maps_[v] = input_map(graph, ValueId(v), limits);
  }
  std::vector<const ChannelMap*> inputs;
  std::size_t segments = 0;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    inputs.clear();
    for (const ValueId input : node.inputs) {
      inputs.push_back(input.exists() && !graph.is_constant(input) ? &maps_[input.index] : &kNone);
    }
    std::vector<ChannelMap> outputs = flow_through(graph, id, inputs, limits);
    for (std::size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i) {
      if (!node.outputs[i].exists()) continue;
      for (const ChannelSegment& segment : outputs[i].segments) segments += 1 + segment.scales.size();
      ChannelMap& map = maps_[node.outputs[i].index];
      if (segments <= limits.all_channel_segments) {
        map = std::move(outputs[i]);
      } else {
        map = ChannelMap{};
        map.stopped = "the model joins its channels in too many pieces";
      }
    }
  }
}

}  // namespace ramus
