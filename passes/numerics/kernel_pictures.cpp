#include "passes/numerics/kernel_pictures.hpp"

#include <algorithm>
#include <cmath>

namespace ramus {
namespace {

constexpr std::int64_t kChannels = 3;
constexpr double kZero = 128, kRange = 127;

// The pixels [begin, end) of the kernel that pixel `place` of the picture averages.
struct Box {
  std::int64_t begin = 0, end = 0;
};

Box box_at(std::int64_t place, std::int64_t pixels, std::int64_t side) {
  return {place * side / pixels, std::max(place * side / pixels + 1, (place + 1) * side / pixels)};
}

double mean_of(const KernelView& kernels, std::int64_t unit, std::int64_t channel, Box rows, Box columns,
               std::int64_t width) {
  double sum = 0;
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    for (std::int64_t x = columns.begin; x < columns.end; ++x) sum += kernels.at(unit, channel, y * width + x);
  }
  const double mean = sum / static_cast<double>((rows.end - rows.begin) * (columns.end - columns.begin));
  return std::isfinite(mean) ? mean : 0;
}

}  // namespace

std::int64_t picture_bytes(std::int64_t units, KernelShape shape, std::int64_t most) {
  return units * std::min(shape.height, most) * std::min(shape.width, most) * kChannels;
}

KernelPictures draw_kernels(const KernelView& kernels, KernelShape shape, std::int64_t most) {
  if (kernels.inputs != kChannels || kernels.taps != shape.height * shape.width || kernels.taps < 1) return {};
  KernelPictures pictures{std::min(shape.height, most), std::min(shape.width, most), {}};
  pictures.pixels.reserve(static_cast<std::size_t>(picture_bytes(kernels.outputs, shape, most)));
  std::vector<double> means(static_cast<std::size_t>(pictures.height * pictures.width * kChannels));
  for (std::int64_t unit = 0; unit < kernels.outputs; ++unit) {
    double largest = 0;
    std::size_t next = 0;
    for (std::int64_t y = 0; y < pictures.height; ++y) {
      for (std::int64_t x = 0; x < pictures.width; ++x) {
        for (std::int64_t channel = 0; channel < kChannels; ++channel) {
          means[next] = mean_of(kernels, unit, channel, box_at(y, pictures.height, shape.height),
                                box_at(x, pictures.width, shape.width), shape.width);
          largest = std::max(largest, std::abs(means[next++]));
        }
      }
    }
    for (const double mean : means) {
      const double level = largest > 0 ? kZero + kRange * mean / largest : kZero;
      pictures.pixels.push_back(static_cast<std::uint8_t>(std::lround(level)));
    }
  }
  return pictures;
}

}  // namespace ramus
