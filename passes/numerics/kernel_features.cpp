#include "passes/numerics/kernel_features.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <complex>
#include <string>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t kLargestSide = 4096;
constexpr Eigen::Index kTransformSide = 64;  // a kernel is padded with zeros to this side: 1/64 cycles per pixel apart
constexpr double kNoLuminance = 1e-12;       // of the kernel's energy
constexpr const char* kNotFinite = "kernel: a weight is not finite";

// Discrete Fourier transforms of h x w blocks padded to a square, as two products with the matrices of the transform. The
// blocks are real, so that half of the rows say everything; the tables hold what both halves add.
class Spectrum {
 public:
  explicit Spectrum(KernelShape shape) {
    side_ = std::max<Eigen::Index>({kTransformSide, shape.height, shape.width});
    const Eigen::MatrixXcd rows = transform(side_ / 2 + 1, shape.height), columns = transform(side_, shape.width);
    row_cosines_ = rows.real();
    row_sines_ = rows.imag();
    columns_ = columns.transpose();
    constant_part_ = rows.rowwise().sum() * columns.rowwise().sum().transpose();
    fill_tables();
  }

  // Of a block with `mean` taken from each of its elements.
  Matrix power(const Matrix& block, double mean) const {
    Eigen::MatrixXcd half(row_cosines_.rows(), block.cols());
    half.real() = row_cosines_ * block;
    half.imag() = row_sines_ * block;
    return (half * columns_ - mean * constant_part_).cwiseAbs2();
  }

  // Power-weighted mean of sqrt(fx^2 + fy^2); 0 without power.
  double mean_frequency(const Matrix& power) const {
    const double total = power.cwiseProduct(count_).sum();
    return total > 0 ? power.cwiseProduct(radius_).sum() / total : 0;
  }

  // sum P e^(2i theta) / sum P over all frequencies but zero, theta the direction of the wave; 0 without power there.
  std::complex<double> doubled_direction(const Matrix& power) const {
    const double total = power.cwiseProduct(turning_).sum();
    if (total <= 0) return 0;
    return {power.cwiseProduct(cosine_).sum() / total, power.cwiseProduct(sine_).sum() / total};
  }

 private:
  Eigen::MatrixXcd transform(Eigen::Index frequencies, Eigen::Index length) const {
    Eigen::MatrixXcd matrix(frequencies, length);
    for (Eigen::Index k = 0; k < frequencies; ++k) {
      for (Eigen::Index t = 0; t < length; ++t) {
        const double turn = static_cast<double>(k * t % side_) / static_cast<double>(side_);
        matrix(k, t) = std::polar(1.0, -boost::math::constants::two_pi<double>() * turn);
      }
    }
    return matrix;
  }

  double frequency(Eigen::Index k) const {
    return static_cast<double>(2 * k < side_ ? k : k - side_) / static_cast<double>(side_);
  }

  void fill_tables() {
    count_ = turning_ = radius_ = cosine_ = sine_ = Matrix::Zero(side_ / 2 + 1, side_);
    for (Eigen::Index x = 0; x < side_; ++x) {
      for (Eigen::Index y = 0; y < side_; ++y) {
        const bool below = 2 * y <= side_;  // else the frequency opposite to it stands in the tables
        const Eigen::Index row = below ? y : side_ - y, column = below ? x : (side_ - x) % side_;
        const std::complex<double> wave(frequency(x), frequency(y));
        count_(row, column) += 1;
        if (x == 0 && y == 0) continue;
        const std::complex<double> doubled = wave * wave / std::norm(wave);
        turning_(row, column) += 1;
        radius_(row, column) += std::abs(wave);
        cosine_(row, column) += doubled.real();
        sine_(row, column) += doubled.imag();
      }
    }
  }

  Eigen::Index side_ = 0;
  Matrix row_cosines_, row_sines_;
  Eigen::MatrixXcd columns_, constant_part_;
  Matrix count_, turning_, radius_, cosine_, sine_;
};

// [inputs x taps], the incoming weights of one unit.
RowMajor weights_of(const KernelView& kernels, std::int64_t unit) {
  RowMajor weights(kernels.inputs, kernels.taps);
  for (std::int64_t i = 0; i < kernels.inputs; ++i) {
    for (std::int64_t t = 0; t < kernels.taps; ++t) weights(i, t) = static_cast<double>(kernels.at(unit, i, t));
  }
  return weights;
}

// The same, scaled so that the largest magnitude is 1: squares of very small weights would vanish.
RowMajor scaled_kernel(const KernelView& kernels, std::int64_t unit) {
  RowMajor kernel = weights_of(kernels, unit);
  const double largest = kernel.size() > 0 ? kernel.cwiseAbs().maxCoeff() : 0;
  if (largest > 0) kernel /= largest;
  return kernel;
}

Matrix block_of(const Eigen::RowVectorXd& taps, KernelShape shape) {
  return Eigen::Map<const RowMajor>(taps.data(), shape.height, shape.width);
}

double degrees_of(std::complex<double> doubled) {
  const double degrees = std::arg(doubled) / 2 * boost::math::constants::radian<double>();
  const double positive = degrees < 0 ? degrees + 180 : degrees;
  return positive < 180 ? positive : 0;
}

void describe(const RowMajor& kernel, Eigen::Index unit, KernelShape shape, const Spectrum& spectrum,
              KernelFeatures& features) {
  const double energy = kernel.squaredNorm();
  if (energy == 0) {
    features.zero.push_back(unit);
    return;
  }
  const Eigen::RowVectorXd luminance = kernel.colwise().mean();
  if (features.colour) (*features.colour)[unit] = (kernel.rowwise() - luminance).squaredNorm() / energy;
  features.brightness[unit] = std::min(1.0, std::abs(kernel.sum()) / kernel.lpNorm<1>());

  const double mean = kernel.mean();
  Matrix added;
  for (Eigen::Index c = 0; c < kernel.rows(); ++c) {
    const Matrix power = spectrum.power(block_of(kernel.row(c), shape), mean);
    added = c == 0 ? power : Matrix(added + power);
  }
  features.frequency[unit] = spectrum.mean_frequency(added);
  const std::complex<double> edges = spectrum.doubled_direction(added);
  features.verticality[unit] = edges.real();
  features.diagonality[unit] = edges.imag();

  if (luminance.squaredNorm() * static_cast<double>(kernel.rows()) < kNoLuminance * energy) {
    features.no_luminance.push_back(unit);
    return;
  }
  const Matrix power = spectrum.power(block_of(luminance, shape), 0);
  const std::complex<double> doubled = spectrum.doubled_direction(power);
  features.orientation[unit] = degrees_of(doubled);
  features.orientation_selectivity[unit] = std::min(1.0, std::abs(doubled));
}

Result<void> check_finite(const KernelView& kernel) {
  for (std::int64_t o = 0; o < kernel.outputs; ++o) {
    for (std::int64_t i = 0; i < kernel.inputs; ++i) {
      for (std::int64_t t = 0; t < kernel.taps; ++t) {
        if (!std::isfinite(kernel.at(o, i, t))) return invalid_input(kNotFinite);
      }
    }
  }
  return {};
}

}  // namespace

Result<KernelFeatures> find_kernel_features(const KernelView& kernels, KernelShape shape) {
  if (shape.height < 1 || shape.width < 1 || shape.height > kLargestSide || shape.width > kLargestSide ||
      shape.height * shape.width != kernels.taps) {
    return invalid_input("kernel: " + std::to_string(kernels.taps) + " taps are not an image of " +
                         std::to_string(shape.height) + " x " + std::to_string(shape.width));
  }
  if (Result<void> finite = check_finite(kernels); !finite) return propagate(std::move(finite).error());

  KernelFeatures features;
  const Eigen::VectorXd zeros = Eigen::VectorXd::Zero(kernels.outputs);
  if (kernels.inputs == 3) features.colour = zeros;
  features.frequency = features.orientation = features.orientation_selectivity = zeros;
  features.verticality = features.diagonality = features.brightness = zeros;
  const Spectrum spectrum(shape);
  for (std::int64_t unit = 0; unit < kernels.outputs; ++unit) {
    describe(scaled_kernel(kernels, unit), unit, shape, spectrum, features);
  }
  return features;
}

Result<FanFeatures> find_fan_features(const KernelView& kernel) {
  FanFeatures features{Eigen::VectorXd::Zero(kernel.outputs), Eigen::VectorXd::Zero(kernel.outputs)};
  const std::int64_t incoming = kernel.inputs * kernel.taps;
  if (incoming == 0) return features;
  for (std::int64_t o = 0; o < kernel.outputs; ++o) {
    double energy = 0;  // the square of no float is beyond a double
    std::int64_t zeros = 0;
    for (std::int64_t i = 0; i < kernel.inputs; ++i) {
      for (std::int64_t t = 0; t < kernel.taps; ++t) {
        const double weight = kernel.at(o, i, t);
        energy += weight * weight;
        zeros += weight == 0;
      }
    }
    if (!std::isfinite(energy)) return invalid_input(kNotFinite);
    features.fan_in_norm[o] = std::sqrt(energy);
    features.sparsity[o] = static_cast<double>(zeros) / static_cast<double>(incoming);
  }
  return features;
}

Eigen::VectorXd fan_out_norm(const Eigen::Ref<const Eigen::MatrixXd>& m) { return m.colwise().norm().transpose(); }

}  // namespace ramus
