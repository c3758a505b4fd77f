#include "passes/numerics/linearised_kernels.hpp"

#include <doctest/doctest.h>

namespace ramus {
namespace {

SlidingWindows square(SlidingWindow window) { return {window, window}; }

TEST_CASE("fields grow by steps, and steps by strides") {
  const auto first = fields_behind({}, square({7, 2, 1, 3}), false, 64);
  REQUIRE(first.has_value());
  CHECK((*first)[0] == ImageField{7, 2, -3});
  const auto pooled = fields_behind(*first, square({3, 2, 1, 1}), true, 64);
  REQUIRE(pooled.has_value());
  CHECK((*pooled)[0] == ImageField{7, 4, -3});
  const auto second = fields_behind(*pooled, square({3, 1, 2, 2}), false, 64);
  REQUIRE(second.has_value());
  CHECK((*second)[1] == ImageField{23, 4, -11});
  CHECK_FALSE(fields_behind(*pooled, square({3, 1, 2, 2}), false, 22).has_value());
}

TEST_CASE("windows of any size do not overflow") {
  const std::int64_t huge = std::int64_t{1} << 62;
  CHECK_FALSE(fields_behind({}, square({huge, 1, 1, 0}), false, 64).has_value());
  CHECK_FALSE(fields_behind({}, square({3, huge, 1, 0}), true, 64).has_value());
  CHECK_FALSE(fields_behind({}, square({3, 1, huge, 0}), true, 64).has_value());
  CHECK_FALSE(fields_behind({}, square({3, 1, 1, -huge}), true, 64).has_value());
  ImageFields fields{};
  for (int layer = 0; layer < 100; ++layer) {
    const auto next = fields_behind(fields, square({1, 1 << 20, 1, 1 << 20}), true, 64);
    if (!next) break;
    fields = *next;
  }
  CHECK(fields[0].step <= 1 << 20);
}

TEST_CASE("the smallest field around two holds both, where they have one step") {
  const ImageFields a{ImageField{3, 2, -1}, ImageField{3, 2, -1}}, b{ImageField{5, 2, 0}, ImageField{1, 2, 0}};
  const auto around = fields_around(a, b, 64);
  REQUIRE(around.has_value());
  CHECK((*around)[0] == ImageField{6, 2, -1});
  CHECK((*around)[1] == ImageField{3, 2, -1});
  CHECK_FALSE(fields_around(a, {ImageField{5, 4, 0}, ImageField{1, 2, 0}}, 64).has_value());
  CHECK_FALSE(fields_around(a, b, 5).has_value());
}

TEST_CASE("a convolution of a convolution is one convolution") {
  const std::vector<float> first{1, 2, 0, 0, 3, 0}, second{10, 100};  // [1 x 3 x 1 x 2], [1 x 1 x 1 x 2]
  const LinearisedKernels image = image_kernels();
  const SlidingWindows pair{SlidingWindow{1, 1, 1, 0}, SlidingWindow{2, 1, 1, 0}};
  LinearisedKernels below = empty_kernels(1, *fields_behind(image.fields, pair, false, 64));
  convolve(image, 0, dense_kernel_view(first.data(), 1, 3, 2), pair, 0, below);
  CHECK(below.weights.row(0) == Eigen::RowVector<float, 6>(1, 2, 0, 0, 3, 0));
  LinearisedKernels both = empty_kernels(1, *fields_behind(below.fields, pair, false, 64));
  convolve(below, 0, dense_kernel_view(second.data(), 1, 1, 2), pair, 0, both);
  CHECK(both.weights.row(0) == Eigen::RowVector<float, 9>(10, 120, 200, 0, 0, 0, 30, 300, 0));
}

}  // namespace
}  // namespace ramus
