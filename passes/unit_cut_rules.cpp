// Operators that cut axes, join and repeat them, or sum over them.
#include <algorithm>

#include "passes/unit_rules.hpp"

namespace ramus::units {
namespace {

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

}  // namespace

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

}  // namespace ramus::units
