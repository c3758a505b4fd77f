#include "passes/attention_assembly.hpp"

#include <algorithm>
#include <set>

namespace ramus {
namespace {

// Batch axes of an Einsum go by letters; everywhere else by their places from the end of the scores.
void relabel(Operand& operand, const std::string& labels) {
  if (labels.empty()) return;
  for (auto& [label, axis] : operand.batch) {
    label = static_cast<int>(labels.size() - 1 - labels.find(static_cast<char>(label)));
  }
}

void add_sources(const WalkedGraph& walked, const Product& product, bool left, HeadRole role, const std::string& labels,
                 std::vector<HeadSource>& sources) {
  for (SourceOfUnits& found : sources_of(walked, left ? product.left : product.right)) {
    HeadSource source{role, std::move(found), std::nullopt};
    if (source.source.layout) source.operand = operand_of(product, left, *source.source.layout);
    if (source.operand) relabel(*source.operand, labels);
    sources.push_back(std::move(source));
  }
}

// The softmax runs over keys.
// Whether the softmax is taken over one of the two axes that queries and keys span; else it mixes heads.
bool is_over_positions(const Graph& graph, NodeId softmax) {
  if (!graph[softmax].is("Softmax")) return true;
  const std::int64_t axis = graph[softmax].int_attribute("axis", -1);
  const auto& shape = graph[graph[softmax].inputs.front()].shape;
  if (axis < 0) return axis >= -2;
  return !shape || axis + 2 >= static_cast<std::int64_t>(shape->size());
}

bool keys_on_the_left(const Graph& graph, const Product& scores, NodeId softmax) {
  std::int64_t axis = graph[softmax].is("Softmax") ? graph[softmax].int_attribute("axis", -1) : -1;
  const auto& shape = graph[graph[softmax].inputs.front()].shape;
  if (axis >= 0) axis = shape ? axis - static_cast<std::int64_t>(shape->size()) : -1;
  const std::string& labels = scores.output_labels;
  if (labels.empty()) return axis == -2;
  const auto from_end = static_cast<std::size_t>(axis == -2 ? 2 : 1);
  if (labels.size() < from_end) return false;
  return scores.left_labels.find(labels[labels.size() - from_end]) != std::string::npos;
}

UnitAxis axis_of_heads(const std::vector<HeadSource>& sources, int label, std::int64_t heads, std::int64_t stride) {
  UnitAxis axis{{heads, stride}};
  for (const HeadSource& source : sources) {
    if (!source.operand) continue;
    for (const auto& [other, held] : source.operand->batch) {
      if (other == label && holds_units(held) && held.front().stride == 0) return {UnitPiece{}, axis.front()};
    }
  }
  return axis;
}

// The context, its units numbered head by head.
std::optional<UnitLayout> layout_of_context(const Graph& graph, const Product& product, bool weights_on_the_left,
                                            const std::vector<HeadSource>& sources, const HeadAxes& heads,
                                            std::int64_t each) {
  const std::string& labels = product.output_labels;
  const auto& shape = graph[graph[product.node].outputs.front()].shape;
  std::size_t rank = 2;
  for (const auto& [label, count] : heads.axes) rank = std::max(rank, static_cast<std::size_t>(label) + 1);
  UnitLayout layout;
  layout.open = labels.empty() && !shape;
  if (shape && shape->size() <= 64) rank = std::max(rank, shape->size());
  if (!labels.empty()) rank = labels.size();
  layout.axes.assign(rank, {UnitPiece{}});
  const std::string &weights = weights_on_the_left ? product.left_labels : product.right_labels,
                    &values = weights_on_the_left ? product.right_labels : product.left_labels;
  std::int64_t stride = each;
  for (std::size_t i = heads.axes.size(); i-- > 0;) {
    const auto [label, count] = heads.axes[i];
    std::size_t from_end = static_cast<std::size_t>(label);
    if (!labels.empty()) {
      if (from_end >= weights.size()) return std::nullopt;
      const std::size_t at = labels.find(weights[weights.size() - 1 - from_end]);
      if (at == std::string::npos) return std::nullopt;
      from_end = labels.size() - 1 - at;
    }
    layout.axes[rank - 1 - from_end] = axis_of_heads(sources, label, count, stride);
    stride *= count;
  }
  std::size_t inside = weights_on_the_left ? 0 : 1;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (values.find(labels[i]) != std::string::npos && weights.find(labels[i]) == std::string::npos) {
      inside = labels.size() - 1 - i;
    }
  }
  UnitAxis& axis = layout.axes[rank - 1 - inside];
  if (holds_units(axis)) return std::nullopt;
  axis = each > 1 ? UnitAxis{{each, 1}} : UnitAxis{};
  return layout;
}

// How many numbers of the context one head writes.
std::int64_t width_of_values(const Graph& graph, const Product& product, bool weights_on_the_left,
                             const Attention& attention) {
  for (const HeadLayer& layer : attention.layers) {
    if (layer.role == HeadRole::value && !layer.ranges.empty()) return layer.ranges[0].end - layer.ranges[0].begin;
  }
  const auto& shape = graph[graph[product.node].outputs.front()].shape;
  if (!shape || shape->size() < 2 || !product.output_labels.empty()) return 0;
  return weights_on_the_left ? shape->back() : (*shape)[shape->size() - 2];
}

void add_paths(std::set<NodeId>& paths, const std::vector<NodeId>& more) { paths.insert(more.begin(), more.end()); }

}  // namespace

void add_layers(const std::vector<HeadSource>& sources, const HeadAxes& heads, Attention& attention) {
  attention.heads = heads.heads;
  std::set<NodeId> paths(attention.paths.begin(), attention.paths.end());
  for (const HeadSource& source : sources) {
    add_paths(paths, source.source.path);
    std::string why;
    HeadLayer layer{source.role, source.source.layer, source.source.reads, ranges_of(source, heads, why)};
    if (layer.ranges.empty() && heads.heads > 1)
      attention.left_out.push_back(std::string(name_of(source.role)) + ": " + why);
    attention.layers.push_back(std::move(layer));
  }
  attention.paths.assign(paths.begin(), paths.end());
}

void add_output(const WalkedGraph& walked, ValueId context, const UnitLayout& layout, std::int64_t each,
                Attention& attention) {
  const auto reading = find_reading_layer(walked, context, layout);
  if (!reading) return;
  attention.merge = reading->path;
  std::string why;
  HeadLayer layer{HeadRole::output, reading->layer,
                  reading->path.empty() ? context : walked.graph[reading->path.back()].outputs[0],
                  ranges_of(*reading, attention.heads, each, why)};
  if (layer.ranges.empty() && attention.heads > 1) attention.left_out.push_back("output: " + why);
  attention.layers.push_back(std::move(layer));
}

void add_product(const WalkedGraph& walked, const Product& product, Attention& attention) {
  std::set<NodeId> paths(attention.paths.begin(), attention.paths.end());
  for (const ValueId side : {product.left, product.right}) {
    for (const SourceOfUnits& source : sources_of(walked, side)) {
      const bool known = std::any_of(attention.layers.begin(), attention.layers.end(),
                                     [&](const HeadLayer& layer) { return layer.layer == source.layer; });
      if (known) paths.insert(source.path.begin(), source.path.end());
    }
  }
  attention.paths.assign(paths.begin(), paths.end());
}

void assemble(const WalkedGraph& walked, const Product& scores, const Product& context, ValueId weights,
              Attention& attention) {
  const Graph& graph = walked.graph;
  const bool keys_first = keys_on_the_left(graph, scores, attention.softmax);
  const bool weights_first = context.left == weights;
  std::vector<HeadSource> sources;
  add_sources(walked, scores, !keys_first, HeadRole::query, scores.output_labels, sources);
  add_sources(walked, scores, keys_first, HeadRole::key, scores.output_labels, sources);
  add_sources(walked, context, !weights_first, HeadRole::value,
              weights_first ? context.left_labels : context.right_labels, sources);
  if (!is_over_positions(graph, attention.softmax)) {
    attention.left_out.push_back("softmax: it is taken over the heads, which are one then");
    return;
  }
  const HeadAxes heads = find_head_axes(sources);
  add_layers(sources, heads, attention);
  const std::int64_t each = width_of_values(graph, context, weights_first, attention);
  if (each < 1 || each > (std::int64_t{1} << 33) || heads.heads > kMostHeads) return;
  const auto layout = layout_of_context(graph, context, weights_first, sources, heads, each);
  if (layout) add_output(walked, graph[context.node].outputs.front(), *layout, each, attention);
}

}  // namespace ramus
