#include "passes/head_maps.hpp"

#include <algorithm>
#include <array>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr std::array kRoles{HeadRole::query, HeadRole::key, HeadRole::value, HeadRole::output};
using HeadLayers = std::array<const HeadLayer*, kRoles.size()>;

// The one layer of each role, with a range for each head.
std::optional<HeadLayers> layers_of(const Attention& attention) {
  HeadLayers layers{};
  if (attention.heads < 2 || attention.heads > kMostHeads) return std::nullopt;
  for (const HeadLayer& layer : attention.layers) {
    const HeadLayer*& known = layers[static_cast<std::size_t>(layer.role)];
    if (known != nullptr || layer.ranges.size() != static_cast<std::size_t>(attention.heads)) return std::nullopt;
    known = &layer;
  }
  if (std::find(layers.begin(), layers.end(), nullptr) != layers.end()) return std::nullopt;
  return layers;
}

template <class HasLayer>
std::optional<HeadLayers> find_heads(const PassContext& context, const HasLayer& has_layer) {
  for (const Attention& attention : context.analyses.attention().all) {
    const auto layers = layers_of(attention);
    const auto is_known = [&](const HeadLayer* layer) { return has_layer(layer->layer); };
    if (layers && std::all_of(layers->begin(), layers->end(), is_known)) return layers;
  }
  return std::nullopt;
}

bool fits(const HeadLayerWeights& layer, const HeadRange& range, bool reads) {
  const WeightLayer& weights = layer.kernel.layer;
  return weights.taps == 1 && weights.groups == 1 && range.begin >= 0 && range.begin < range.end &&
         range.end <= (reads ? weights.outputs : weights.inputs);
}

}  // namespace

std::vector<HeadMaps> find_head_maps(const PassContext& context, const std::map<NodeId, HeadLayerWeights>& layers) {
  const auto found = find_heads(context, [&](NodeId node) { return layers.count(node) != 0; });
  if (!found) return {};
  const auto rows = [&](HeadRole role, std::size_t head) -> Matrix {
    const HeadLayer& layer = *(*found)[static_cast<std::size_t>(role)];
    const HeadLayerWeights& weights = layers.at(layer.layer);
    const HeadRange range = layer.ranges[head];
    const bool reads = role != HeadRole::output;
    if (!fits(weights, range, reads)) return {};
    return reads ? read_rows(weights.end, weights.kernel, range.begin, range.end)
                 : write_columns(weights.end, weights.kernel, range.begin, range.end);
  };
  std::vector<HeadMaps> heads;
  for (std::size_t head = 0; head < found->front()->ranges.size(); ++head) {
    const Matrix query = rows(HeadRole::query, head), key = rows(HeadRole::key, head);
    const Matrix value = rows(HeadRole::value, head), output = rows(HeadRole::output, head);
    if (query.size() == 0 || query.rows() != key.rows() || value.rows() != output.cols() || value.size() == 0)
      return {};
    HeadMaps maps{{}, StreamMap(output.rows())};
    maps.write.add_product(value.transpose(), output.transpose());
    const auto add = [&](CompositionKind kind, const Matrix& left, const Matrix& right) {
      StreamMap map(right.cols());
      map.add_product(left, right);
      maps.reads.emplace_back(kind, std::move(map));
    };
    add(CompositionKind::query, key.transpose(), query);
    add(CompositionKind::key, query.transpose(), key);
    add(CompositionKind::value, output, value);
    heads.push_back(std::move(maps));
  }
  return heads;
}

std::int64_t count_heads(const PassContext& context, const BlockEnds& ends) {
  const auto has_layer = [&](NodeId node) {
    const auto is_it = [&](const StreamEnd& end) { return end.layer.node == node; };
    return std::any_of(ends.reads.begin(), ends.reads.end(), is_it) ||
           std::any_of(ends.writes.begin(), ends.writes.end(), is_it);
  };
  const auto found = find_heads(context, has_layer);
  return found ? static_cast<std::int64_t>(found->front()->ranges.size()) : 0;
}

}  // namespace ramus
