#include "passes/wiring.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "graph/derived_weight.hpp"
#include "passes/wiring_gains.hpp"

namespace ramus {
namespace {

WiringSegment to_wiring_segment(const ChannelSegment& segment) {
  return {segment.begin, segment.first_unit, segment.step, segment.run, (segment.end - segment.begin) / segment.run,
          segment.scales};
}

void note_flags(Wiring& wiring, const ChannelSegment& segment) {
  wiring.leaking = wiring.leaking || segment.leaking;
  wiring.gated = wiring.gated || segment.gated;
  wiring.summed = wiring.summed || segment.summed;
}

Wiring wiring_from(const Graph& graph, ValueId source, std::int64_t units, const WeightLayer& to) {
  Wiring wiring;
  wiring.from = graph[source].producer;
  wiring.to = to.node;
  wiring.layer = to;
  wiring.source = source;
  wiring.units = units;
  return wiring;
}

// A gate that reads the state of its own node, of its own direction.
Wiring recurrent_wiring(const Graph& graph, const WeightLayer& to) {
  Wiring wiring = wiring_from(graph, to.output, to.inputs, to);
  wiring.segments.push_back({0, 0, 1, 1, to.inputs, {}});
  return wiring;
}

// A slice of a stack reads what the same slice of another wrote.
std::string part_behind(const Graph& graph, NodeId from, const WeightLayer& to) {
  if (to.part.empty() || to.part.front() != '[') return {};
  const auto slices = find_weight_layers(graph, from).size();
  return slices == find_weight_layers(graph, to.node).size() ? to.part : std::string();
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
  Wiring wiring = wiring_from(graph, graph[*join].outputs.front(), 0, to);
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

KernelShape shape_of(const WeightLayer& layer) {
  if (layer.kernel.empty()) return {};
  const std::int64_t width = layer.kernel.back();
  return {layer.taps / width, width};
}

// Adds the columns of a block to the units that they belong to, several columns to a unit where run > 1.
void fold_runs(const Eigen::Ref<const Eigen::MatrixXd>& block, std::int64_t first_output, std::int64_t first_column,
               const WiringSegment& segment, std::span<const double> scales, KernelReduction reduction,
               Eigen::MatrixXd& m) {
  for (Eigen::Index c = 0; c < block.cols(); ++c) {
    const std::int64_t column = first_column + c - segment.column;
    const double scale = scales.empty() ? 1 : scales[static_cast<std::size_t>(column)];
    auto target = m.col(segment.unit + column / segment.run * segment.step).segment(first_output, block.rows());
    const auto added = scale * block.col(c).array();
    switch (reduction) {
      case KernelReduction::l2:
        target = (target.array().square() + added.square()).sqrt();
        break;
      case KernelReduction::l1:
      case KernelReduction::one_norm:
        target += added.matrix();
        break;
      case KernelReduction::max:
      case KernelReduction::spectral:
        target = target.cwiseMax(added.matrix());
        break;
    }
  }
}

// Each head's columns hold its values; heads that lie side by side on both ends are one segment.
bool add_heads(const std::vector<HeadRange>& values, const std::vector<HeadRange>& columns, Wiring& wiring) {
  for (std::size_t head = 0; head < values.size(); ++head) {
    const std::int64_t count = values[head].end - values[head].begin;
    if (count < 1 || columns[head].end - columns[head].begin != count || values[head].begin < 0 ||
        columns[head].begin < 0 || values[head].end > wiring.units || columns[head].end > wiring.layer.inputs) {
      return false;
    }
    WiringSegment* last = wiring.segments.empty() ? nullptr : &wiring.segments.back();
    if (last != nullptr && last->unit + last->count == values[head].begin &&
        last->column + last->count == columns[head].begin) {
      last->count += count;
    } else {
      wiring.segments.push_back({columns[head].begin, values[head].begin, 1, 1, count, {}});
    }
  }
  return true;
}

bool fits(const ChannelMap& map, const WeightLayer& to) {
  return map.channels == to.inputs && (map.axis < 0 || to.input_axis < 0 || map.axis == to.input_axis);
}

}  // namespace

std::string Wiring::id(const Graph& graph) const {
  return graph[from].name + from_part + "->" + graph[to].name + layer.part;
}

bool Wiring::reads_like(const Wiring& other) const {
  return layer.has_weights_of(other.layer) && units == other.units &&
         std::equal(segments.begin(), segments.end(), other.segments.begin(), other.segments.end(),
                    [](const WiringSegment& a, const WiringSegment& b) {
                      return a.column == b.column && a.unit == b.unit && a.step == b.step && a.run == b.run &&
                             a.count == b.count;
                    });
}

std::vector<Wiring> find_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to) {
  if (to.reads_its_own_state()) return {recurrent_wiring(graph, to)};
  std::vector<Wiring> wirings;
  std::map<ValueId, std::size_t> wiring_of;  // by source
  const ChannelMap& map = flow[to.input];
  if (!fits(map, to)) return wirings;
  for (const ChannelSegment& segment : map.segments) {
    if (!graph[segment.source].producer.exists()) continue;  // a graph input
    const auto [known, is_new] = wiring_of.emplace(segment.source, wirings.size());
    if (is_new) {
      wirings.push_back(wiring_from(graph, segment.source, flow[segment.source].channels, to));
      wirings.back().from_part = part_behind(graph, wirings.back().from, to);
    }
    Wiring& wiring = wirings[known->second];
    wiring.segments.push_back(to_wiring_segment(segment));
    note_flags(wiring, segment);
  }
  if (auto joint = joint_wiring(graph, flow, to)) wirings.push_back(std::move(*joint));
  return wirings;
}

std::vector<Wiring> find_value_wirings(const Graph& graph, const AttentionCores& attention, const WeightLayer& to) {
  std::vector<Wiring> wirings;
  for (const Attention& each : attention.all) {
    const auto output = std::find_if(each.layers.begin(), each.layers.end(), [&](const HeadLayer& layer) {
      return layer.role == HeadRole::output && layer.layer == to.node && !layer.ranges.empty();
    });
    if (output == each.layers.end()) continue;
    for (const HeadLayer& value : each.layers) {
      if (value.role != HeadRole::value || value.ranges.size() != output->ranges.size()) continue;
      const auto from = find_weight_layer(graph, value.layer);
      if (!from) continue;  // an operator that holds its projections
      Wiring wiring = wiring_from(graph, from->output, from->outputs, to);
      wiring.gated = true;
      if (add_heads(value.ranges, output->ranges, wiring)) wirings.push_back(std::move(wiring));
    }
  }
  for (Wiring& wiring : wirings) wiring.summed = wirings.size() > 1;
  return wirings;
}

std::vector<Wiring> find_all_wirings(const Graph& graph, const ChannelFlow& flow, const AttentionCores& attention,
                                     const WeightLayer& to) {
  std::vector<Wiring> wirings = find_wirings(graph, flow, to);
  std::vector<Wiring> values = find_value_wirings(graph, attention, to);
  const auto joint = std::find_if(wirings.begin(), wirings.end(), [](const Wiring& wiring) { return wiring.joint; });
  wirings.insert(joint, std::make_move_iterator(values.begin()), std::make_move_iterator(values.end()));
  return wirings;
}

TrainedLayers find_trained_layers(const Graph& graph, const Limits& limits) {
  TrainedLayers found;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const auto first = find_first_weight_layer(graph, NodeId(n));
    if (!first || first->is_depthwise()) continue;
    if (is_untrained(graph[first->weight])) {
      ++found.untrained;
    } else if (found.layers.size() >= limits.wirings) {
      ++found.beyond;
    } else {
      auto parts = find_weight_layers(graph, NodeId(n));
      found.layers.insert(found.layers.end(), std::make_move_iterator(parts.begin()),
                          std::make_move_iterator(parts.end()));
    }
  }
  return found;
}

std::string why_no_wirings(const Graph& graph, const ChannelFlow& flow, const WeightLayer& to) {
  const ChannelMap& map = flow[to.input];
  if (map.segments.empty()) return graph[to.input].producer.exists() ? map.stopped : std::string();
  const bool reads_inputs = std::none_of(map.segments.begin(), map.segments.end(), [&](const ChannelSegment& segment) {
    return graph[segment.source].producer.exists();
  });
  if (reads_inputs) return {};
  if (map.channels != to.inputs) return "the layer reads another number of channels than arrive";
  return "the layer reads along another axis than that of the channels";
}

Result<LayerKernel> read_kernel(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                const Limits& limits, const LayerKernel* before) {
  LayerKernel kernel{layer, {}, {}};
  if (before != nullptr && before->layer.weight == layer.weight) {
    kernel.weights = before->weights;
  } else {
    auto weights = graph[layer.weight].floats(limits);
    if (!weights) return propagate(std::move(weights.error()), "node '" + graph[layer.node].name + "'");
    kernel.weights = std::move(*weights);
  }
  kernel.output_scales = output_scales(graph, flow, layer);  // once it is known that there are as many units
  return kernel;
}

KernelView group_view(const LayerKernel& kernel, std::int64_t group, std::int64_t begin, std::int64_t end) {
  const WeightLayer& layer = kernel.layer;
  const std::int64_t group_offset = layer.transposed ? layer.inputs_per_group() * layer.input_stride
                                                     : layer.outputs_per_group() * layer.output_stride;
  const FloatPointer first = kernel.weights.data() + (layer.offset + group * group_offset + begin * layer.input_stride);
  return {first,           layer.outputs_per_group(), end - begin, layer.taps, layer.output_stride, layer.input_stride,
          layer.tap_stride};
}

bool is_untrained(const WeightView& weight) {
  return weight.storage == WeightStorage::fill ||
         (weight.derived && weight.derived->stored.storage == WeightStorage::fill);
}

Result<ReducedLayer> reduce_layer(const Graph& graph, const LayerKernel& kernel, KernelReduction reduction) {
  const WeightLayer& layer = kernel.layer;
  ReducedLayer reduced{layer, reduction, Eigen::MatrixXd(layer.outputs, layer.inputs_per_group())};
  const std::int64_t outputs = layer.outputs_per_group();
  for (std::int64_t group = 0; group < layer.groups; ++group) {
    std::span<const double> scales = kernel.output_scales;
    if (!scales.empty()) {
      scales = scales.subspan(static_cast<std::size_t>(group * outputs), static_cast<std::size_t>(outputs));
    }
    auto block =
        reduce_kernel(group_view(kernel, group, 0, layer.inputs_per_group()), reduction, shape_of(layer), scales);
    if (!block) return propagate(std::move(block.error()), "node '" + graph[layer.node].name + "'");
    reduced.weights.middleRows(group * outputs, outputs) = *block;
  }
  return reduced;
}

Result<ReducedLayer> read_reduced(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer,
                                  KernelReduction reduction, const Limits& limits) {
  const auto kernel = read_kernel(graph, flow, layer, limits);
  if (!kernel) return propagate(Error(kernel.error()));
  return reduce_layer(graph, *kernel, reduction);
}

bool is_whole(const ReducedLayer& reduced, const Wiring& wiring, const InputScales& scales, const Limits& limits) {
  if (reduced.layer.groups != 1 || wiring.segments.size() != 1 || !scales.front().empty()) return false;
  const WiringSegment& all = wiring.segments.front();
  return all.column == 0 && all.unit == 0 && all.step == 1 && all.run == 1 && all.count == wiring.units &&
         wiring.units == reduced.layer.inputs && reduced.weights.rows() <= limits.matrix_side &&
         reduced.weights.cols() <= limits.matrix_side;
}

Result<Eigen::MatrixXd> wiring_matrix(const Graph& graph, const ReducedLayer& reduced, const Wiring& wiring,
                                      const InputScales& scales, const Limits& limits) {
  const WeightLayer& layer = reduced.layer;
  if (layer.outputs > limits.matrix_side || wiring.units > limits.matrix_side) {
    return failure(ErrorKind::invalid_input, "wiring '" + wiring.id(graph) + "': a side beyond the limit of " +
                                                 std::to_string(limits.matrix_side) + " units");
  }
  if (layer.outputs * wiring.units > reduced.weights.size() + limits.blank_entries) {
    return failure(ErrorKind::invalid_input, "wiring '" + wiring.id(graph) + "': " + std::to_string(layer.outputs) +
                                                 " x " + std::to_string(wiring.units) +
                                                 " entries, most of which no weight stands behind");
  }
  const std::int64_t inputs = layer.inputs_per_group(), outputs = layer.outputs_per_group();
  if (is_whole(reduced, wiring, scales, limits)) return reduced.weights;
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(layer.outputs, wiring.units);
  for (std::size_t place = 0; place < wiring.segments.size(); ++place) {
    const WiringSegment& segment = wiring.segments[place];
    const std::int64_t end = segment.column + segment.count * segment.run;
    for (std::int64_t column = segment.column; column < end;) {  // piece by piece, each in one group
      const std::int64_t group = column / inputs;
      const std::int64_t stop = std::min(end, (group + 1) * inputs);
      const auto block = reduced.weights.block(group * outputs, column - group * inputs, outputs, stop - column);
      fold_runs(block, group * outputs, column, segment, scales[place], reduced.reduction, m);
      column = stop;
    }
  }
  return m;
}

}  // namespace ramus
