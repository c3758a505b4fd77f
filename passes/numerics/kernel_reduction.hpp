// From the weights of a layer to its wiring matrix: one number per (unit of L, unit of P), the kernel positions reduced.
//
//   K [out x in x taps] --|.| reduced over taps--> M [out x in], nonnegative
//
// The weights are not copied: the view names a start and three strides, so OIHW, HWIO, [in x out] and a slice of a
// larger tensor all read alike.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "graph/float_view.hpp"
#include "graph/result.hpp"

namespace ramus {

struct KernelView {
  FloatPointer data;  // lives as long as its owner
  std::int64_t outputs = 0, inputs = 0, taps = 1;
  std::int64_t output_stride = 0, input_stride = 0, tap_stride = 1;  // in elements; may be negative

  float at(std::int64_t output, std::int64_t input, std::int64_t tap) const {
    return data[output * output_stride + input * input_stride + tap * tap_stride];
  }
};

// A dense [outputs x inputs x taps] array, the layout of ONNX Conv weights.
KernelView dense_kernel_view(FloatPointer data, std::int64_t outputs, std::int64_t inputs, std::int64_t taps);

struct KernelShape {
  std::int64_t height = 1, width = 1;  // taps = height * width, row by row
};

enum class KernelReduction {
  l2,        // root of the sum of squares: the Frobenius norm of M is that of K
  l1,        // sum of magnitudes
  max,       // largest magnitude
  spectral,  // largest singular value of the height x width block
  one_norm,  // largest column sum of magnitudes of the height x width block (Filan et al., "Clusterability in neural
             // networks", 2021)
};
std::string_view name_of(KernelReduction reduction);
std::optional<KernelReduction> kernel_reduction_named(std::string_view name);

// M[o, i] = |output_scales[o] * input_scales[i]| * reduction of K[o, i, :], in double precision. An empty span of scales
// means ones. Errors: invalid_input when a weight or scale is not finite, when the number of scales is wrong, or when
// `spectral` or `one_norm` is asked of a shape with another number of taps.
Result<Eigen::MatrixXd> reduce_kernel(const KernelView& kernel, KernelReduction reduction = KernelReduction::l2,
                                      KernelShape shape = {}, std::span<const double> output_scales = {},
                                      std::span<const double> input_scales = {});

}  // namespace ramus
