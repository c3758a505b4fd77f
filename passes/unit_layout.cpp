#include "passes/unit_layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/weight_layer.hpp"
#include "passes/unit_reshape.hpp"

namespace ramus {
namespace {

using Inputs = std::span<const UnitLayout* const>;
using Layout = std::optional<UnitLayout>;

struct Site {
  const Graph& graph;
  NodeId id;
  const Node& node;
  std::size_t output;
  Inputs inputs;

  const UnitLayout* input(std::size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  const UnitLayout* only() const {
    const UnitLayout* found = nullptr;
    for (const UnitLayout* layout : inputs) {
      if (layout != nullptr) found = layout;
    }
    return found;
  }
  const std::optional<Dims>& output_shape() const { return graph[node.outputs[output]].shape; }
  // From a constant input, or in older opsets from an attribute. Empty when neither is there; nullopt when not known.
  std::optional<std::vector<std::int64_t>> integers(std::string_view attribute, std::size_t place) const {
    if (place < node.inputs.size() && node.inputs[place].exists()) {
      auto known = known_integers(graph, node.inputs[place]);
      if (!known || std::count(known->begin(), known->end(), kUnknownDim) == 0 || graph.is_constant(node.inputs[place]))
        return known;
      return std::nullopt;
    }
    const auto list = node.ints_attribute(attribute);
    return std::vector<std::int64_t>(list.begin(), list.end());
  }
};

// The place of an axis in layout.axes.
std::optional<std::size_t> place_of(const UnitLayout& layout, std::int64_t axis) {
  const auto size = static_cast<std::int64_t>(layout.axes.size());
  if (axis >= 0 && layout.open) return std::nullopt;
  if (axis < 0) axis += size;
  if (axis < 0 || axis >= size) return std::nullopt;
  return static_cast<std::size_t>(axis);
}

void prepend_axes(UnitLayout& layout, std::size_t count, UnitAxis axis) {
  layout.axes.insert(layout.axes.begin(), count, std::move(axis));
}

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

Layout transpose(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  UnitLayout layout = *at.input(0);
  const auto perm = at.node.ints_attribute("perm");
  if (!perm.empty() && layout.open && perm.size() >= layout.axes.size() && perm.size() <= 64) {
    prepend_axes(layout, perm.size() - layout.axes.size(), {UnitPiece{}});
    layout.open = false;
  }
  if (layout.open || (!perm.empty() && perm.size() != layout.axes.size())) return std::nullopt;
  UnitLayout moved = layout;
  for (std::size_t i = 0; i < layout.axes.size(); ++i) {
    const std::int64_t from = perm.empty() ? static_cast<std::int64_t>(layout.axes.size() - 1 - i) : perm[i];
    if (from < 0 || from >= static_cast<std::int64_t>(layout.axes.size())) return std::nullopt;
    moved.axes[i] = layout.axes[static_cast<std::size_t>(from)];
  }
  return moved;
}

Layout reshape(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  std::optional<std::vector<std::int64_t>> dims;
  if (at.node.inputs.size() > 1 && at.node.inputs[1].exists()) {
    dims = known_integers(at.graph, at.node.inputs[1]);
  } else if (const auto list = at.node.ints_attribute("shape"); !list.empty()) {
    dims.emplace(list.begin(), list.end());
  }
  const auto& shape = at.output_shape();
  if (!dims && shape) dims = *shape;
  if (!dims || dims->size() > 64) return std::nullopt;
  for (std::size_t i = 0; i < dims->size(); ++i) {
    std::int64_t& dim = (*dims)[i];
    const bool copies = dim == 0 && !at.input(0)->open && i < at.input(0)->axes.size();
    if (copies) dim = extent_of(at.input(0)->axes[i]);
    if (dim <= 0) dim = shape && shape->size() == dims->size() ? (*shape)[i] : kUnknownDim;
    if (dim <= 0) dim = kUnknownDim;
  }
  return reshape_units(*at.input(0), *dims);
}

Layout flatten(const Site& at) {
  const UnitLayout* layout = at.input(0);
  const std::int64_t axis = at.node.int_attribute("axis", 1);
  if (layout == nullptr || layout->open) return std::nullopt;
  const auto size = static_cast<std::int64_t>(layout->axes.size());
  const std::int64_t cut = axis < 0 ? axis + size : axis;
  if (cut < 0 || cut > size) return std::nullopt;
  UnitLayout flat = *layout;
  flat.axes.assign(2, {});
  for (std::int64_t i = 0; i < size; ++i) {
    const UnitAxis& from = layout->axes[static_cast<std::size_t>(i)];
    UnitAxis& to = flat.axes[i < cut ? 0 : 1];
    to.insert(to.end(), from.begin(), from.end());
  }
  for (UnitAxis& each : flat.axes) tidy(each);
  return flat;
}

Layout squeeze(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  UnitLayout layout = *at.input(0);
  const auto axes = at.integers("axes", 1);
  if (!axes) return std::nullopt;
  std::vector<bool> gone(layout.axes.size(), false);
  if (axes->empty() && layout.open) return std::nullopt;
  for (std::size_t i = 0; axes->empty() && i < gone.size(); ++i) gone[i] = extent_of(layout.axes[i]) == 1;
  for (const std::int64_t axis : *axes) {
    const auto place = place_of(layout, axis);
    if (!place || holds_units(layout.axes[*place])) return std::nullopt;
    gone[*place] = true;
  }
  std::vector<UnitAxis> left;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) left.push_back(layout.axes[i]);
  }
  layout.axes = std::move(left);
  return layout;
}

Layout unsqueeze(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  UnitLayout layout = *at.input(0);
  auto axes = at.integers("axes", 1);
  if (!axes || axes->size() > 8) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(layout.axes.size() + axes->size());
  for (std::int64_t& axis : *axes) {
    if (axis >= 0 && layout.open) return std::nullopt;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) return std::nullopt;
  }
  std::sort(axes->begin(), axes->end());
  for (const std::int64_t axis : *axes) {
    if (axis > static_cast<std::int64_t>(layout.axes.size())) return std::nullopt;
    layout.axes.insert(layout.axes.begin() + axis, UnitAxis{});
  }
  return layout;
}

Layout cut(UnitLayout layout, std::int64_t axis, std::int64_t begin, std::int64_t end, std::int64_t step) {
  const auto place = place_of(layout, axis);
  if (!place) return std::nullopt;
  UnitAxis& whole = layout.axes[*place];
  if (!holds_units(whole)) {
    whole = {UnitPiece{}};
    return layout;
  }
  const std::int64_t extent = extent_of(whole);
  if (extent < 0 || step < 1) return std::nullopt;
  const auto clamp = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + extent : at, 0, extent);  // at >= -2^63, extent >= 0: no overflow
  };
  begin = clamp(begin);
  end = clamp(end);
  if (begin >= end) return std::nullopt;
  auto part = cut_axis(whole, begin, (end - begin - 1) / step + 1, step, layout.base);
  if (!part) return std::nullopt;
  whole = std::move(*part);
  return layout;
}

Layout slice(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  const auto starts = at.integers("starts", 1), ends = at.integers("ends", 2), steps = at.integers("steps", 4);
  auto axes = at.integers("axes", 3);
  if (!axes || axes->size() > 8) return std::nullopt;
  if (axes->empty()) {
    const std::size_t count = starts ? starts->size() : 0;
    if (count == 0 || count > 8) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) axes->push_back(static_cast<std::int64_t>(i));
  }
  Layout layout = *at.input(0);
  for (std::size_t i = 0; i < axes->size() && layout; ++i) {
    const auto place = place_of(*layout, (*axes)[i]);
    if (place && !holds_units(layout->axes[*place])) {
      layout->axes[*place] = {UnitPiece{}};
      continue;
    }
    if (!place || !starts || !ends || !steps || i >= starts->size() || i >= ends->size()) return std::nullopt;
    layout = cut(std::move(*layout), (*axes)[i], (*starts)[i], (*ends)[i], i < steps->size() ? (*steps)[i] : 1);
  }
  return layout;
}

Layout split(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  const UnitLayout& layout = *at.input(0);
  const std::int64_t axis = at.node.int_attribute("axis", 0);
  const auto place = place_of(layout, axis);
  auto sizes = at.integers("split", 1);
  if (!place) return std::nullopt;
  const std::int64_t extent = extent_of(layout.axes[*place]);
  const auto parts = static_cast<std::int64_t>(at.node.outputs.size());
  std::int64_t begin = 0, end = 0;
  if (sizes && sizes->size() > at.output) {
    for (std::size_t i = 0; i <= at.output; ++i) {
      if ((*sizes)[i] < 0 || (*sizes)[i] > (std::int64_t{1} << 40)) return std::nullopt;
      begin = end;
      end += (*sizes)[i];
    }
  } else if (extent > 0) {
    const std::int64_t each = (extent + parts - 1) / parts;
    begin = std::min(extent, each * static_cast<std::int64_t>(at.output));
    end = std::min(extent, begin + each);
  }
  if (!holds_units(layout.axes[*place])) {
    UnitLayout part = layout;
    part.axes[*place] = end > begin ? UnitAxis{{end - begin, 0}} : UnitAxis{UnitPiece{}};
    tidy(part.axes[*place]);
    return part;
  }
  if (end > extent || begin >= end) return std::nullopt;
  return cut(layout, axis, begin, end, 1);
}

// One index, a run of them, or each index repeated so and so often.
Layout gather(const Site& at) {
  if (at.input(0) == nullptr || at.node.inputs.size() < 2) return std::nullopt;
  UnitLayout layout = *at.input(0);
  const auto place = place_of(layout, at.node.int_attribute("axis", 0));
  if (!place) return std::nullopt;
  UnitAxis& axis = layout.axes[*place];
  const auto& shape = at.graph[at.node.inputs[1]].shape;
  const auto indices = at.integers("", 1);
  if (!holds_units(axis)) {
    if (!shape && !indices) return std::nullopt;
    const WeightView* constant = at.graph.parameter(at.node, 1);
    const std::size_t rank = constant != nullptr ? constant->dims.size() : shape ? shape->size() : 1;
    if (rank > 8) return std::nullopt;
    layout.axes.erase(layout.axes.begin() + static_cast<std::ptrdiff_t>(*place));
    layout.axes.insert(layout.axes.begin() + static_cast<std::ptrdiff_t>(*place), rank, UnitAxis{UnitPiece{}});
    return layout;
  }
  const WeightView* constant = at.graph.parameter(at.node, 1);
  if (constant == nullptr || constant->dims.size() > 1 || !indices || indices->empty()) return std::nullopt;
  const std::int64_t extent = extent_of(axis),
                     first = indices->front() < 0 ? indices->front() + extent : indices->front();
  const auto count = static_cast<std::int64_t>(indices->size());
  std::int64_t repeats = 1;
  while (repeats < count && (*indices)[static_cast<std::size_t>(repeats)] == indices->front()) ++repeats;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = (*indices)[static_cast<std::size_t>(i)];
    if ((index < 0 ? index + extent : index) != first + i / repeats) return std::nullopt;
  }
  if (first < 0 || count % repeats != 0 || extent < 0) return std::nullopt;
  auto part = cut_axis(axis, first, count / repeats, 1, layout.base);
  if (!part) return std::nullopt;
  axis = std::move(*part);
  axis.push_back({repeats, 0});
  tidy(axis);
  if (constant->dims.empty()) layout.axes.erase(layout.axes.begin() + static_cast<std::ptrdiff_t>(*place));
  return layout;
}

// Pieces of one run of units, put together in any order.
Layout join_runs(std::vector<UnitLayout> parts, std::size_t place) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const UnitLayout& a, const UnitLayout& b) { return a.base < b.base; });
  UnitLayout whole = parts.front();
  UnitAxis& axis = whole.axes[place];
  const bool same = std::all_of(parts.begin(), parts.end(), [&](const UnitLayout& part) {
    return part.base == whole.base && part.axes[place] == axis;
  });
  if (same) {
    axis.insert(axis.begin(), {static_cast<std::int64_t>(parts.size()), 0});
    tidy(axis);
    return whole;
  }
  std::int64_t stride = axis.empty() ? parts[1].base - whole.base : axis.front().stride, extent = 0;
  for (const UnitLayout& part : parts) {
    const UnitAxis& run = part.axes[place];
    if (run.size() > 1 || (run.size() == 1 && run.front().stride != stride)) return std::nullopt;
    if (part.base != whole.base + extent * stride) return std::nullopt;
    extent += run.empty() ? 1 : run.front().extent;
  }
  axis = {{extent, stride}};
  return whole;
}

Layout concat(const Site& at) {
  std::vector<UnitLayout> parts;
  bool all = true;
  for (const UnitLayout* layout : at.inputs) {
    if (layout == nullptr) {
      all = false;
    } else {
      parts.push_back(*layout);
    }
  }
  if (parts.empty()) return std::nullopt;
  const auto place = place_of(parts.front(), at.node.int_attribute("axis", 1));
  if (!place) return std::nullopt;
  for (const UnitLayout& part : parts) {
    if (part.axes.size() != parts.front().axes.size() || part.open != parts.front().open) return std::nullopt;
    for (std::size_t i = 0; i < part.axes.size(); ++i) {
      const bool differs = holds_units(part.axes[i]) && part.axes[i] != parts.front().axes[i];
      if (i != *place && differs) return std::nullopt;
    }
    if (part.mixed != parts.front().mixed) return std::nullopt;
  }
  const bool along_units = std::any_of(parts.begin(), parts.end(), [&](const UnitLayout& part) {
    return holds_units(part.axes[*place]) || part.base != parts.front().base;
  });
  if (along_units) return all && parts.size() > 1 ? join_runs(std::move(parts), *place) : std::nullopt;
  parts.front().axes[*place] = {UnitPiece{}};  // a cache of keys before the new ones
  return parts.front();
}

Layout expand(const Site& at) {
  if (at.input(0) == nullptr || at.node.inputs.size() < 2) return std::nullopt;
  UnitLayout layout = *at.input(0);
  auto dims = known_integers(at.graph, at.node.inputs[1]);
  const auto& shape = at.output_shape();
  if (!dims && shape) dims = *shape;
  if (!dims || dims->size() > 64) return std::nullopt;
  if (layout.axes.size() < dims->size() && !layout.open) prepend_axes(layout, dims->size() - layout.axes.size(), {});
  for (std::size_t i = 1; i <= std::min(dims->size(), layout.axes.size()); ++i) {
    UnitAxis& axis = layout.axes[layout.axes.size() - i];
    std::int64_t dim = (*dims)[dims->size() - i];
    if (dim <= 0 && shape && shape->size() >= i) dim = (*shape)[shape->size() - i];
    if (!axis.empty() || dim == 1) continue;
    axis = {{dim > 0 ? dim : kUnknownDim, 0}};
  }
  return layout;
}

Layout tile(const Site& at) {
  if (at.input(0) == nullptr || at.node.inputs.size() < 2) return std::nullopt;
  UnitLayout layout = *at.input(0);
  const auto repeats = known_integers(at.graph, at.node.inputs[1]);
  if (!repeats || repeats->size() < layout.axes.size()) return std::nullopt;
  for (std::size_t i = 1; i <= layout.axes.size(); ++i) {
    const std::int64_t times = (*repeats)[repeats->size() - i];
    UnitAxis& axis = layout.axes[layout.axes.size() - i];
    if (times != 1) axis.insert(axis.begin(), {times > 0 ? times : kUnknownDim, 0});
    tidy(axis);
  }
  return layout;
}

// Each element then depends on everything it was summed over: a norm inside a head.
Layout reduce(const Site& at) {
  if (at.input(0) == nullptr) return std::nullopt;
  UnitLayout layout = *at.input(0);
  const auto axes = at.integers("axes", 1);
  if (!axes || axes->empty()) return std::nullopt;
  std::vector<bool> gone(layout.axes.size(), false);
  for (const std::int64_t axis : *axes) {
    const auto place = place_of(layout, axis);
    if (!place) return std::nullopt;
    for (const UnitPiece& piece : layout.axes[*place]) {
      if (piece.stride != 0) layout.mixed.push_back(piece);
    }
    layout.axes[*place].clear();
    gone[*place] = at.node.int_attribute("keepdims", 1) == 0;
  }
  std::vector<UnitAxis> left;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) left.push_back(layout.axes[i]);
  }
  layout.axes = std::move(left);
  return layout;
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
  if (!graph[id].is("Conv")) return find_rule(graph[id]) != nullptr;
  const auto layer = find_weight_layer(graph, id);
  return layer && layer->is_depthwise() && layer->outputs == layer->inputs;
}

std::optional<UnitLayout> layout_through(const Graph& graph, NodeId id, std::size_t output, Inputs inputs) {
  const Node& node = graph[id];
  const Row* row = find_rule(node);
  if (row == nullptr || !carries_units(graph, id) || output >= node.outputs.size() || !node.outputs[output].exists())
    return std::nullopt;
  Layout layout = row->rule({graph, id, node, output, inputs});
  if (layout) use_shape(*layout, graph[node.outputs[output]].shape);
  return layout;
}

}  // namespace ramus
