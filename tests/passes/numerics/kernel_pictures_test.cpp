#include "passes/numerics/kernel_pictures.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace ramus {
namespace {

using Pixels = std::vector<std::uint8_t>;

KernelPictures drawn(const std::vector<float>& kernel, std::int64_t units, KernelShape shape, std::int64_t most = 16) {
  return draw_kernels(dense_kernel_view(kernel.data(), units, 3, shape.height * shape.width), shape, most);
}

TEST_CASE("a pixel is red, green, blue; 128 is zero, and each unit's largest magnitude reaches the end") {
  // One unit of 1 x 2 pixels: red 2 and -1, green 0, blue 0 and 1. A second with a tenth of that.
  const std::vector<float> kernel{2, -1, 0, 0, 0, 1, 0.2F, -0.1F, 0, 0, 0, 0.1F};
  const KernelPictures pictures = drawn(kernel, 2, {1, 2});
  CHECK(pictures.height == 1);
  CHECK(pictures.width == 2);
  const Pixels one{255, 128, 128, 65, 128, 192};
  CHECK(Pixels(pictures.pixels.begin(), pictures.pixels.begin() + 6) == one);
  CHECK(Pixels(pictures.pixels.begin() + 6, pictures.pixels.end()) == one);
}

TEST_CASE("a large kernel is averaged over boxes") {
  std::vector<float> kernel(3 * 4 * 4, 0);
  kernel[0] = 4;         // red, in a corner: a mean of 1 in its box of 2 x 2
  kernel[16 + 15] = -2;  // green, in the opposite one
  const KernelPictures pictures = drawn(kernel, 1, {4, 4}, 2);
  CHECK(pictures.pixels == Pixels{255, 128, 128, 128, 128, 128, 128, 128, 128, 128, 65, 128});
  CHECK(picture_bytes(1, {4, 4}, 2) == 12);
}

TEST_CASE("rings around a large kernel that hold little are left out") {
  std::vector<float> kernel(3 * 6 * 6, 0);
  const auto at = [](int y, int x) { return static_cast<std::size_t>(6 * y + x); };
  kernel[at(2, 2)] = 10;  // red, in the middle
  kernel[at(0, 0)] = 1;   // one per cent of the energy
  CHECK(drawn(kernel, 1, {6, 6}, 2).pixels == Pixels{255, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128});
  kernel[at(0, 0)] = 10;  // half of it
  CHECK(drawn(kernel, 1, {6, 6}, 2).pixels[0] == 255);
  CHECK(drawn(kernel, 1, {6, 6}, 3).pixels[4 * 3] == 255);
}

TEST_CASE("boxes may share a pixel") {
  // Red 3, 0, -1.5 over two pixels of one and a half: (3 + 0) / 1.5 and (0 - 1.5) / 1.5.
  const KernelPictures pictures = drawn({3, 0, -1.5F, 0, 0, 0, 0, 0, 0}, 1, {1, 3}, 2);
  CHECK(pictures.pixels == Pixels{255, 128, 128, 65, 128, 128});
}

TEST_CASE("a zero kernel is grey, and so is a weight that is not finite") {
  CHECK(drawn({0, 0, 0}, 1, {1, 1}).pixels == Pixels{128, 128, 128});
  CHECK(drawn({std::numeric_limits<float>::quiet_NaN(), 1, 0}, 1, {1, 1}).pixels == Pixels{128, 255, 128});
}

TEST_CASE("what is no kernel on an image has no picture") {
  const std::vector<float> kernel(18, 1);
  CHECK(draw_kernels(dense_kernel_view(kernel.data(), 1, 2, 9), {3, 3}, 16).pixels.empty());
  CHECK(draw_kernels(dense_kernel_view(kernel.data(), 1, 3, 6), {3, 3}, 16).pixels.empty());
}

}  // namespace
}  // namespace ramus
