// What each operator does to channels. One rule per kind of operator; the table at the end names the operators.
#include "graph/channel_rules.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "graph/channel_gain.hpp"
#include "graph/weight_layer.hpp"

namespace ramus {
namespace channels {

const ChannelMap& Site::input(std::size_t i) const {
  static const ChannelMap kNone;
  return i < inputs.size() ? *inputs[i] : kNone;
}

const std::optional<Dims>& Site::input_shape(std::size_t i) const {
  static const std::optional<Dims> kUnknown;
  return i < node.inputs.size() && node.inputs[i].exists() ? graph[node.inputs[i]].shape : kUnknown;
}

ChannelMap stop(std::string reason) {
  ChannelMap map;
  map.stopped = std::move(reason);
  return map;
}

Outputs stop_all(const Site& at, const std::string& reason) {
  return Outputs(at.node.outputs.size(), stop(at.node.op + " " + reason));
}

void forget_scales(ChannelMap& map) {
  for (ChannelSegment& segment : map.segments) segment.scales.clear();
}

std::optional<std::vector<std::int64_t>> integers(const Site& at, std::string_view attribute, std::size_t input) {
  if (input < at.node.inputs.size() && at.node.inputs[input].exists()) {
    const WeightView* given = at.graph.parameter(at.node, input);
    if (given == nullptr) return std::nullopt;
    auto decoded = given->decode_int64();
    return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
  }
  const auto list = at.node.ints_attribute(attribute);
  return std::vector<std::int64_t>(list.begin(), list.end());
}

std::optional<int> resolve_axis(const Site& at, std::int64_t axis) {
  if (axis >= 0) return static_cast<int>(std::min<std::int64_t>(axis, 1 << 20));
  for (std::size_t i = 0; i < at.node.inputs.size(); ++i) {
    const auto& shape = at.input_shape(i);
    if (shape && at.is_data(i)) {
      const auto from_front = axis + static_cast<std::int64_t>(shape->size());
      if (from_front >= 0) return static_cast<int>(from_front);
    }
  }
  return std::nullopt;
}

ChannelMap tile(const Site& at, const ChannelMap& map, std::int64_t times) {
  if (map.axis < 0 || times == 1) return map;
  if (map.channels < 0) return stop(at.node.op + " repeats an unknown number of channels");
  const auto pieces = static_cast<std::int64_t>(std::max<std::size_t>(1, map.segments.size()));
  if (times < 1 || map.channels > at.limits.channels / times ||
      times > static_cast<std::int64_t>(at.limits.channel_segments) / pieces) {
    return stop(at.node.op + " repeats its channels too often");
  }
  ChannelMap wide = map;
  wide.segments.clear();
  wide.channels = map.channels * times;
  for (std::int64_t i = 0; i < times; ++i) {
    for (ChannelSegment segment : map.segments) {
      segment.begin += i * map.channels;
      segment.end += i * map.channels;
      wide.segments.push_back(std::move(segment));
    }
  }
  return wide;
}

ChannelMap spread(const Site& at, const ChannelMap& map, std::int64_t run) {
  if (run < 1 || map.channels > at.limits.channels / run) return stop(at.node.op + " spreads its channels too far");
  ChannelMap wide = map;
  if (map.channels >= 0) wide.channels = map.channels * run;
  for (ChannelSegment& segment : wide.segments) {
    segment.begin *= run;
    segment.end *= run;
    segment.run *= run;
  }
  return wide;
}

namespace {

bool same_channels(const ChannelMap& a, const ChannelMap& b) { return a.axis == b.axis && a.channels == b.channels; }

// The maps of the data operands, their axes counted as in the output: broadcasting aligns shapes at their ends.
std::vector<ChannelMap> aligned_operands(const Site& at, bool nonlinear) {
  std::size_t rank = 0;
  if (at.output_shape()) {
    rank = at.output_shape()->size();
  } else {
    for (std::size_t i = 0; i < at.inputs.size(); ++i) {
      if (at.input_shape(i)) rank = std::max(rank, at.input_shape(i)->size());
    }
  }
  std::vector<ChannelMap> operands;
  for (std::size_t i = 0; i < at.inputs.size(); ++i) {
    if (!at.is_data(i)) continue;
    ChannelMap& map = operands.emplace_back(at.input(i));
    const auto& shape = at.input_shape(i);
    if (map.axis >= 0 && shape && shape->size() < rank) map.axis += static_cast<int>(rank - shape->size());
    if (nonlinear) forget_scales(map);
  }
  return operands;
}

}  // namespace

Outputs overlay(const Site& at, bool nonlinear) { return overlay(at, aligned_operands(at, nonlinear)); }

Outputs overlay(const Site& at, const std::vector<ChannelMap>& operands) {
  if (operands.empty()) return stop_all(at, "has no data input");
  const ChannelMap* widest = &operands.front();
  for (const ChannelMap& map : operands) {
    if (map.channels > widest->channels) widest = &map;
  }
  ChannelMap sum = *widest;
  bool several = false;
  for (const ChannelMap& map : operands) {
    const bool same = same_channels(map, *widest), broadcast = map.axis == widest->axis && map.channels == 1;
    if (&map == widest || (same ? map.segments == widest->segments : broadcast)) continue;
    several = true;  // also when it is not known what that operand holds
    if (!same) continue;
    if (map.segments.size() + sum.segments.size() > at.limits.channel_segments) {
      return stop_all(at, "joins channels in too many pieces");
    }
    sum.segments.insert(sum.segments.end(), map.segments.begin(), map.segments.end());
  }
  if (several) {
    const auto key = [](const ChannelSegment& s) { return std::tuple(s.begin, s.source, s.end, s.first_unit, s.step); };
    std::stable_sort(sum.segments.begin(), sum.segments.end(),
                     [&](const ChannelSegment& a, const ChannelSegment& b) { return key(a) < key(b); });
    for (ChannelSegment& segment : sum.segments) segment.summed = true;
    sum.segments.erase(std::unique(sum.segments.begin(), sum.segments.end()), sum.segments.end());
  }
  if (!sum.segments.empty()) sum.stopped.clear();
  return only(std::move(sum));
}

namespace {

using Rule = Outputs (*)(const Site&);

Outputs keep(const Site& at) { return only(at.input(0)); }

Outputs keep_nonlinear(const Site& at) {
  ChannelMap map = at.input(0);
  forget_scales(map);
  return only(std::move(map));
}

Outputs keep_leaking(const Site& at) {
  Outputs outputs = keep_nonlinear(at);
  for (ChannelSegment& segment : outputs[0].segments) segment.leaking = true;
  return outputs;
}

void note_gain(const Site& at, ChannelMap& map) {
  if (find_channel_gain(at.graph, at.id, map.axis, map.channels) == nullptr) return;
  for (ChannelSegment& segment : map.segments) segment.scales.push_back(at.id);
}

// A norm's gain comes after its nonlinearity. Why it counts as a scale: gamma may grow where the weights that read it
// shrink, and the network computes the same.
Outputs norm(const Site& at) {
  Outputs outputs = keep_nonlinear(at);
  note_gain(at, outputs[0]);
  return outputs;
}

Outputs norm_leaking(const Site& at) {
  Outputs outputs = keep_leaking(at);
  note_gain(at, outputs[0]);
  return outputs;
}

// ONNX pools over every axis from the third on, and normalises per entry of the second.
Outputs pool(const Site& at) { return at.input(0).axis > 1 ? stop_all(at, "pools over the channels") : keep(at); }

Outputs pool_nonlinear(const Site& at) {
  return at.input(0).axis > 1 ? stop_all(at, "pools over the channels") : keep_nonlinear(at);
}

Outputs batch_norm(const Site& at) {
  ChannelMap map = at.input(0);
  if (map.axis > 1) return only(std::move(map));
  for (ChannelSegment& segment : map.segments) segment.scales.push_back(at.id);
  return only(std::move(map));
}

// The output has the rank of the larger shape, so the channels may stand further back.
Outputs expand(const Site& at) {
  ChannelMap map = at.input(0);
  const auto &from = at.input_shape(0), &to = at.output_shape();
  if (map.axis < 0 || !from || !to || to->size() < from->size())
    return stop_all(at, "grows to a shape that is not known");
  map.axis += static_cast<int>(to->size() - from->size());
  return only(std::move(map));
}

Outputs sum(const Site& at) { return overlay(at, false); }
Outputs extremum(const Site& at) { return overlay(at, true); }

Outputs gate(const Site& at) {
  std::size_t data = 0;
  for (std::size_t i = 0; i < at.inputs.size(); ++i) data += at.is_data(i) ? 1 : 0;
  const bool divides_by_data = at.node.is("Div") && at.inputs.size() > 1 && at.is_data(1);
  Outputs outputs = overlay(at, data > 1 || divides_by_data);
  for (ChannelSegment& segment : outputs[0].segments) segment.gated = segment.gated || data > 1;
  if (data == 1) note_gain(at, outputs[0]);
  return outputs;
}

// A depthwise convolution scales channels and keeps them apart; every other layer is a new source of units.
Outputs layer(const Site& at) {
  const auto first = find_first_weight_layer(at.graph, at.id);
  if (!first) return stop_all(at, "has weights that are computed or do not fit");
  const ChannelMap& map = at.input(0);
  if (first->is_depthwise() && map.axis == 1 && map.channels == first->inputs) {
    ChannelMap wide = spread(at, map, first->outputs / first->inputs);
    forget_scales(wide);
    return only(std::move(wide));
  }
  return only(source_map(at.graph, first->output, first->output_axis, first->outputs));
}

// Every output holds the units of the state, last; the first output that is there is their source.
Outputs recurrent(const Site& at) {
  const auto layers = find_weight_layers(at.graph, at.id);
  if (layers.empty()) return stop_all(at, "has weights that are computed or do not fit");
  const bool both_ways = layers.back().part.find('B') != std::string::npos;
  if (both_ways) return stop_all(at, "keeps the units of its two directions on two axes");
  Outputs outputs;
  for (std::size_t i = 0; i < at.node.outputs.size(); ++i) {
    outputs.push_back(source_map(at.graph, layers.front().output, i == 0 ? 3 : 2, layers.front().outputs));
  }
  return outputs;
}

struct Row {
  std::string_view op;
  Rule rule;
};

constexpr std::array kRules{
    // Layers.
    Row{"Conv", layer},
    Row{"ConvTranspose", layer},
    Row{"Gemm", layer},
    Row{"MatMul", layer},
    Row{"RNN", recurrent},
    Row{"GRU", recurrent},
    Row{"LSTM", recurrent},
    // Linear in each channel.
    Row{"Identity", keep},
    Row{"Dropout", keep},
    Row{"AveragePool", pool},
    Row{"GlobalAveragePool", pool},
    Row{"Resize", keep},
    Row{"Upsample", keep},
    Row{"Cast", keep},
    Row{"QuantizeLinear", keep},
    Row{"DequantizeLinear", keep},
    Row{"Neg", keep},
    Row{"Crop", keep},
    Row{"ImageScaler", keep},
    Row{"Affine", keep},
    Row{"Expand", expand},
    Row{"BatchNormalization", batch_norm},
    Row{"Pad", pad},
    // Nonlinear in each channel.
    Row{"Relu", keep_nonlinear},
    Row{"LeakyRelu", keep_nonlinear},
    Row{"PRelu", keep_nonlinear},
    Row{"Elu", keep_nonlinear},
    Row{"Celu", keep_nonlinear},
    Row{"Selu", keep_nonlinear},
    Row{"ThresholdedRelu", keep_nonlinear},
    Row{"Sigmoid", keep_nonlinear},
    Row{"HardSigmoid", keep_nonlinear},
    Row{"HardSwish", keep_nonlinear},
    Row{"Mish", keep_nonlinear},
    Row{"Swish", keep_nonlinear},
    Row{"Gelu", keep_nonlinear},
    Row{"Tanh", keep_nonlinear},
    Row{"Softplus", keep_nonlinear},
    Row{"Softsign", keep_nonlinear},
    Row{"Erf", keep_nonlinear},
    Row{"Exp", keep_nonlinear},
    Row{"Log", keep_nonlinear},
    Row{"Sqrt", keep_nonlinear},
    Row{"Reciprocal", keep_nonlinear},
    Row{"Abs", keep_nonlinear},
    Row{"Clip", keep_nonlinear},
    Row{"Pow", keep_nonlinear},
    Row{"MaxPool", pool_nonlinear},
    Row{"GlobalMaxPool", pool_nonlinear},
    Row{"LpPool", pool_nonlinear},
    Row{"GlobalLpPool", pool_nonlinear},
    Row{"Shrink", keep_nonlinear},
    Row{"InstanceNormalization", norm},
    // Channels look at each other, but each keeps its place.
    Row{"LRN", keep_leaking},
    Row{"Softmax", keep_leaking},
    Row{"LogSoftmax", keep_leaking},
    Row{"LayerNormalization", norm_leaking},
    Row{"GroupNormalization", norm_leaking},
    Row{"RMSNormalization", norm_leaking},
    Row{"LpNormalization", keep_leaking},
    Row{"MeanVarianceNormalization", keep_leaking},
    // Several values meet.
    Row{"Concat", concat},
    Row{"Add", sum},
    Row{"Sum", sum},
    Row{"Sub", sum},
    Row{"Mean", sum},
    Row{"Max", extremum},
    Row{"Min", extremum},
    Row{"Mul", gate},
    Row{"Div", gate},
    // Shapes.
    Row{"DepthToSpace", depth_to_space},
    Row{"SpaceToDepth", space_to_depth},
    Row{"Split", split},
    Row{"Slice", slice},
    Row{"Gather", gather},
    Row{"Transpose", transpose},
    Row{"Flatten", flatten},
    Row{"Reshape", reshape},
    Row{"Squeeze", squeeze},
    Row{"Unsqueeze", unsqueeze},
    Row{"ReduceMean", reduce},
    Row{"ReduceMax", reduce_nonlinear},
    Row{"ReduceSum", reduce},
    Row{"ReduceL2", reduce_nonlinear},
};

Outputs apply_rule(const Site& at) {
  if (at.node.outputs.empty() || !at.node.outputs[0].exists()) return stop_all(at, "leaves its first output out");
  if (at.node.domain.empty() || at.node.domain == "ai.onnx") {
    for (const Row& row : kRules) {
      if (row.op == at.node.op) return row.rule(at);
    }
  }
  return stop_all(at, "is not known to keep channels apart");
}

// Why a node's first data input has no segments; empty where it has some, or where it is not known why. Layers need not
// know what they read.
std::string first_reason(const Graph& graph, const Node& node, std::span<const ChannelMap* const> inputs) {
  if (node.is_one_of({"Conv", "ConvTranspose", "Gemm", "MatMul", "RNN", "GRU", "LSTM"})) return {};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!node.inputs[i].exists() || graph.is_constant(node.inputs[i])) continue;
    return inputs[i]->segments.empty() ? inputs[i]->stopped : std::string();
  }
  return {};
}

// Whatever a rule says, the value's own shape has the last word.
bool fits(const ChannelMap& map, const std::optional<Dims>& shape) {
  if (map.axis < 0 || !shape) return true;
  if (static_cast<std::size_t>(map.axis) >= shape->size()) return false;
  const std::int64_t extent = (*shape)[static_cast<std::size_t>(map.axis)];
  return extent < 0 || map.channels < 0 || extent == map.channels;
}

}  // namespace
}  // namespace channels

std::vector<ChannelMap> flow_through(const Graph& graph, NodeId id, std::span<const ChannelMap* const> inputs,
                                     const Limits& limits) {
  const Node& node = graph[id];
  std::vector<ChannelMap> outputs = channels::apply_rule({graph, id, node, inputs, limits});
  outputs.resize(node.outputs.size(), channels::stop(node.op + " writes no channels there"));
  const std::string reason = channels::first_reason(graph, node, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    ChannelMap& map = outputs[i];
    if (map.segments.empty() && !reason.empty()) map.stopped = reason;
    if (node.outputs[i].exists() && !channels::fits(map, graph[node.outputs[i]].shape)) {
      map = channels::stop(node.op + " leaves channels that do not fit the shape of its output");
    }
    if (map.segments.empty() && map.stopped.empty()) map.stopped = node.op + " reads no channels of known origin";
  }
  return outputs;
}

}  // namespace ramus
