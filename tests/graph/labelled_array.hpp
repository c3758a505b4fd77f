// An array whose cells say which units they come from, pushed through operators the way NumPy would: what channel flow
// claims must hold for every cell.
#pragma once

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "graph/weight_view.hpp"

namespace ramus::testing {

using Label = std::pair<std::string, std::int64_t>;  // name of a source, unit
using Labels = std::set<Label>;                      // empty: a constant, such as padding

struct LabelledArray {
  Dims dims;
  std::vector<Labels> cells;  // row-major

  explicit LabelledArray(Dims shape)
      : dims(std::move(shape)),
        cells(
            static_cast<std::size_t>(std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>()))) {
  }

  static LabelledArray source(Dims shape, std::size_t axis, const std::string& name) {
    LabelledArray array(std::move(shape));
    array.each([&](const Dims& at, Labels& cell) { cell = {{name, at[axis]}}; });
    return array;
  }

  template <class Visit>
  void each(Visit visit) {
    Dims at(dims.size(), 0);
    for (Labels& cell : cells) {
      visit(at, cell);
      for (std::size_t i = dims.size(); i-- > 0;) {
        if (++at[i] < dims[i]) break;
        at[i] = 0;
      }
    }
  }

  const Labels& at(const Dims& place) const {
    std::int64_t index = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) index = index * dims[i] + place[i];
    return cells[static_cast<std::size_t>(index)];
  }

  // Everything that stands in channel `channel` of `axis`.
  Labels in_channel(std::size_t axis, std::int64_t channel) const {
    Labels all;
    LabelledArray copy = *this;
    copy.each([&](const Dims& place, Labels& cell) {
      if (place[axis] == channel) all.insert(cell.begin(), cell.end());
    });
    return all;
  }
};

// The array of shape `dims` whose cell at p is that of `from` at place(p).
template <class Place>
LabelledArray rearranged(const LabelledArray& from, Dims dims, Place place) {
  LabelledArray to(std::move(dims));
  to.each([&](const Dims& at, Labels& cell) { cell = from.at(place(at)); });
  return to;
}

// Of the places along one axis, those listed, in their order.
inline LabelledArray taken(const LabelledArray& from, std::size_t axis, const std::vector<std::int64_t>& places) {
  Dims dims = from.dims;
  dims[axis] = static_cast<std::int64_t>(places.size());
  return rearranged(from, dims, [&](Dims at) {
    at[axis] = places[static_cast<std::size_t>(at[axis])];
    return at;
  });
}

inline LabelledArray joined(const std::vector<const LabelledArray*>& parts, std::size_t axis) {
  Dims dims = parts.front()->dims;
  dims[axis] = 0;
  for (const auto* part : parts) dims[axis] += part->dims[axis];
  LabelledArray to(dims);
  to.each([&](Dims at, Labels& cell) {
    std::size_t part = 0;
    while (at[axis] >= parts[part]->dims[axis]) at[axis] -= parts[part++]->dims[axis];
    cell = parts[part]->at(at);
  });
  return to;
}

// Padding is constant, or labelled like the cell at the edge.
inline LabelledArray padded(const LabelledArray& from, std::size_t axis, std::int64_t before, std::int64_t after,
                            bool edge) {
  Dims dims = from.dims;
  dims[axis] += before + after;
  LabelledArray to(dims);
  to.each([&](Dims at, Labels& cell) {
    at[axis] -= before;
    if (edge) at[axis] = std::clamp<std::int64_t>(at[axis], 0, from.dims[axis] - 1);
    if (at[axis] >= 0 && at[axis] < from.dims[axis]) cell = from.at(at);
  });
  return to;
}

inline LabelledArray transposed(const LabelledArray& from, const std::vector<std::int64_t>& perm) {
  Dims dims;
  for (const std::int64_t axis : perm) dims.push_back(from.dims[static_cast<std::size_t>(axis)]);
  return rearranged(from, dims, [&](const Dims& at) {
    Dims place(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) place[static_cast<std::size_t>(perm[i])] = at[i];
    return place;
  });
}

inline LabelledArray reshaped(const LabelledArray& from, Dims dims) {
  LabelledArray to(std::move(dims));
  to.cells = from.cells;
  return to;
}

inline LabelledArray added(const LabelledArray& a, const LabelledArray& b) {
  LabelledArray to = a;
  for (std::size_t i = 0; i < to.cells.size(); ++i) to.cells[i].insert(b.cells[i].begin(), b.cells[i].end());
  return to;
}

inline LabelledArray reduced(const LabelledArray& from, std::size_t axis) {
  LabelledArray to = taken(from, axis, {0});
  for (std::int64_t i = 1; i < from.dims[axis]; ++i) to = added(to, taken(from, axis, {i}));
  return to;
}

}  // namespace ramus::testing
