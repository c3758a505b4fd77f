#include "passes/wiring_gains.hpp"

#include <algorithm>
#include <cmath>

#include "graph/channel_gain.hpp"

namespace ramus {
namespace {

// Inputs of batch normalisation: data, gamma, beta, mean, variance.
constexpr std::size_t kGamma = 1, kVariance = 4;

ValueId scaled_value(const Graph& graph, NodeId gain) {
  const auto data = graph.data_inputs(gain);
  return data.empty() ? graph[gain].inputs.front() : data.front();
}

// The place of a unit among those of a segment; -1 where it is not there.
std::int64_t place_of_unit(const ChannelSegment& segment, ValueId source, std::int64_t unit) {
  if (segment.source != source || segment.step == 0 || (unit - segment.first_unit) % segment.step != 0) return -1;
  const std::int64_t place = (unit - segment.first_unit) / segment.step;
  return place >= 0 && segment.begin + place * segment.run < segment.end ? place : -1;
}

// The part of what a gain reads that is behind a segment of a wiring. A unit that has several runs of columns may have
// them before the gain already.
const ChannelSegment* segment_behind(const ChannelMap& map, const Wiring& wiring, std::size_t place) {
  if (wiring.joint) return &map.segments[place];  // between a join and L all segments stay, in order
  const std::int64_t unit = wiring.segments[place].unit;
  const auto same_unit = [&](const WiringSegment& segment) { return segment.unit == unit; };
  auto copy =
      std::count_if(wiring.segments.begin(), wiring.segments.begin() + static_cast<std::ptrdiff_t>(place), same_unit);
  const ChannelSegment* found = nullptr;
  for (const ChannelSegment& segment : map.segments) {
    if (place_of_unit(segment, wiring.source, unit) < 0) continue;
    if (found == nullptr || copy == 0) found = &segment;
    if (copy-- == 0) break;
  }
  return found;
}

// Of one segment.
std::vector<double> column_scales(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring,
                                  std::size_t place) {
  const WiringSegment& read = wiring.segments[place];
  std::vector<double> scales;
  for (const NodeId id : read.scales) {
    const ChannelMap& map = flow[scaled_value(graph, id)];
    const std::vector<double> gains = channel_gains(graph, id, map.axis, map.channels);
    const ChannelSegment* segment = gains.empty() ? nullptr : segment_behind(map, wiring, place);
    if (segment == nullptr) continue;
    scales.resize(static_cast<std::size_t>(read.count * read.run), 1);
    for (std::int64_t i = 0; i < read.count * read.run; ++i) {
      const std::int64_t unit = read.unit + i / read.run * read.step;
      const ChannelSegment* sees = segment;
      std::int64_t at = wiring.joint ? i / read.run : place_of_unit(*sees, wiring.source, unit);
      for (auto other = map.segments.begin(); at < 0 && other != map.segments.end(); ++other) {
        at = place_of_unit(*other, wiring.source, unit);
        sees = &*other;
      }
      const std::int64_t channel = sees->begin + at * sees->run + (sees->run == read.run ? i % read.run : 0);
      const std::int64_t gain = gains.size() == 1 ? 0 : channel;
      if (at < 0 || gain >= static_cast<std::int64_t>(gains.size())) continue;
      scales[static_cast<std::size_t>(i)] *= std::abs(gains[static_cast<std::size_t>(gain)]);
    }
  }
  return scales;
}

}  // namespace

std::vector<double> channel_gains(const Graph& graph, NodeId id, int axis, std::int64_t channels) {
  if (graph[id].is("BatchNormalization")) return batch_norm_scales(graph, id);
  const WeightView* gain = find_channel_gain(graph, id, axis, channels);
  auto decoded = gain == nullptr ? Result<std::vector<double>>(std::vector<double>()) : gain->decode_double();
  if (!decoded) return {};
  for (double& value : *decoded) value = graph[id].is("Div") ? 1 / value : value;
  return std::move(*decoded);
}

InputScales input_scales(const Graph& graph, const ChannelFlow& flow, const Wiring& wiring) {
  InputScales scales;
  for (std::size_t place = 0; place < wiring.segments.size(); ++place) {
    scales.push_back(column_scales(graph, flow, wiring, place));
  }
  return scales;
}

std::vector<double> output_scales(const Graph& graph, const ChannelFlow& flow, const WeightLayer& layer) {
  constexpr int kMostFollowers = 4;
  std::vector<double> scales;
  const int axis = flow[layer.output].axis;
  ValueId value = layer.output;
  for (int step = 0; step < kMostFollowers; ++step) {
    if (graph[value].readers.size() != 1 || graph[value].is_output) break;
    const NodeId id = graph[value].readers.front();
    const Node& node = graph[id];
    const bool shifts = node.is_one_of({"Add", "Sub", "Cast"}),
               has_gain = node.is_one_of({"BatchNormalization", "Mul", "Div"});
    if ((!shifts && !has_gain) || graph.data_inputs(id).size() != 1 || (node.is("BatchNormalization") && axis != 1))
      break;
    if (has_gain) {
      const std::vector<double> gains = channel_gains(graph, id, axis, layer.outputs);
      if (gains.size() != 1 && static_cast<std::int64_t>(gains.size()) != layer.outputs) break;
      scales.resize(static_cast<std::size_t>(layer.outputs), 1);
      for (std::size_t i = 0; i < scales.size(); ++i) scales[i] *= gains[gains.size() == 1 ? 0 : i];
    }
    value = node.outputs.front();
  }
  return scales;
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

}  // namespace ramus
