// Filters on the image as small pictures, for people to look at.
//
//   kernel [units x 3 x h x w] ──▶ where a side has more than `most` pixels: outer rings gone that hold little, then boxes
//                                  averaged ──▶ 8 bit: 128 is zero, 255 and 1 are the unit's largest magnitude
//
// The channels are shown as red, green, blue in the order of the input; a network that reads blue first shows them swapped.
#pragma once

#include <cstdint>
#include <vector>

#include "passes/numerics/kernel_reduction.hpp"

namespace ramus {

struct KernelPictures {
  std::int64_t height = 0, width = 0;  // pixels of one picture
  std::vector<std::uint8_t> pixels;    // [units x height x width x 3]
};

// Bytes that draw_kernels would take.
std::int64_t picture_bytes(std::int64_t units, KernelShape shape, std::int64_t most);

// `kernels`: three inputs, taps = height * width. What is not finite is drawn as zero. Empty where the taps do not fit
// the shape, or there are not three inputs.
KernelPictures draw_kernels(const KernelView& kernels, KernelShape shape, std::int64_t most);

}  // namespace ramus
