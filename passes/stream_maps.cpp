#include "passes/stream_maps.hpp"

#include <algorithm>
#include <cmath>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr std::int64_t kMostPlaces = 1 << 10;  // taps of a kernel; 31 x 31 is the largest published

std::int64_t dilation_of(const Node& node, std::size_t axis) {
  const auto dilations = node.ints_attribute("dilations");
  constexpr std::int64_t kMost = 1 << 20;
  return axis < dilations.size() ? std::clamp<std::int64_t>(dilations[axis], 1, kMost) : 1;
}

std::vector<KernelLag> places_of(const Node& node, const WeightLayer& layer) {
  if (layer.taps == 1) return {{0, 0}};
  const std::size_t axes = layer.kernel.size();
  const std::int64_t width = layer.kernel.back();
  std::vector<KernelLag> places;
  for (std::int64_t t = 0; t < layer.taps; ++t) {
    places.push_back({axes == 2 ? t / width * dilation_of(node, 0) : 0, t % width * dilation_of(node, axes - 1)});
  }
  return places;
}

// One group of a layer, tap by tap: [inner x units]; the inner units are its outputs where it reads.
StreamWeights weights_of(const LayerKernel& kernel, std::int64_t group, bool reads) {
  const WeightLayer& layer = kernel.layer;
  const std::int64_t outputs = layer.outputs_per_group(), inputs = layer.inputs_per_group();
  const KernelView view = group_view(kernel, group, 0, inputs);
  StreamWeights weights{group * (reads ? inputs : outputs), {}};
  for (std::int64_t t = 0; t < layer.taps; ++t) {
    Matrix tap(outputs, inputs);
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t o = 0; o < outputs; ++o) tap(o, i) = view.at(o, i, t);
    }
    if (reads && !kernel.output_scales.empty()) {
      tap = Eigen::Map<const Vector>(kernel.output_scales.data() + group * outputs, outputs).asDiagonal() * tap;
    }
    if (!reads) tap.transposeInPlace();
    weights.taps.push_back(std::move(tap));
  }
  return weights;
}

std::vector<StreamWeights> groups_of(const LayerKernel& kernel, bool reads) {
  std::vector<StreamWeights> groups;
  for (std::int64_t g = 0; g < kernel.layer.groups; ++g) groups.push_back(weights_of(kernel, g, reads));
  return groups;
}

}  // namespace

KernelLag extent_of(const PassContext& context, const WeightLayer& layer) {
  if (layer.taps < 1 || layer.taps > kMostPlaces || layer.kernel.size() > 2) return {0, 0};
  return places_of(context.graph[layer.node], layer).back();
}

double gram_work(const WeightLayer& layer, std::int64_t units, const KernelLag& most) {
  const auto taps = static_cast<double>(layer.taps);
  const double pairs = most == KernelLag{0, 0} ? taps : taps * (taps + 1) / 2;
  if (units < 1) return 0;
  const double inner = static_cast<double>(layer.inputs * layer.outputs) / static_cast<double>(units);
  return pairs * inner * static_cast<double>(units) * static_cast<double>(units) /
         static_cast<double>(layer.groups * layer.groups);
}

std::optional<LayerKernel> read_end(const PassContext& context, const WeightLayer& layer) {
  const bool has_places = layer.taps == 1 || (layer.kernel.size() <= 2 && !layer.transposed);
  const bool is_empty = layer.taps < 1 || layer.outputs < 1 || layer.inputs < 1;
  if (!has_places || is_empty || layer.taps > kMostPlaces) return std::nullopt;
  if (is_untrained(context.graph[layer.weight])) return std::nullopt;
  auto kernel = read_kernel(context.graph, context.analyses.channel_flow(), layer, context.limits);
  if (!kernel) return std::nullopt;
  const auto finite = [](double value) { return std::isfinite(value); };
  for (std::int64_t i = 0; i < kernel->weights.size(); ++i) {
    if (!finite(kernel->weights[i])) return std::nullopt;
  }
  if (!std::all_of(kernel->output_scales.begin(), kernel->output_scales.end(), finite)) return std::nullopt;
  return std::move(*kernel);
}

void add_read(const PassContext& context, const StreamEnd& end, const LayerKernel& kernel, StreamMap& map) {
  StreamMap own(map.units(), map.most());
  own.add(groups_of(kernel, true), places_of(context.graph[end.layer.node], end.layer));
  for (auto step = end.way.rbegin(); step != end.way.rend(); ++step) {
    if (step->scales.size() > 0) own.scale(step->scales);
    if (step->removes_mean) own.remove_mean_of_units();
  }
  map.add(own);
}

void add_write(const PassContext& context, const StreamEnd& end, const LayerKernel& kernel, StreamMap& map) {
  StreamMap own(map.units(), map.most());
  own.add(groups_of(kernel, false), places_of(context.graph[end.layer.node], end.layer));
  carry(end.way, own);
  map.add(own);
}

void carry(const StreamWay& way, StreamMap& write) {
  for (const StreamStep& step : way) {
    if (step.removes_mean) write.remove_mean_of_units();
    if (step.scales.size() > 0) write.scale(step.scales);
    if (step.projection) write.project(*step.projection, step.stride);
  }
}

Matrix read_rows(const StreamEnd& end, const LayerKernel& kernel, std::int64_t begin, std::int64_t end_row) {
  Matrix rows = weights_of(kernel, 0, true).taps.front().middleRows(begin, end_row - begin);
  for (auto step = end.way.rbegin(); step != end.way.rend(); ++step) {
    if (step->scales.size() > 0) rows = rows * step->scales.asDiagonal();
    if (step->removes_mean) rows.colwise() -= rows.rowwise().mean().eval();
  }
  return rows;
}

Matrix write_columns(const StreamEnd& end, const LayerKernel& kernel, std::int64_t begin, std::int64_t end_row) {
  Matrix columns = weights_of(kernel, 0, false).taps.front().middleRows(begin, end_row - begin).transpose();
  for (const StreamStep& step : end.way) {
    if (step.scales.size() > 0) columns = step.scales.asDiagonal() * columns;
  }
  return columns;
}

}  // namespace ramus
