// Were these filters trained at all? How far their colours lie from those of filters whose weights are independent draws.
//
//   colour of a random filter over t taps: what the mean over R, G, B leaves, two of every three dimensions of 3 t weights,
//   over all of them ~ Beta(t, t / 2), with mean 2/3 and little spread: 0.08 for 5x5, 0.05 for 7x7
//
//   64 filters 7x7, trained          0.02 0.05 … 0.95 0.99      distance 0.64
//   64 filters 7x7, still noise      0.55 0.61 … 0.74 0.78      distance 0.20
//
// The distance is Kolmogorov's: the largest gap between the two distribution functions, in [0, 1]. It is an effect, not a
// test: a little training moves every filter a little, and many of them make the smallest step significant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ramus {

struct RandomFilterDistance {
  double distance = 0;  // in [0, 1]; about 0.9 / sqrt(filters) for random ones
  std::int64_t filters = 0;
};

// Filters as near to random ones as this look little trained. Thirteen trained first layers lie at 0.34 to 0.77, one whose
// filters stayed noise at 0.20, as do the patches of a small vision transformer.
inline constexpr double kNearRandom = 0.25;

// The colour of each filter (kernel_features.hpp), and its number of kernel positions. nullopt for fewer than 16 filters,
// which chance alone puts far apart, for a colour that is not finite, and for no positions.
std::optional<RandomFilterDistance> distance_from_random_filters(std::span<const double> colours,
                                                                 std::span<const std::int64_t> taps);

}  // namespace ramus
