#include "passes/numerics/linearised_kernels.hpp"

#include <algorithm>

namespace ramus {
namespace {

using Weights = LinearisedKernels::Weights;

constexpr std::int64_t kLongestStep = 1 << 20;  // pixels; farther apart two positions share no field
constexpr std::int64_t kFarthest = 1LL << 40;   // origins, far from overflow
constexpr std::int64_t kLargestWindow = 1 << 20;

bool is_sane(const SlidingWindow& window) {
  const auto within = [](std::int64_t value) { return value >= 1 && value <= kLargestWindow; };
  return within(window.extent) && within(window.stride) && within(window.dilation) &&
         window.before >= -kLargestWindow && window.before <= kLargestWindow;
}

// Adds factor * a row of the smaller field, at its place in a row of the larger one, moved by (down, right) pixels.
void add_shifted(const float* from, const ImageFields& small, float factor, std::int64_t down, std::int64_t right,
                 const ImageFields& large, float* into) {
  const std::int64_t height = small[0].size, width = small[1].size;
  for (std::int64_t c = 0; c < kImageChannels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      const float* source = from + (c * height + y) * width;
      float* target = into + (c * large[0].size + y + down) * large[1].size + right;
      for (std::int64_t x = 0; x < width; ++x) target[x] += factor * source[x];
    }
  }
}

}  // namespace

KernelView LinearisedKernels::view(std::int64_t first_unit, std::int64_t units) const {
  return dense_kernel_view(weights.data() + first_unit * weights.cols(), units, kImageChannels, taps());
}

std::optional<ImageFields> fields_behind(const ImageFields& fields, const SlidingWindows& windows, bool middle,
                                         std::int64_t most) {
  ImageFields behind = fields;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const SlidingWindow& window = windows[axis];
    if (!is_sane(window)) return std::nullopt;
    const ImageField& field = fields[axis];
    const std::int64_t spread = window.dilation * (window.extent - 1);
    const std::int64_t middle_tap = window.dilation * ((window.extent - 1) / 2);
    behind[axis].size = field.size + (middle ? 0 : field.step * spread);
    behind[axis].origin = field.origin + field.step * ((middle ? middle_tap : 0) - window.before);
    behind[axis].step = field.step * window.stride;
    if (behind[axis].size > most || behind[axis].step > kLongestStep || std::abs(behind[axis].origin) > kFarthest) {
      return std::nullopt;
    }
  }
  return behind;
}

std::optional<ImageFields> fields_around(const ImageFields& a, const ImageFields& b, std::int64_t most) {
  ImageFields around = a;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (a[axis].step != b[axis].step) return std::nullopt;
    const std::int64_t begin = std::min(a[axis].origin, b[axis].origin);
    const std::int64_t end = std::max(a[axis].origin + a[axis].size, b[axis].origin + b[axis].size);
    around[axis].origin = begin;
    around[axis].size = end - begin;
    if (around[axis].size > most) return std::nullopt;
  }
  return around;
}

LinearisedKernels empty_kernels(std::int64_t units, const ImageFields& fields) {
  LinearisedKernels kernels{fields, {}};
  kernels.weights = Weights::Zero(units, kImageChannels * kernels.taps());
  return kernels;
}

LinearisedKernels image_kernels() {
  LinearisedKernels kernels = empty_kernels(kImageChannels, {});
  kernels.weights.setIdentity();
  return kernels;
}

void add_unit(const LinearisedKernels& from, std::int64_t from_unit, double factor, std::int64_t unit,
              LinearisedKernels& into) {
  add_shifted(from.weights.row(from_unit).data(), from.fields, static_cast<float>(factor),
              from.fields[0].origin - into.fields[0].origin, from.fields[1].origin - into.fields[1].origin, into.fields,
              into.weights.row(unit).data());
}

void convolve(const LinearisedKernels& below, std::int64_t first_input, const KernelView& kernel,
              const SlidingWindows& windows, std::int64_t first_output, LinearisedKernels& into) {
  const auto inputs = below.weights.middleRows(first_input, kernel.inputs);
  Weights tap_weights(kernel.outputs, kernel.inputs), product(kernel.outputs, inputs.cols());
  for (std::int64_t tap = 0; tap < kernel.taps; ++tap) {
    for (std::int64_t o = 0; o < kernel.outputs; ++o) {
      for (std::int64_t i = 0; i < kernel.inputs; ++i) tap_weights(o, i) = kernel.at(o, i, tap);
    }
    product.noalias() = tap_weights * inputs;
    const std::int64_t down = tap / windows[1].extent * windows[0].dilation * below.fields[0].step;
    const std::int64_t right = tap % windows[1].extent * windows[1].dilation * below.fields[1].step;
    for (std::int64_t o = 0; o < kernel.outputs; ++o) {
      add_shifted(product.row(o).data(), below.fields, 1.0f, down, right, into.fields,
                  into.weights.row(first_output + o).data());
    }
  }
}

}  // namespace ramus
