// The boxes of a map as SVG.
#pragma once

#include "adapters/pictures/map_layout.hpp"
#include "adapters/pictures/svg_writer.hpp"

namespace ramus {

// `map`: of lay_out; x, y: of its upper left corner. Above and beneath it `kMapEnds` pixels are used for what comes in and
// goes out.
inline constexpr double kMapEnds = 26;
void draw_map(const MapBox& map, double x, double y, SvgWriter& svg);

}  // namespace ramus
