// Operators that permute, divide and merge axes.
#include <algorithm>

#include "passes/unit_rules.hpp"

namespace ramus::units {

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

}  // namespace ramus::units
