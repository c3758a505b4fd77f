#include "passes/unit_layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/weight_layer.hpp"
#include "passes/unit_rules.hpp"

namespace ramus {
namespace units {
namespace {

// What the value's own shape adds: its rank, and extents of axes without units.
void use_shape(UnitLayout& layout, const std::optional<Dims>& shape) {
  if (!shape || shape->size() < layout.axes.size() || shape->size() > 64) return;
  if (layout.open) prepend_axes(layout, shape->size() - layout.axes.size(), {UnitPiece{}});
  layout.open = false;
  if (shape->size() != layout.axes.size()) return;
  for (std::size_t i = 0; i < shape->size(); ++i) {
    const std::int64_t extent = (*shape)[i];
    if (layout.axes[i] == UnitAxis{UnitPiece{}} && extent > 0) layout.axes[i] = {{extent, 0}};
    tidy(layout.axes[i]);
  }
}

Layout keep(const Site& at) { return at.input(0) == nullptr ? std::nullopt : Layout(*at.input(0)); }

// A depthwise convolution keeps channels apart, pooling and resizing look at them one by one.
Layout keep_channels(const Site& at) {
  const UnitLayout* layout = at.input(0);
  if (layout == nullptr || layout->open || layout->axes.size() < 3) return std::nullopt;
  if (holds_units(layout->axes[0]) || !std::none_of(layout->axes.begin() + 2, layout->axes.end(), holds_units)) {
    return std::nullopt;
  }
  UnitLayout kept = *layout;
  for (std::size_t i = 2; i < kept.axes.size(); ++i) kept.axes[i] = {UnitPiece{}};
  return kept;
}

// One layout laid over another by broadcasting; `same` turns false where they hold different units.
UnitLayout overlay(UnitLayout a, UnitLayout b, bool& same) {
  if (a.axes.size() < b.axes.size()) std::swap(a, b);
  const std::size_t ahead = a.axes.size() - b.axes.size();
  bool adds_units = false;
  for (std::size_t i = 0; i < b.axes.size(); ++i) {
    UnitAxis &mine = a.axes[ahead + i], &other = b.axes[i];
    if (!holds_units(other)) continue;
    if (!holds_units(mine)) {
      mine = other;
      adds_units = true;
    } else if (mine != other) {
      same = false;
    }
  }
  a.open = a.open && b.open;
  if (a.base != b.base) {
    // x1 · cos − x2 · sin: each element depends on two halves of a head.
    a.mixed.push_back({2, std::abs(a.base - b.base)});
    a.base = std::min(a.base, b.base);
    same = same && !adds_units;
  }
  for (const UnitPiece& piece : b.mixed) {
    if (std::find(a.mixed.begin(), a.mixed.end(), piece) == a.mixed.end()) a.mixed.push_back(piece);
  }
  return a;
}

Layout elementwise(const Site& at) {
  Layout sum;
  bool same = true;
  for (const UnitLayout* layout : at.inputs) {
    if (layout != nullptr) sum = sum ? overlay(std::move(*sum), *layout, same) : *layout;
  }
  if (!sum || !same || sum->mixed.size() > 8) return std::nullopt;
  const auto& shape = at.output_shape();
  if (shape && !sum->open && shape->size() > sum->axes.size() && shape->size() <= 64) {
    prepend_axes(*sum, shape->size() - sum->axes.size(), {UnitPiece{}});
  }
  return sum;
}

struct Row {
  std::string_view op;
  Layout (*rule)(const Site&);
};

constexpr std::array kRules{
    Row{"Reshape", reshape},
    Row{"Transpose", transpose},
    Row{"Squeeze", squeeze},
    Row{"Unsqueeze", unsqueeze},
    Row{"Flatten", flatten},
    Row{"Slice", slice},
    Row{"Split", split},
    Row{"Gather", gather},
    Row{"Concat", concat},
    Row{"Expand", expand},
    Row{"Tile", tile},
    Row{"Add", elementwise},
    Row{"Sub", elementwise},
    Row{"Mul", elementwise},
    Row{"Div", elementwise},
    Row{"Pow", elementwise},
    Row{"Where", elementwise},
    Row{"ReduceMean", reduce},
    Row{"ReduceSum", reduce},
    Row{"ReduceSumSquare", reduce},
    Row{"ReduceL2", reduce},
    Row{"AveragePool", keep_channels},
    Row{"Conv", keep_channels},
    Row{"MaxPool", keep_channels},
    Row{"BatchNormalization", keep},
    Row{"Cast", keep},
    Row{"CastLike", keep},
    Row{"Clip", keep},
    Row{"DequantizeLinear", keep},
    Row{"Dropout", keep},
    Row{"Elu", keep},
    Row{"Identity", keep},
    Row{"LayerNormalization", keep},
    Row{"LpNormalization", keep},
    Row{"Neg", keep},
    Row{"QuantizeLinear", keep},
    Row{"RMSNormalization", keep},
    Row{"Reciprocal", keep},
    Row{"Relu", keep},
    Row{"RotaryEmbedding", keep},
    Row{"SimplifiedLayerNormalization", keep},
    Row{"Sigmoid", keep},
    Row{"Sqrt", keep},
};

const Row* find_rule(const Node& node) {
  const bool known = node.domain.empty() || node.domain == "ai.onnx" || node.domain == "com.microsoft";
  for (const Row& row : kRules) {
    if (known && row.op == node.op) return &row;
  }
  return nullptr;
}

}  // namespace
}  // namespace units

UnitLayout layout_of_units(std::int64_t units, std::size_t rank, std::size_t from_end) {
  UnitLayout layout;
  layout.open = rank == 0;
  layout.axes.assign(std::max(rank, from_end), {UnitPiece{}});
  UnitAxis& axis = layout.axes[layout.axes.size() - from_end];
  axis = {{units, 1}};
  tidy(axis);
  return layout;
}

bool carries_units(const Graph& graph, NodeId id) {
  if (!graph[id].is("Conv")) return units::find_rule(graph[id]) != nullptr;
  const auto layer = find_weight_layer(graph, id);
  return layer && layer->is_depthwise() && layer->outputs == layer->inputs;
}

std::optional<UnitLayout> layout_through(const Graph& graph, NodeId id, std::size_t output,
                                         std::span<const UnitLayout* const> inputs) {
  const Node& node = graph[id];
  const units::Row* row = units::find_rule(node);
  if (row == nullptr || !carries_units(graph, id) || output >= node.outputs.size() || !node.outputs[output].exists())
    return std::nullopt;
  std::optional<UnitLayout> layout = row->rule({graph, id, node, output, inputs});
  if (layout) units::use_shape(*layout, graph[node.outputs[output]].shape);
  return layout;
}

}  // namespace ramus
