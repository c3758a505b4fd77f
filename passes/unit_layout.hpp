// Where the units of one layer lie in a value that was reshaped, transposed and cut since: how heads are read off a model.
//
//     conv of 192 units ─▶ [B, S, 192]            192 units, stride 1, on the last axis
//     Reshape           ─▶ [B, S, 3, 4, 16]       3 of stride 64, 4 of stride 16, 16 of stride 1
//     Transpose, Gather ─▶ [B, 4, S, 16]          4 of stride 16, 16 of stride 1, from unit 64 on: the keys of four heads
//
// An axis is a product of pieces in row-major order; along a piece of stride 0 the units stay the same (batch, time, a
// repetition). Only which units an element depends on is kept, not their order: a rotation that swaps the halves of a head
// leaves the layout as it was.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

struct UnitPiece {
  std::int64_t extent = kUnknownDim;
  std::int64_t stride = 0;
  friend bool operator==(const UnitPiece&, const UnitPiece&) = default;
};

// Row-major; empty for an axis of extent 1.
using UnitAxis = std::vector<UnitPiece>;

bool holds_units(const UnitAxis& axis);
std::int64_t extent_of(const UnitAxis& axis);  // kUnknownDim where a piece is not known

struct UnitLayout {
  std::int64_t base = 0;       // the unit at the origin
  std::vector<UnitAxis> axes;  // the last ones, or all
  bool open = false;           // an unknown number of axes without units stand before them
  UnitAxis mixed;              // every element depends on all of these (it was summed over them)
};

// The output of a layer, whose units lie on one axis counted from the end; `rank` 0 where it is not known.
UnitLayout layout_of_units(std::int64_t units, std::size_t rank, std::size_t from_end);

// Whether operators of this kind may stand between a projection and the product that reads it.
bool carries_units(const Graph& graph, NodeId node);

// The layout of one output of a node, given those of its inputs (nullptr: it holds none of the layer's units). nullopt
// where the operator, or a shape that is not known, loses track of them.
std::optional<UnitLayout> layout_through(const Graph& graph, NodeId node, std::size_t output,
                                         std::span<const UnitLayout* const> inputs);

// The integers that a value holds, as far as they are known: a constant, or a concatenation of constants and others
// (kUnknownDim). nullopt when even their number is not known.
std::optional<std::vector<std::int64_t>> known_integers(const Graph& graph, ValueId value);

// The axis [begin, begin + extent) of an axis that is one run of units; nullopt when it is not, or out of range.
std::optional<UnitAxis> cut_axis(const UnitAxis& axis, std::int64_t begin, std::int64_t extent, std::int64_t step,
                                 std::int64_t& base);

}  // namespace ramus
