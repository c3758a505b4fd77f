#include "passes/stream_ends.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "passes/stream_maps.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr std::size_t kMostSteps = 64;  // operators between a layer and the stream; exports have up to 10

bool is_norm(const Node& node) {
  return node.is_one_of({"LayerNormalization", "RMSNormalization", "GroupNormalization", "InstanceNormalization"}) ||
         node.op == "SimplifiedLayerNormalization";
}

bool changes_form(const Node& node) {
  return node.is_one_of({"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Gather", "Pad"});
}

bool is_activation(const Node& node) {
  return node.is_one_of({"Relu", "LeakyRelu", "PRelu", "Elu", "Celu", "Selu", "Clip", "Gelu", "Mish", "HardSwish",
                         "Swish", "Sigmoid", "Tanh", "HardSigmoid", "Softplus"});
}

bool same_units(const ChannelMap& a, const ChannelMap& b) {
  return a.channels > 0 && a.channels == b.channels && !a.segments.empty() &&
         std::equal(a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
                    [](const ChannelSegment& x, const ChannelSegment& y) {
                      return x.begin == y.begin && x.end == y.end && x.source == y.source &&
                             x.first_unit == y.first_unit && x.step == y.step && x.run == y.run;
                    });
}

// Of a product with a constant, by unit; nullopt where it is not one for all units, or one for each.
std::optional<Vector> constant_factors(const Graph& graph, NodeId product, const ChannelMap& map) {
  const std::vector<double> gains = channel_gains(graph, product, map.axis, map.channels);
  if (gains.empty()) return std::nullopt;
  Vector factors = gains.size() == 1 ? Vector(Vector::Constant(map.channels, gains.front()))
                                     : Vector(Eigen::Map<const Vector>(gains.data(), map.channels));
  return factors.allFinite() ? std::optional(std::move(factors)) : std::nullopt;
}

Vector norm_factors(const Graph& graph, const Node& node, std::int64_t units) {
  const WeightView* gamma = graph.parameter(node, 1);
  if (gamma == nullptr || gamma->elements() != units) return {};
  const auto values = gamma->decode_double();
  if (!values) return {};
  Vector factors = Eigen::Map<const Vector>(values->data(), units);
  return factors.allFinite() ? factors : Vector();
}

KernelLag stride_of(const Node& node) {
  const auto strides = node.ints_attribute("strides");
  KernelLag stride{1, 1};
  for (std::size_t i = 0; i < std::min<std::size_t>(strides.size(), 2); ++i) {
    stride[1 - i] = std::max<std::int64_t>(1, strides[strides.size() - 1 - i]);
  }
  return stride;
}

// A layer whose units are those of the stream: not one that mixes another axis from the left.
std::optional<WeightLayer> find_end_layer(const Graph& graph, NodeId node) {
  auto layer = find_weight_layer(graph, node);
  return layer && layer->input == graph[node].inputs.front() ? layer : std::nullopt;
}

// A 1x1 projection of the trunk.
std::optional<StreamStep> projection_step(const PassContext& context, const WeightLayer& layer) {
  const Node& node = context.graph[layer.node];
  if (layer.taps != 1 || layer.groups != 1 || layer.transposed) return std::nullopt;
  if (layer.outputs * layer.inputs > (std::int64_t{1} << 24)) return std::nullopt;
  const auto kernel = read_end(context, layer);
  if (!kernel) return std::nullopt;
  StreamStep step{node.op, StreamLink::linear, false, {}, Matrix(layer.outputs, layer.inputs), stride_of(node)};
  const KernelView view = group_view(*kernel, 0, 0, layer.inputs);
  for (std::int64_t o = 0; o < layer.outputs; ++o) {
    for (std::int64_t i = 0; i < layer.inputs; ++i) (*step.projection)(o, i) = view.at(o, i, 0);
  }
  return step;
}

// What an operator does to the units of its only data input; nullopt: it mixes them, or is not known to keep them.
std::optional<StreamStep> step_of(const PassContext& context, NodeId id) {
  const Graph& graph = context.graph;
  const Node& node = graph[id];
  const auto inputs = graph.data_inputs(id);
  if (inputs.size() != 1 || node.outputs.empty() || !node.outputs.front().exists()) return std::nullopt;
  const ChannelFlow& flow = context.analyses.channel_flow();
  const ChannelMap &before = flow[inputs.front()], &after = flow[node.outputs.front()];
  if (before.channels > context.limits.matrix_side) return std::nullopt;
  StreamStep step;
  step.op = node.op;
  if (node.is_one_of({"Cast", "Identity", "Dropout"})) return step;
  if (node.is("BatchNormalization")) {
    const std::vector<double> scales = batch_norm_scales(graph, id);
    step.link = StreamLink::linear;
    step.scales = Eigen::Map<const Vector>(scales.data(), static_cast<Eigen::Index>(scales.size()));
    return scales.empty() || !step.scales.allFinite() ? std::nullopt : std::optional(step);
  }
  if (is_norm(node)) {
    step.link = StreamLink::approximate;
    step.removes_mean = node.is("LayerNormalization");
    if (before.channels > 0) step.scales = norm_factors(graph, node, before.channels);
    return step;
  }
  if (is_activation(node)) {
    step.link = StreamLink::approximate;
    return step;
  }
  if (node.is("Mul") || (node.is("Div") && !graph.is_constant(node.inputs.front()))) {
    auto factors = constant_factors(graph, id, before);
    if (!factors) return std::nullopt;
    step.link = StreamLink::linear;
    step.scales = std::move(*factors);
    return step;
  }
  if (node.is_one_of({"Add", "Sub"})) {
    step.link = StreamLink::exact;  // a shift by a constant: weights see nothing of it
    return step;
  }
  if (changes_form(node) && same_units(before, after)) return step;
  return std::nullopt;
}

std::set<NodeId> nodes_of(const PassContext& context, const StreamBlock& block) {
  std::set<NodeId> nodes;
  for (const Branch& branch : context.found.groups[block.group].branches) {
    if (!branch.skip && !branch.projection) nodes.insert(branch.nodes.begin(), branch.nodes.end());
  }
  return nodes;
}

// Down from the read point to the first layers.
std::vector<StreamEnd> find_reads(const PassContext& context, ValueId read, const std::set<NodeId>& nodes) {
  const Graph& graph = context.graph;
  std::map<NodeId, StreamEnd> found;
  std::deque<std::pair<ValueId, StreamWay>> open{{read, {}}};
  std::set<ValueId> seen{read};
  while (!open.empty()) {
    auto [value, way] = std::move(open.front());
    open.pop_front();
    for (const NodeId reader : graph[value].readers) {
      if (nodes.count(reader) == 0) continue;
      if (const auto layer = find_end_layer(graph, reader)) {
        if (layer->input == value) found.emplace(reader, StreamEnd{*layer, way});
        continue;
      }
      auto step = step_of(context, reader);
      if (!step || way.size() >= kMostSteps) continue;
      const ValueId next = graph[reader].outputs.front();
      if (!seen.insert(next).second) continue;
      StreamWay further = way;
      further.push_back(std::move(*step));
      open.emplace_back(next, std::move(further));
    }
  }
  std::vector<StreamEnd> reads;
  for (auto& [node, end] : found) reads.push_back(std::move(end));
  return reads;
}

// Up from the sum to the last layers, not past activations.
std::vector<StreamEnd> find_writes(const PassContext& context, NodeId sum, const std::set<NodeId>& nodes) {
  const Graph& graph = context.graph;
  std::map<NodeId, StreamEnd> found;
  std::deque<std::pair<ValueId, StreamWay>> open;
  std::set<ValueId> seen;
  for (const ValueId input : graph.data_inputs(sum)) open.emplace_back(input, StreamWay{});
  while (!open.empty()) {
    auto [value, way] = std::move(open.front());
    open.pop_front();
    const NodeId producer = graph[value].producer;
    if (!producer.exists() || nodes.count(producer) == 0 || way.size() >= kMostSteps) continue;
    if (!seen.insert(value).second) continue;
    const auto inputs = graph.data_inputs(producer);
    if (const auto layer = find_end_layer(graph, producer)) {
      found.emplace(producer, StreamEnd{*layer, way});
      continue;
    }
    if (inputs.size() > 1 && graph[producer].is_one_of({"Add", "Sum"})) {
      for (const ValueId input : inputs) open.emplace_back(input, way);
      continue;
    }
    auto step = step_of(context, producer);
    if (!step || step->link == StreamLink::approximate) continue;
    way.insert(way.begin(), std::move(*step));
    open.emplace_back(inputs.front(), std::move(way));
  }
  std::vector<StreamEnd> writes;
  for (auto& [node, end] : found) writes.push_back(std::move(end));
  return writes;
}

}  // namespace

std::int64_t units_after(const StreamWay& way, std::int64_t units) {
  for (const StreamStep& step : way) {
    if (step.scales.size() > 0 && step.scales.size() != units) return 0;
    if (step.projection) units = step.projection->cols() == units ? step.projection->rows() : 0;
  }
  return units;
}

BlockEnds find_block_ends(const PassContext& context, const StreamBlock& block) {
  const std::set<NodeId> nodes = nodes_of(context, block);
  BlockEnds ends{find_reads(context, block.read, nodes), find_writes(context, block.write, nodes), 0};
  if (ends.reads.empty() && ends.writes.empty()) return ends;
  ends.units = context.analyses.channel_flow()[block.read].channels;
  if (!ends.reads.empty()) ends.units = ends.reads.front().layer.inputs;
  std::erase_if(ends.reads, [&](const StreamEnd& end) {
    return end.layer.inputs != ends.units || units_after(end.way, ends.units) != ends.units;
  });
  // A block whose skip is a projection writes into another stream than it reads.
  const std::int64_t written = ends.writes.empty() ? 0 : ends.writes.front().layer.outputs;
  std::erase_if(ends.writes, [&](const StreamEnd& end) {
    return end.layer.outputs != written || units_after(end.way, written) != written;
  });
  return ends;
}

TrunkWay find_trunk_way(const PassContext& context, ValueId from, ValueId to) {
  const Graph& graph = context.graph;
  StreamWay way;
  for (ValueId value = to; value != from;) {
    const NodeId producer = graph[value].producer;
    if (!producer.exists()) return {std::nullopt, "a way that does not meet the stream"};
    const auto inputs = graph.data_inputs(producer);
    const auto layer = find_end_layer(graph, producer);
    auto step = layer ? projection_step(context, *layer) : step_of(context, producer);
    if (!step || way.size() >= kMostSteps) return {std::nullopt, graph[producer].op};
    way.insert(way.begin(), std::move(*step));
    value = inputs.front();
  }
  return {std::move(way), {}};
}

TrunkWay find_skip_way(const PassContext& context, const StreamBlock& block) {
  const BranchGroup& group = context.found.groups[block.group];
  TrunkWay projected{std::nullopt, "a sum without skip"};
  for (const Branch& branch : group.branches) {
    if (branch.skip) return {StreamWay{}, {}};
    if (!branch.projection || projected.way) continue;
    for (const ValueId input : context.graph.data_inputs(group.join)) {
      const NodeId producer = context.graph[input].producer;
      if (std::find(branch.nodes.begin(), branch.nodes.end(), producer) == branch.nodes.end()) continue;
      projected = find_trunk_way(context, block.read, input);
    }
  }
  return projected;
}

}  // namespace ramus
