#include "passes/numerics/kernel_reduction.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

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
double reduce_block(const Eigen::VectorXd& taps, KernelReduction reduction, KernelShape shape) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (taps.size() == 0) return 0;
  if (!taps.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  const Eigen::Map<const RowMajor> block(taps.data(), shape.height, shape.width);
  if (reduction == KernelReduction::spectral) return largest_singular_value(block);
  return block.cwiseAbs().colwise().sum().maxCoeff();
}

Eigen::MatrixXd reduce_blocks(const KernelView& kernel, KernelReduction reduction, KernelShape shape) {
  Eigen::MatrixXd reduced(kernel.outputs, kernel.inputs);
  Eigen::VectorXd taps(kernel.taps);
  for (std::int64_t o = 0; o < kernel.outputs; ++o) {
    for (std::int64_t i = 0; i < kernel.inputs; ++i) {
      for (std::int64_t t = 0; t < kernel.taps; ++t) taps[t] = static_cast<double>(kernel.at(o, i, t));
      reduced(o, i) = reduce_block(taps, reduction, shape);
    }
  }
  return reduced;
}

constexpr auto kLargerOrNan = [](double a, double b) { return b > a || std::isnan(b) ? b : a; };

constexpr std::int64_t kTile = 32;
using Tile = Eigen::Array<double, kTile, kTile>;  // column: outputs or inputs, whichever lie farther apart

void add_tap(const Eigen::Array<float, kTile, 1>& weights, KernelReduction reduction, Tile::ColXpr column) {
  if (reduction == KernelReduction::l2) column += weights.cast<double>().square();
  if (reduction == KernelReduction::l1) column += weights.cast<double>().abs();
  if (reduction == KernelReduction::max) column = column.binaryExpr(weights.cast<double>().abs(), kLargerOrNan);
}

// Rows and columns of one tile, from the first element of each.
Tile reduce_tile(FloatPointer first, std::int64_t rows, std::int64_t row_stride, std::int64_t columns,
                 std::int64_t column_stride, const KernelView& kernel, KernelReduction reduction) {
  Tile tile = Tile::Zero();
  Eigen::Array<float, kTile, 1> weights = Eigen::Array<float, kTile, 1>::Zero();
  for (std::int64_t column = 0; column < columns; ++column) {
    for (std::int64_t tap = 0; tap < kernel.taps; ++tap) {
      const FloatPointer from = first + (column * column_stride + tap * kernel.tap_stride);
      for (std::int64_t row = 0; row < rows; ++row) weights[row] = from[row * row_stride];
      add_tap(weights, reduction, tile.col(column));
    }
  }
  return tile;
}

// Tile by tile, for weights and M are seldom stored in the same order.
Eigen::MatrixXd reduce_taps(const KernelView& kernel, KernelReduction reduction) {
  Eigen::MatrixXd reduced(kernel.outputs, kernel.inputs);
  const bool inputs_lie_closer = std::abs(kernel.input_stride) < std::abs(kernel.output_stride);
  for (std::int64_t i = 0; i < kernel.inputs; i += kTile) {
    for (std::int64_t o = 0; o < kernel.outputs; o += kTile) {
      const std::int64_t outputs = std::min(kTile, kernel.outputs - o), inputs = std::min(kTile, kernel.inputs - i);
      const FloatPointer first = kernel.data + (o * kernel.output_stride + i * kernel.input_stride);
      auto part = reduced.block(o, i, outputs, inputs).array();
      if (inputs_lie_closer) {
        const Tile tile =
            reduce_tile(first, inputs, kernel.input_stride, outputs, kernel.output_stride, kernel, reduction);
        part = tile.topLeftCorner(inputs, outputs).transpose();
      } else {
        part = reduce_tile(first, outputs, kernel.output_stride, inputs, kernel.input_stride, kernel, reduction)
                   .topLeftCorner(outputs, inputs);
      }
    }
  }
  if (reduction == KernelReduction::l2) reduced = reduced.cwiseSqrt();
  return reduced;
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

KernelView dense_kernel_view(FloatPointer data, std::int64_t outputs, std::int64_t inputs, std::int64_t taps) {
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

  Eigen::MatrixXd reduced =
      needs_shape(reduction) ? reduce_blocks(kernel, reduction, shape) : reduce_taps(kernel, reduction);
  if (!reduced.allFinite()) return invalid_input("kernel: a weight is not finite");
  if (!output_scales.empty()) reduced.array().colwise() *= out_scale->array();
  if (!input_scales.empty()) reduced.array().rowwise() *= in_scale->transpose().array();
  return reduced;
}

}  // namespace ramus
