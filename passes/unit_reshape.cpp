#include "passes/unit_reshape.hpp"

#include <algorithm>
#include <deque>

namespace ramus {
namespace {

constexpr std::int64_t kMostExtent = std::int64_t{1} << 40;  // beyond it products are not known rather than wrong

std::int64_t product(std::int64_t a, std::int64_t b) {
  if (a <= 0 || b <= 0 || a > kMostExtent / b) return kUnknownDim;
  return a * b;
}

using Pieces = std::deque<UnitPiece>;

// Takes pieces that make up `dim` from the back; nullopt, and nothing taken, where they do not fit.
std::optional<UnitAxis> take_back(Pieces& pieces, std::int64_t dim) {
  Pieces left = pieces;
  UnitAxis axis;
  while (dim > 1) {
    if (left.empty() || left.back().extent < 1) return std::nullopt;
    UnitPiece piece = left.back();
    left.pop_back();
    if (dim % piece.extent != 0) {
      if (piece.extent % dim != 0) return std::nullopt;
      left.push_back({piece.extent / dim, piece.stride * dim});
      piece.extent = dim;
    }
    dim /= piece.extent;
    axis.insert(axis.begin(), piece);
  }
  pieces = std::move(left);
  tidy(axis);
  return axis;
}

std::optional<UnitAxis> take_front(Pieces& pieces, std::int64_t dim) {
  Pieces left = pieces;
  UnitAxis axis;
  while (dim > 1) {
    if (left.empty() || left.front().extent < 1) return std::nullopt;
    UnitPiece piece = left.front();
    left.pop_front();
    if (dim % piece.extent != 0) {
      if (piece.extent % dim != 0) return std::nullopt;
      const std::int64_t inner = piece.extent / dim;
      left.push_front({inner, piece.stride});
      piece = {dim, piece.stride * inner};
    }
    dim /= piece.extent;
    axis.push_back(piece);
  }
  pieces = std::move(left);
  tidy(axis);
  return axis;
}

// Units between axes of unknown extent: [N, 64 units, H, W] to [N, 4, 16, H · W]. They go to the dims that make up just as
// many, where there is only one way to choose them.
std::optional<std::vector<UnitAxis>> place_by_extent(const Pieces& rest, std::span<const std::int64_t> dims,
                                                     std::vector<UnitAxis> axes) {
  const auto is_known = [](const UnitPiece& piece) { return piece.extent > 0; };
  const auto holds = [](const UnitPiece& piece) { return piece.stride != 0; };
  auto first = std::find_if(rest.begin(), rest.end(), holds);
  while (first != rest.begin() && is_known(*(first - 1))) --first;
  const auto end = std::find_if_not(first, rest.end(), is_known);
  if (std::any_of(end, rest.end(), holds)) return std::nullopt;
  const std::int64_t extent = extent_of(UnitAxis(first, end));
  std::optional<std::pair<std::size_t, std::size_t>> window;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    std::int64_t made = 1;
    for (std::size_t j = i; j < dims.size() && dims[i] > 1 && dims[j] > 0 && made > 0 && made < extent; ++j) {
      made = product(made, dims[j]);
      if (made != extent) continue;
      if (window) return std::nullopt;
      window.emplace(i, j + 1);
    }
  }
  if (!window) return std::nullopt;
  Pieces run(first, end);
  for (std::size_t i = window->second; i-- > window->first;) {
    auto axis = take_back(run, dims[i]);
    if (!axis) return std::nullopt;
    axes[i] = std::move(*axis);
  }
  return axes;
}

// What neither end could place: pieces, some of unknown extent, for `dims` of which the first and last are not known.
std::optional<std::vector<UnitAxis>> place_rest(const Pieces& rest, bool open, std::span<const std::int64_t> dims) {
  std::vector<UnitAxis> axes(dims.size(), UnitAxis{UnitPiece{}});
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] > 0) axes[i] = {{dims[i], 0}};
    tidy(axes[i]);
  }
  const auto units = std::find_if(rest.begin(), rest.end(), [](const UnitPiece& piece) { return piece.stride != 0; });
  if (units == rest.end()) return axes;
  if (dims.empty()) return std::nullopt;
  if (dims.size() == 1) {
    axes[0].assign(rest.begin(), rest.end());
    if (open) axes[0].insert(axes[0].begin(), UnitPiece{});
    tidy(axes[0]);
    return axes;
  }
  if (auto placed = place_by_extent(rest, dims, axes)) return placed;
  // The units come last, so they lie in the last dims; whatever stood before them fills the dims before.
  const bool last = std::all_of(units, rest.end(), [](const UnitPiece& piece) { return piece.extent > 0; });
  if (!last || (units == rest.begin() && !open)) return std::nullopt;
  UnitAxis run(units, rest.end());
  const std::int64_t heads = dims[dims.size() - 2], all = extent_of(run);
  if (dims.back() < 0 && heads > 1 && run.size() == 1 && all > 0 && all % heads == 0) {
    const std::int64_t each = all / heads;
    axes[dims.size() - 2] = {{heads, run.front().stride * each}};
    axes[dims.size() - 1] = {{each, run.front().stride}};
    tidy(axes[dims.size() - 1]);
    return axes;
  }
  if (dims.back() > 0) return std::nullopt;
  run.insert(run.begin(), UnitPiece{});
  axes.back() = std::move(run);
  return axes;
}

}  // namespace

bool holds_units(const UnitAxis& axis) {
  return std::any_of(axis.begin(), axis.end(), [](const UnitPiece& piece) { return piece.stride != 0; });
}

std::int64_t extent_of(const UnitAxis& axis) {
  std::int64_t extent = 1;
  for (const UnitPiece& piece : axis) extent = extent < 0 ? kUnknownDim : product(extent, piece.extent);
  return extent;
}

void tidy(UnitAxis& axis) {
  UnitAxis whole;
  for (const UnitPiece& piece : axis) {
    if (piece.extent == 1) continue;
    if (!whole.empty() && whole.back().stride == 0 && piece.stride == 0) {
      whole.back().extent = product(whole.back().extent, piece.extent);
    } else if (!whole.empty() && piece.extent > 0 && piece.stride != 0 &&
               whole.back().stride == product(piece.stride, piece.extent)) {
      whole.back() = {product(whole.back().extent, piece.extent), piece.stride};
    } else {
      whole.push_back(piece);
    }
  }
  axis = std::move(whole);
}

std::optional<UnitAxis> cut_axis(const UnitAxis& axis, std::int64_t begin, std::int64_t extent, std::int64_t step,
                                 std::int64_t& base) {
  if (begin < 0 || extent < 1 || begin + (extent - 1) * step >= extent_of(axis)) return std::nullopt;
  if (axis.size() != 1)
    return begin == 0 && step == 1 && extent == extent_of(axis) ? std::optional(axis) : std::nullopt;
  base += begin * axis.front().stride;
  UnitAxis part;
  if (extent > 1) part.push_back({extent, axis.front().stride * step});
  return part;
}

std::optional<UnitLayout> reshape_units(const UnitLayout& layout, std::span<const std::int64_t> dims) {
  Pieces pieces;
  for (const UnitAxis& axis : layout.axes) pieces.insert(pieces.end(), axis.begin(), axis.end());
  std::vector<UnitAxis> front, back;
  std::size_t first = 0, last = dims.size();
  for (; last > 0 && dims[last - 1] > 0; --last) {
    auto axis = take_back(pieces, dims[last - 1]);
    if (!axis) break;
    back.push_back(std::move(*axis));
  }
  for (; !layout.open && first < last && dims[first] > 0; ++first) {
    auto axis = take_front(pieces, dims[first]);
    if (!axis) break;
    front.push_back(std::move(*axis));
  }
  auto middle = place_rest(pieces, layout.open, dims.subspan(first, last - first));
  if (!middle) return std::nullopt;
  UnitLayout shaped = layout;
  shaped.open = false;
  shaped.axes = std::move(front);
  shaped.axes.insert(shaped.axes.end(), middle->begin(), middle->end());
  shaped.axes.insert(shaped.axes.end(), back.rbegin(), back.rend());
  return shaped;
}

}  // namespace ramus
