// Linearised kernels: what a unit behind several layers would be as one filter on the image, nonlinearities ignored.
//
//   image ── conv1 7x7, stride 2 ── max pool, stride 2 ── conv2 3x3 ──▶ unit
//            7 x 7 pixels           a step is 4 pixels    7 + 4 * 2 = 15 x 15 pixels
//
// Exact for what is linear (convolutions, average pooling, norms of inference, sums). A maximum passes on one position
// of its window: the one in the middle is taken, as an average would blur what every unit of a layer sees alike and so
// move frequencies, not only places. Padding moves a field; what it puts beside the image is ignored.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>

#include "passes/numerics/kernel_reduction.hpp"

namespace ramus {

inline constexpr std::int64_t kImageChannels = 3;

// Along one axis: position p of a value sees the pixels [origin + p * step, origin + p * step + size).
struct ImageField {
  std::int64_t size = 1, step = 1, origin = 0;
  friend bool operator==(const ImageField&, const ImageField&) = default;
};
using ImageFields = std::array<ImageField, 2>;  // y, x

// Of a convolution or a pooling, along one axis: tap t of output p is at position p * stride + t * dilation - before.
struct SlidingWindow {
  std::int64_t extent = 1, stride = 1, dilation = 1, before = 0;
};
using SlidingWindows = std::array<SlidingWindow, 2>;

struct LinearisedKernels {
  using Weights = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  ImageFields fields;
  Weights weights;  // [units x (channels * height * width of the field)]

  std::int64_t taps() const { return fields[0].size * fields[1].size; }
  KernelView view(std::int64_t first_unit, std::int64_t units) const;
};

// Field and step of what a window makes of these fields; `middle`: it passes on its middle tap alone. nullopt where a
// side exceeds `most` pixels or a step `kLongestStep`.
std::optional<ImageFields> fields_behind(const ImageFields& fields, const SlidingWindows& windows, bool middle,
                                         std::int64_t most);

// The smallest field that holds both; nullopt where their steps differ or a side exceeds `most` pixels.
std::optional<ImageFields> fields_around(const ImageFields& a, const ImageFields& b, std::int64_t most);

// All zero.
LinearisedKernels empty_kernels(std::int64_t units, const ImageFields& fields);
// The image itself: three units of one pixel.
LinearisedKernels image_kernels();

// into.row(unit) += factor * from.row(from_unit); the field of `into` holds that of `from`.
void add_unit(const LinearisedKernels& from, std::int64_t from_unit, double factor, std::int64_t unit,
              LinearisedKernels& into);

// Rows [first_output, first_output + kernel.outputs) of `into`, whose fields are those behind the windows, gain the
// kernel [outputs x inputs x taps of the windows] over units [first_input, ...) of `below`.
void convolve(const LinearisedKernels& below, std::int64_t first_input, const KernelView& kernel,
              const SlidingWindows& windows, std::int64_t first_output, LinearisedKernels& into);

}  // namespace ramus
