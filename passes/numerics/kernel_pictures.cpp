#include "passes/numerics/kernel_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ramus {
namespace {

constexpr std::int64_t kChannels = 3;
constexpr double kZero = 128, kRange = 127;
constexpr double kLittle = 0.05;  // of the energy of all units, each counted as one, in the rings that are left out

// Energy of all units by ring, the outermost first; of units without weights none.
std::vector<double> ring_energy(const KernelView& kernels, KernelShape shape) {
  const std::int64_t rings = (std::min(shape.height, shape.width) + 1) / 2;
  std::vector<double> all(static_cast<std::size_t>(rings), 0.0), own(all.size());
  for (std::int64_t unit = 0; unit < kernels.outputs; ++unit) {
    std::fill(own.begin(), own.end(), 0.0);
    double total = 0;
    for (std::int64_t tap = 0; tap < kernels.taps; ++tap) {
      const std::int64_t y = tap / shape.width, x = tap % shape.width;
      const std::int64_t ring = std::min({y, x, shape.height - 1 - y, shape.width - 1 - x});
      for (std::int64_t channel = 0; channel < kChannels; ++channel) {
        const double weight = kernels.at(unit, channel, tap);
        if (!std::isfinite(weight)) continue;
        own[static_cast<std::size_t>(ring)] += weight * weight;
        total += weight * weight;
      }
    }
    for (std::size_t ring = 0; ring < all.size() && total > 0; ++ring) all[ring] += own[ring] / total;
  }
  return all;
}

// Rings that a picture can do without.
std::int64_t outer_rings(const KernelView& kernels, KernelShape shape, std::int64_t most) {
  if (std::min(shape.height, shape.width) <= most) return 0;
  const std::vector<double> energy = ring_energy(kernels, shape);
  const double total = std::accumulate(energy.begin(), energy.end(), 0.0);
  const std::int64_t limit = (std::min(shape.height, shape.width) - most) / 2;
  double gone = 0;
  std::int64_t rings = 0;
  while (rings < limit) {
    gone += energy[static_cast<std::size_t>(rings)];
    if (gone > kLittle * total) break;
    ++rings;
  }
  return rings;
}

// What one pixel of the picture averages along one axis: pixels from `begin` on, with shares that add up to 1.
struct Box {
  std::int64_t begin = 0;
  std::vector<double> shares;
};

// `pixels` boxes over [cut, side - cut).
std::vector<Box> boxes_of(std::int64_t pixels, std::int64_t side, std::int64_t cut) {
  std::vector<Box> boxes;
  const double size = static_cast<double>(side - 2 * cut) / static_cast<double>(pixels);
  for (std::int64_t place = 0; place < pixels; ++place) {
    const double from = static_cast<double>(cut) + static_cast<double>(place) * size, to = from + size;
    Box box{static_cast<std::int64_t>(from), {}};
    for (std::int64_t pixel = box.begin; pixel < side && static_cast<double>(pixel) < to; ++pixel) {
      const double covered = std::min(to, static_cast<double>(pixel + 1)) - std::max(from, static_cast<double>(pixel));
      box.shares.push_back(std::max(0.0, covered) / size);
    }
    boxes.push_back(std::move(box));
  }
  return boxes;
}

double mean_of(const KernelView& kernels, std::int64_t unit, std::int64_t channel, const Box& rows, const Box& columns,
               std::int64_t width) {
  double mean = 0;
  for (std::size_t y = 0; y < rows.shares.size(); ++y) {
    const std::int64_t row = (rows.begin + static_cast<std::int64_t>(y)) * width + columns.begin;
    for (std::size_t x = 0; x < columns.shares.size(); ++x) {
      mean += rows.shares[y] * columns.shares[x] * kernels.at(unit, channel, row + static_cast<std::int64_t>(x));
    }
  }
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
  const std::int64_t cut = outer_rings(kernels, shape, most);
  const std::vector<Box> rows = boxes_of(pictures.height, shape.height, cut);
  const std::vector<Box> columns = boxes_of(pictures.width, shape.width, cut);
  std::vector<double> means(static_cast<std::size_t>(pictures.height * pictures.width * kChannels));
  for (std::int64_t unit = 0; unit < kernels.outputs; ++unit) {
    double largest = 0;
    std::size_t next = 0;
    for (std::int64_t y = 0; y < pictures.height; ++y) {
      for (std::int64_t x = 0; x < pictures.width; ++x) {
        for (std::int64_t channel = 0; channel < kChannels; ++channel) {
          means[next] = mean_of(kernels, unit, channel, rows[static_cast<std::size_t>(y)],
                                columns[static_cast<std::size_t>(x)], shape.width);
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
