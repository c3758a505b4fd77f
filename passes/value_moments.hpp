// How large values are, as far as weights tell: the mean square of each value's elements, for an input of mean square 1.
//
//   x 1.0 ──▶ (conv W) 0.8 = ||W||² / units ──▶ relu 0.4 ──▶ (batch norm) mean(gamma² + beta²)
//
// Inputs of a layer count as uncorrelated, a rectifier as keeping half, a norm as leaving what its scales and shifts say,
// attention as a mean of values that are alike. An estimate that says which of two values that meet is the larger one, not
// how large one will be on data: mean-field variance propagation (Poole et al., "Exponential expressivity in deep neural
// networks through transient chaos", NeurIPS 2016), without correlations.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.hpp"
#include "graph/limits.hpp"

namespace ramus {

// By value; nullopt where weights cannot be read, behind an operator that is not known, and behind what is not known. Never negative, and finite.
std::vector<std::optional<double>> find_value_moments(const Graph& graph, const Limits& limits);

}  // namespace ramus
