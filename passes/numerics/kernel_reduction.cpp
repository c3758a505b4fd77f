#include "passes/numerics/kernel_reduction.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

namespace ramus {
namespace {

constexpr struct {
  KernelReduction reduction;
  std::string_view name;
} kReductions[] = {
    {KernelReduction::l2, "l2"},
    {KernelReduction::l1, "l1"},
    {KernelReduction::max, "max"},
    {KernelReduction::spectral, "spectral"},
    {KernelReduction::one_norm, "one_norm"},
};

double largest_singular_value(const Eigen::MatrixXd& block) {
  const double scale = block.cwiseAbs().maxCoeff();
  if (scale == 0 || block.rows() == 1 || block.cols() == 1) return block.norm();
  const Eigen::MatrixXd scaled = block / scale;
  const bool wide = scaled.cols() > scaled.rows();
  const Eigen::MatrixXd gram = wide ? Eigen::MatrixXd(scaled * scaled.transpose()) : scaled.transpose() * scaled;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  return scale * std::sqrt(std::max(0.0, solver.eigenvalues()[gram.rows() - 1]));
}

// `taps` are the weights of one (output, input) pair, row by row over the kernel.
double reduce(const Eigen::VectorXd& taps, KernelReduction reduction, KernelShape shape) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (taps.size() == 0) return 0;
  switch (reduction) {
    case KernelReduction::l2:
      return taps.norm();
    case KernelReduction::l1:
      return taps.lpNorm<1>();
    case KernelReduction::max:
      return taps.lpNorm<Eigen::Infinity>();
    case KernelReduction::spectral:
      return largest_singular_value(Eigen::Map<const RowMajor>(taps.data(), shape.height, shape.width));
    case KernelReduction::one_norm:
      break;
  }
  const Eigen::Map<const RowMajor> block(taps.data(), shape.height, shape.width);
  return block.cwiseAbs().colwise().sum().maxCoeff();
}

bool needs_shape(KernelReduction reduction) {
  return reduction == KernelReduction::spectral || reduction == KernelReduction::one_norm;
}

bool fits(KernelShape shape, std::int64_t taps) {
  return shape.height > 0 && shape.width > 0 && taps % shape.height == 0 && taps / shape.height == shape.width;
}

Result<Eigen::VectorXd> magnitudes_of(std::span<const double> scales, std::int64_t count, const char* side) {
  if (scales.empty()) return Eigen::VectorXd(Eigen::VectorXd::Ones(count));
  if (static_cast<std::int64_t>(scales.size()) != count) {
    return invalid_input(std::string("kernel: ") + std::to_string(scales.size()) + " scales for " +
                         std::to_string(count) + " " + side);
  }
  const Eigen::Map<const Eigen::VectorXd> values(scales.data(), count);
  if (!values.allFinite()) return invalid_input(std::string("kernel: a scale of the ") + side + " is not finite");
  return Eigen::VectorXd(values.cwiseAbs());
}

}  // namespace

KernelView dense_kernel_view(const float* data, std::int64_t outputs, std::int64_t inputs, std::int64_t taps) {
  return {data, outputs, inputs, taps, inputs * taps, taps, 1};
}

std::string_view name_of(KernelReduction reduction) {
  for (const auto& row : kReductions) {
    if (row.reduction == reduction) return row.name;
  }
  return {};
}

std::optional<KernelReduction> kernel_reduction_named(std::string_view name) {
  for (const auto& row : kReductions) {
    if (row.name == name) return row.reduction;
  }
  return std::nullopt;
}

Result<Eigen::MatrixXd> reduce_kernel(const KernelView& kernel, KernelReduction reduction, KernelShape shape,
                                      std::span<const double> output_scales, std::span<const double> input_scales) {
  if (needs_shape(reduction) && !fits(shape, kernel.taps)) {
    return invalid_input("kernel: " + std::to_string(kernel.taps) + " taps are not a block of " +
                         std::to_string(shape.height) + " x " + std::to_string(shape.width));
  }
  Result<Eigen::VectorXd> out_scale = magnitudes_of(output_scales, kernel.outputs, "outputs");
  if (!out_scale) return propagate(std::move(out_scale).error());
  Result<Eigen::VectorXd> in_scale = magnitudes_of(input_scales, kernel.inputs, "inputs");
  if (!in_scale) return propagate(std::move(in_scale).error());

  Eigen::MatrixXd reduced(kernel.outputs, kernel.inputs);
  Eigen::VectorXd taps(kernel.taps);
  for (std::int64_t o = 0; o < kernel.outputs; ++o) {
    for (std::int64_t i = 0; i < kernel.inputs; ++i) {
      for (std::int64_t t = 0; t < kernel.taps; ++t) taps[t] = static_cast<double>(kernel.at(o, i, t));
      if (!taps.allFinite()) return invalid_input("kernel: a weight is not finite");
      reduced(o, i) = reduce(taps, reduction, shape) * (*out_scale)[o] * (*in_scale)[i];
    }
  }
  return reduced;
}

}  // namespace ramus
