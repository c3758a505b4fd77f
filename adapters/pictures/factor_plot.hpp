// The factors of one pair of layers: its units placed by the first two factors, and how large each factor is.
//
//   units of conv1       units of conv2       colours: the branch that holds a unit; else, how much a unit has of what
//     .  :.                .   .              names the first factor
//    ..   .  colour ->    :  ..   colour ->
//   factor 0  ######    32 % of energy   colour, r 0.85
//   factor 1  ###       11 %             no name
//   factor 2  #          3 %             not beyond chance
#pragma once

#include "adapters/pictures/svg_writer.hpp"
#include "plugin/report.hpp"

namespace ramus {

inline constexpr double kFactorWidth = 480;

struct FactorPlot {
  const ReportFactors* entry = nullptr;  // nullptr: no pair of layers has a factor beyond chance
};

// The pair with the most telling names: the largest sum of Fisher's z (r, and number of units) over the names of its first
// two factors, half as much again where branches divide the units of its first layer; then by the number of significant
// factors, then the first of the report.
FactorPlot factor_plot_of(const Report& report);

// Returns where it ends, in y.
double draw_factor_plot(const Report& report, const FactorPlot& plot, double x, double y, SvgWriter& svg);

}  // namespace ramus
