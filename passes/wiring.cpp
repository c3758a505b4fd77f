#include "passes/wiring.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "graph/derived_weight.hpp"

namespace ramus {
namespace {

// Inputs of batch normalisation: data, gamma, beta, mean, variance.
constexpr std::size_t kGamma = 1, kVariance = 4;

WiringSegment to_wiring_segment(const ChannelSegment& segment) {
  return {segment.begin, segment.first_unit, segment.step, segment.run, (segment.end - segment.begin) / segment.run,
          segment.scales};
}

void note_flags(Wiring& wiring, const ChannelSegment& segment) {
  wiring.leaking = wiring.leaking || segment.leaking;
  wiring.gated = wiring.gated || segment.gated;
  wiring.summed = wiring.summed || segment.summed;
}

Wiring wiring_from(const Graph& graph, const ChannelFlow& flow, ValueId source, NodeId to) {
  Wiring wiring;
  wiring.from = graph[source].producer;
  wiring.to = to;
  wiring.source = source;
  wiring.units = flow[source].channels;
  return wiring;
}

bool same_unit(const ChannelSegment& a, const ChannelSegment& b) {
  return a.source == b.source && a.first_unit == b.first_unit && a.step == b.step &&
         (a.end - a.begin) / a.run == (b.end - b.begin) / b.run;
}

// The nearest Concat above `value` whose channels arrive complete and in order.
std::optional<NodeId> find_join_above(const Graph& graph, const ChannelFlow& flow, ValueId value) {
  const ChannelMap& map = flow[value];
  for (NodeId at = graph[value].producer; at.exists();) {
    const Node& node = graph[at];
    const ChannelMap& here = flow[node.outputs.front()];
    const bool complete =
        std::equal(map.segments.begin(), map.segments.end(), here.segments.begin(), here.segments.end(), same_unit);
    if (!complete) return std::nullopt;
    if (node.is("Concat")) return here.axis >= 0 ? std::optional(at) : std::nullopt;
    const auto inputs = graph.data_inputs(at);
    if (inputs.empty()) return std::nullopt;
    at = graph[inputs.front()].producer;
  }
  return std::nullopt;
}

bool covers(const ChannelMap& map) {
  std::int64_t covered = 0;
  for (const ChannelSegment& segment : map.segments) {
    if (segment.begin != covered) return false;
    covered = segment.end;
  }
  return covered == map.channels;
}

std::optional<Wiring> joint_wiring(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to) {
  const ChannelMap& map = flow[to.input];
  if (map.segments.size() < 2 || !covers(map)) return std::nullopt;
  const auto join = find_join_above(graph, flow, to.input);
  if (!join) return std::nullopt;
  const ChannelMap& joined = flow[graph[*join].outputs.front()];
  Wiring wiring;
  wiring.from = *join;
  wiring.to = to.node;
  wiring.source = graph[*join].outputs.front();
  wiring.joint = true;
  for (std::size_t i = 0; i < map.segments.size(); ++i) {
    const ChannelSegment& segment = map.segments[i];
    WiringSegment part = to_wiring_segment(segment);
    part.unit = wiring.units;
    part.step = 1;
    // Those inside the arms, before the join, belong to its units.
    const auto& inside = joined.segments[i].scales;
    part.scales.erase(
        std::remove_if(part.scales.begin(), part.scales.end(),
                       [&](NodeId norm) { return std::find(inside.begin(), inside.end(), norm) != inside.end(); }),
        part.scales.end());
    wiring.units += part.count;
    wiring.segments.push_back(std::move(part));
    note_flags(wiring, segment);
  }
  return wiring;
}

// The channel of a norm's input behind a unit of a layer; -1 where the norm does not see it.
std::int64_t channel_of_unit(const ChannelMap& map, ValueId source, std::int64_t unit) {
  for (const ChannelSegment& segment : map.segments) {
    if (segment.source != source || segment.step == 0 || (unit - segment.first_unit) % segment.step != 0) continue;
    const std::int64_t channel = segment.begin + (unit - segment.first_unit) / segment.step * segment.run;
    if (channel >= segment.begin && channel < segment.end) return channel;
  }
  return -1;
}

void scale_columns(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring, std::size_t place,
                   Eigen::MatrixXd& m) {
  const WiringSegment& segment = wiring.segments[place];
  for (const NodeId norm : segment.scales) {
    const std::vector<double> scales = batch_norm_scales(graph, norm);
    const ChannelMap& map = flow[graph[norm].inputs.front()];
    for (std::int64_t i = 0; i < segment.count; ++i) {
      const std::int64_t unit = segment.unit + i * segment.step;
      // Between a join and L all segments stay, in order.
      const std::int64_t channel = wiring.joint ? map.segments[place].begin + i * map.segments[place].run
                                                : channel_of_unit(map, wiring.source, unit);
      if (channel < 0 || channel >= static_cast<std::int64_t>(scales.size())) continue;
      m.col(unit) *= std::abs(scales[static_cast<std::size_t>(channel)]);
    }
  }
}

KernelShape shape_of(const WeightLayer& layer) {
  if (layer.kernel.empty()) return {};
  const std::int64_t width = layer.kernel.back();
  return {layer.taps / width, width};
}

// Adds the columns of a block to the units that they belong to, several columns to a unit where run > 1.
void fold_runs(const Eigen::Ref<const Eigen::MatrixXd>& block, std::int64_t first_output, std::int64_t first_column,
               const WiringSegment& segment, KernelReduction reduction, Eigen::MatrixXd& m) {
  for (Eigen::Index c = 0; c < block.cols(); ++c) {
    const std::int64_t unit = segment.unit + (first_column + c - segment.column) / segment.run * segment.step;
    auto target = m.col(unit).segment(first_output, block.rows());
    switch (reduction) {
      case KernelReduction::l2:
        target = (target.array().square() + block.col(c).array().square()).sqrt();
        break;
      case KernelReduction::l1:
      case KernelReduction::one_norm:
        target += block.col(c);
        break;
      case KernelReduction::max:
      case KernelReduction::spectral:
        target = target.cwiseMax(block.col(c));
        break;
    }
  }
}

}  // namespace

std::string Wiring::id(const Graph& graph) const { return graph[from].name + "->" + graph[to].name; }

bool Wiring::reads_like(const Wiring& other) const {
  if (to != other.to || units != other.units || segments != other.segments) return false;
  // What a norm does to a unit depends on where it sees that unit.
  return source == other.source || std::all_of(segments.begin(), segments.end(),
                                               [](const WiringSegment& segment) { return segment.scales.empty(); });
}

std::vector<Wiring> find_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to) {
  std::vector<Wiring> wirings;
  std::map<ValueId, std::size_t> wiring_of;  // by source
  const ChannelMap& map = flow[to.input];
  if (map.channels != to.inputs) return wirings;
  for (const ChannelSegment& segment : map.segments) {
    if (!graph[segment.source].producer.exists()) continue;  // a graph input
    const auto [known, is_new] = wiring_of.emplace(segment.source, wirings.size());
    if (is_new) wirings.push_back(wiring_from(graph, flow, segment.source, to.node));
    Wiring& wiring = wirings[known->second];
    wiring.segments.push_back(to_wiring_segment(segment));
    note_flags(wiring, segment);
  }
  if (auto joint = joint_wiring(graph, flow, to)) wirings.push_back(std::move(*joint));
  return wirings;
}

std::vector<double> batch_norm_scales(const Graph& graph, NodeId id) {
  const Node& norm = graph[id];
  const WeightView* gamma = graph.parameter(norm, kGamma);
  const WeightView* variance = graph.parameter(norm, kVariance);
  if (gamma == nullptr || variance == nullptr || gamma->dims != variance->dims) return {};
  auto scales = gamma->decode_double();
  const auto variances = variance->decode_double();
  if (!scales || !variances) return {};
  const double epsilon = norm.float_attribute("epsilon", 1e-5f);
  for (std::size_t i = 0; i < scales->size(); ++i) (*scales)[i] /= std::sqrt(std::max(0.0, (*variances)[i]) + epsilon);
  return std::move(*scales);
}

Result<LayerKernel> read_kernel(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                const Limits& limits) {
  LayerKernel kernel{layer, {}, {}};
  auto weights = graph[layer.weight].decode_float(limits);
  if (!weights) return propagate(std::move(weights.error()), "node '" + graph[layer.node].name + "'");
  kernel.weights = std::move(*weights);
  const Value& output = graph[layer.output];
  const bool units_are_normed = flow[layer.output].axis == 1;  // the one that batch normalisation works on
  if (units_are_normed && output.readers.size() == 1 && !output.is_output &&
      graph[output.readers.front()].is("BatchNormalization")) {
    kernel.output_scales = batch_norm_scales(graph, output.readers.front());
    if (static_cast<std::int64_t>(kernel.output_scales.size()) != layer.outputs) kernel.output_scales.clear();
  }
  return kernel;
}

KernelView group_view(const LayerKernel& kernel, std::int64_t group, std::int64_t begin, std::int64_t end) {
  const WeightLayer& layer = kernel.layer;
  const std::int64_t group_offset = layer.transposed ? layer.inputs_per_group() * layer.input_stride
                                                     : layer.outputs_per_group() * layer.output_stride;
  const float* first = kernel.weights.data() + group * group_offset + begin * layer.input_stride;
  return {first,           layer.outputs_per_group(), end - begin, layer.taps, layer.output_stride, layer.input_stride,
          layer.tap_stride};
}

bool is_untrained(const WeightView& weight) {
  return weight.storage == WeightStorage::fill ||
         (weight.derived && weight.derived->stored.storage == WeightStorage::fill);
}

Result<ReducedLayer> read_reduced(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                  KernelReduction reduction, const Limits& limits) {
  const auto kernel = read_kernel(graph, flow, layer, limits);
  if (!kernel) return propagate(Error(kernel.error()));
  ReducedLayer reduced{layer, reduction, Eigen::MatrixXd(layer.outputs, layer.inputs_per_group())};
  const std::int64_t outputs = layer.outputs_per_group();
  for (std::int64_t group = 0; group < layer.groups; ++group) {
    std::span<const double> scales = kernel->output_scales;
    if (!scales.empty()) {
      scales = scales.subspan(static_cast<std::size_t>(group * outputs), static_cast<std::size_t>(outputs));
    }
    auto block =
        reduce_kernel(group_view(*kernel, group, 0, layer.inputs_per_group()), reduction, shape_of(layer), scales);
    if (!block) return propagate(std::move(block.error()), "node '" + graph[layer.node].name + "'");
    reduced.weights.middleRows(group * outputs, outputs) = *block;
  }
  return reduced;
}

Result<Eigen::MatrixXd> wiring_matrix(const Graph& graph, const ChannelFlow& flow, const ReducedLayer& reduced,
                                      const Wiring& wiring, const Limits& limits) {
  const WeightLayer& layer = reduced.layer;
  if (layer.outputs > limits.matrix_side || wiring.units > limits.matrix_side) {
    return failure(ErrorKind::invalid_input, "wiring '" + wiring.id(graph) + "': a side beyond the limit of " +
                                                 std::to_string(limits.matrix_side) + " units");
  }
  const std::int64_t inputs = layer.inputs_per_group(), outputs = layer.outputs_per_group();
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(layer.outputs, wiring.units);
  for (std::size_t place = 0; place < wiring.segments.size(); ++place) {
    const WiringSegment& segment = wiring.segments[place];
    const std::int64_t end = segment.column + segment.count * segment.run;
    for (std::int64_t column = segment.column; column < end;) {  // piece by piece, each in one group
      const std::int64_t group = column / inputs;
      const std::int64_t stop = std::min(end, (group + 1) * inputs);
      const auto block = reduced.weights.block(group * outputs, column - group * inputs, outputs, stop - column);
      fold_runs(block, group * outputs, column, segment, reduced.reduction, m);
      column = stop;
    }
    scale_columns(graph, flow, wiring, place, m);
  }
  return m;
}

}  // namespace ramus
