// How a Reshape divides and merges the axes of a unit layout (unit_layout.hpp).
//
//     [?, S, 64 units]  to  [-1, S, 4, 16]   dims are matched from both ends as far as they are known: 16 and 4 divide the
//                                            units, S meets S, and what is left (a batch) goes to the dim that is left
#pragma once

#include "passes/unit_layout.hpp"

namespace ramus {

// Drops pieces of extent 1 and merges neighbours that are one run.
void tidy(UnitAxis& axis);

// `dims` are positive or kUnknownDim. nullopt where units cannot be followed.
std::optional<UnitLayout> reshape_units(const UnitLayout& layout, std::span<const std::int64_t> dims);

}  // namespace ramus
