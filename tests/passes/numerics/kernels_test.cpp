#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "passes/numerics/kernel_features.hpp"
#include "passes/numerics/kernel_reduction.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

// One unit of 3 x side x side from colour(channel) * picture(x, y).
std::vector<float> painted(std::int64_t side, const std::function<double(int)>& colour,
                           const std::function<double(double, double)>& picture) {
  std::vector<float> kernel;
  for (int c = 0; c < 3; ++c) {
    for (std::int64_t y = 0; y < side; ++y) {
      for (std::int64_t x = 0; x < side; ++x) {
        kernel.push_back(static_cast<float>(colour(c) * picture(static_cast<double>(x), static_cast<double>(y))));
      }
    }
  }
  return kernel;
}

KernelFeatures features_of(const std::vector<float>& kernel, std::int64_t side) {
  return find_kernel_features(dense_kernel_view(kernel.data(), 1, 3, side * side), {side, side}).value();
}

double grey(int) { return 1; }
double opponent(int channel) { return channel == 0 ? 1 : channel == 1 ? -1 : 0; }

TEST_CASE("reductions of [[1, -2], [3, 4]]") {
  const std::vector<float> k{1, -2, 3, 4};
  const KernelView view = dense_kernel_view(k.data(), 1, 1, 4);
  const auto reduced = [&](KernelReduction how) { return reduce_kernel(view, how, {2, 2}).value()(0, 0); };
  CHECK(reduced(KernelReduction::l2) == doctest::Approx(std::sqrt(30.0)));
  CHECK(reduced(KernelReduction::l1) == doctest::Approx(10));
  CHECK(reduced(KernelReduction::max) == doctest::Approx(4));
  CHECK(reduced(KernelReduction::one_norm) == doctest::Approx(6));
  CHECK(reduced(KernelReduction::spectral) == doctest::Approx(std::sqrt(15 + std::sqrt(125.0))));
}

TEST_CASE("l2 keeps the Frobenius norm, scales multiply by their size") {
  RandomStream random(2, 0);
  std::vector<float> k(5 * 4 * 9);
  double energy = 0;
  for (float& weight : k) {
    weight = static_cast<float>(random.unit() - 0.5);
    energy += static_cast<double>(weight) * static_cast<double>(weight);
  }
  const KernelView view = dense_kernel_view(k.data(), 5, 4, 9);
  const Eigen::MatrixXd m = reduce_kernel(view).value();
  CHECK(m.squaredNorm() == doctest::Approx(energy));
  const std::vector<double> out{1, -2, 3, 1, 1}, in{1, 1, -0.5, 1};
  const Eigen::MatrixXd scaled = reduce_kernel(view, KernelReduction::l2, {}, out, in).value();
  CHECK(scaled(1, 2) == doctest::Approx(m(1, 2)));
  CHECK(scaled(2, 0) == doctest::Approx(3 * m(2, 0)));
  CHECK(scaled(3, 2) == doctest::Approx(0.5 * m(3, 2)));
}

TEST_CASE("the layout of the weights does not matter") {
  const std::vector<float> oihw{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // 2 x 3 x 2
  std::vector<float> hwio(12);
  for (std::size_t o = 0; o < 2; ++o) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t t = 0; t < 2; ++t) hwio[t * 6 + i * 2 + o] = oihw[o * 6 + i * 2 + t];
    }
  }
  const KernelView other{hwio.data(), 2, 3, 2, 1, 2, 6};
  CHECK(reduce_kernel(other).value() == reduce_kernel(dense_kernel_view(oihw.data(), 2, 3, 2)).value());
}

TEST_CASE("a kernel that cannot be reduced says why") {
  std::vector<float> k{1, 2, 3, 4};
  const KernelView view = dense_kernel_view(k.data(), 1, 1, 4);
  const std::vector<double> scales{1, 2};
  CHECK(reduce_kernel(view, KernelReduction::spectral, {3, 3}).error().message ==
        "kernel: 4 taps are not a block of 3 x 3");
  CHECK(reduce_kernel(view, KernelReduction::l2, {}, scales).error().message == "kernel: 2 scales for 1 outputs");
  k[2] = std::numeric_limits<float>::infinity();
  CHECK(reduce_kernel(view).error().message == "kernel: a weight is not finite");
  CHECK(find_kernel_features(view, {2, 2}).error().message == "kernel: a weight is not finite");
}

TEST_CASE("a reduction has one name") {
  for (KernelReduction reduction : {KernelReduction::l2, KernelReduction::l1, KernelReduction::max,
                                    KernelReduction::spectral, KernelReduction::one_norm}) {
    CHECK(kernel_reduction_named(name_of(reduction)) == reduction);
  }
  CHECK_FALSE(kernel_reduction_named("l3"));
}

TEST_CASE("a grey grating has no colour, its own frequency and its own direction") {
  const auto grating = [](double degrees, double frequency) {
    const double angle = degrees * M_PI / 180;
    return [=](double x, double y) {
      return std::cos(2 * M_PI * frequency * (std::cos(angle) * x + std::sin(angle) * y) + 0.7);
    };
  };
  for (double degrees : {0.0, 30.0, 90.0, 135.0}) {
    const KernelFeatures f = features_of(painted(32, grey, grating(degrees, 0.2)), 32);
    CHECK((*f.colour)[0] == doctest::Approx(0).epsilon(1e-12));
    CHECK(f.frequency[0] == doctest::Approx(0.2).epsilon(0.1));
    CHECK(f.orientation_selectivity[0] > 0.8);
    const double off = std::abs(f.orientation[0] - degrees);
    CHECK(std::min(off, 180 - off) < 2);
    // The phase of a wave cut off at the border moves its doubled direction by a few hundredths.
    CHECK(f.verticality[0] ==
          doctest::Approx(f.orientation_selectivity[0] * std::cos(degrees * M_PI / 90)).epsilon(0.1));
    CHECK(f.diagonality[0] ==
          doctest::Approx(f.orientation_selectivity[0] * std::sin(degrees * M_PI / 90)).epsilon(0.1));
  }
}

TEST_CASE("a colour-opponent blob is pure colour, without luminance and low in frequency") {
  const auto blob = [](double x, double y) { return std::exp(-((x - 3) * (x - 3) + (y - 3) * (y - 3)) / 8); };
  const KernelFeatures f = features_of(painted(7, opponent, blob), 7);
  CHECK((*f.colour)[0] == doctest::Approx(1));
  CHECK(f.brightness[0] == doctest::Approx(0));
  CHECK(f.no_luminance == std::vector<Eigen::Index>{0});
  CHECK(f.frequency[0] < 0.12);
  CHECK(features_of(painted(7, grey, blob), 7).brightness[0] == doctest::Approx(1));
}

TEST_CASE("edges between colours have a direction, too") {
  const auto right_of_middle = [](double x, double) { return x < 3 ? -1.0 : 1.0; };
  const auto below_middle = [](double, double y) { return y < 3 ? -1.0 : 1.0; };
  const auto below_rising_line = [](double x, double y) { return x + y < 6 ? -1.0 : 1.0; };
  const KernelFeatures vertical = features_of(painted(6, opponent, right_of_middle), 6);
  CHECK(vertical.no_luminance.size() == 1);
  CHECK(vertical.verticality[0] > 0.5);  // the frame of the kernel has edges of both directions, too
  CHECK(vertical.diagonality[0] == doctest::Approx(0).epsilon(1e-9));
  CHECK(features_of(painted(6, opponent, below_middle), 6).verticality[0] == doctest::Approx(-vertical.verticality[0]));
  const KernelFeatures rising = features_of(painted(6, opponent, below_rising_line), 6);
  CHECK(rising.verticality[0] == doctest::Approx(0).epsilon(1e-9));
  CHECK(rising.diagonality[0] > 0.5);
}

TEST_CASE("features do not change with scale, sign or the order of channels") {
  RandomStream random(8, 0);
  std::vector<float> kernel(3 * 25);
  for (float& weight : kernel) weight = static_cast<float>(random.unit() - 0.5);
  std::vector<float> other;  // channels 2, 0, 1, times -1e-25: its squares are below the range of a float
  for (std::size_t c : {2u, 0u, 1u}) {
    for (std::size_t t = 0; t < 25; ++t) other.push_back(-1e-25f * kernel[c * 25 + t]);
  }
  const KernelFeatures a = features_of(kernel, 5), b = features_of(other, 5);
  CHECK((*a.colour)[0] == doctest::Approx((*b.colour)[0]).epsilon(1e-6));
  CHECK(a.frequency[0] == doctest::Approx(b.frequency[0]).epsilon(1e-6));
  CHECK(a.orientation[0] == doctest::Approx(b.orientation[0]).epsilon(1e-5));
  CHECK(a.orientation_selectivity[0] == doctest::Approx(b.orientation_selectivity[0]).epsilon(1e-5));
  CHECK(a.verticality[0] == doctest::Approx(b.verticality[0]).epsilon(1e-5));
  CHECK(a.diagonality[0] == doctest::Approx(b.diagonality[0]).epsilon(1e-5));
  CHECK(a.brightness[0] == doctest::Approx(b.brightness[0]).epsilon(1e-6));
}

TEST_CASE("colour belongs to three channels, and a zero kernel has no features") {
  const std::vector<float> kernel{0, 0, 0, 0, 1, 2, 3, 4};  // two units of 1 x 2 x 2
  const KernelFeatures f = find_kernel_features(dense_kernel_view(kernel.data(), 2, 1, 4), {2, 2}).value();
  CHECK_FALSE(f.colour);
  CHECK(f.zero == std::vector<Eigen::Index>{0});
  CHECK(f.frequency[0] == 0.0);
  CHECK(f.frequency[1] > 0.0);
}

TEST_CASE("fan-in, fan-out and sparsity count what is there") {
  const std::vector<float> kernel{3, 0, 0, 4, 0, 0, 0, 1};  // 2 x 2 x 2
  const KernelView view = dense_kernel_view(kernel.data(), 2, 2, 2);
  const FanFeatures f = find_fan_features(view).value();
  CHECK(f.fan_in_norm[0] == doctest::Approx(5));
  CHECK(f.sparsity[0] == doctest::Approx(0.5));
  CHECK(f.sparsity[1] == doctest::Approx(0.75));
  const Eigen::VectorXd out = fan_out_norm(reduce_kernel(view).value());
  CHECK(out[0] == doctest::Approx(3));
  CHECK(out[1] == doctest::Approx(std::sqrt(17.0)));
}

}  // namespace
}  // namespace ramus
