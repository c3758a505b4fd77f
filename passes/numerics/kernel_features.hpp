// What a filter on the image looks like, from its weights alone.
//
//   kernel [3 x h x w] --- remove the mean over R, G, B at each tap ---> what is left / total energy = colour
//                      \-- remove its mean --- |2-D Fourier transform|^2 of each channel, added ---> frequency,
//                      |                                                              verticality, diagonality
//                      \-- mean over channels = luminance --- |2-D Fourier transform|^2 = P(f) ---> orientation and its
//                              \--> brightness                                                        selectivity
//
// All of them are ratios: scaling a kernel (either sign) or reordering its channels changes nothing. `orientation` is an
// angle, which has no order to test; verticality and diagonality are the two coordinates of the doubled angle, which have.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/kernel_reduction.hpp"

namespace ramus {

// One entry per unit. A number that a unit does not have (a zero kernel, or no luminance) is 0, and the unit is listed.
struct KernelFeatures {
  std::optional<Eigen::VectorXd> colour;  // in [0, 1]: 0 grey, 1 purely opponent; only for three channels
  Eigen::VectorXd frequency;    // power-weighted mean radial frequency, cycles per pixel, in [0, 0.7072]: of the
                                // channels' spectra added up, the kernel's mean removed. Not of the luminance alone:
                                // what little luminance a colour-opponent blob has is noise, and high in frequency
  Eigen::VectorXd orientation;  // direction in which luminance changes, degrees in [0, 180): 0 along x (a vertical
                                // edge), 90 along y; y points down
  Eigen::VectorXd orientation_selectivity;  // |sum P e^(2i theta)| / sum P without the constant part, in [0, 1]
  // sum P cos(2 theta) / sum P and sum P sin(2 theta) / sum P without the constant part, in [-1, 1], over the channels'
  // spectra added up as for `frequency`: edges between colours have a direction too. 1 and -1: vertical and horizontal
  // edges only; edges that rise to the right (/) and that fall (\) only.
  Eigen::VectorXd verticality, diagonality;
  Eigen::VectorXd brightness;              // |sum of the kernel| / sum of magnitudes, in [0, 1]
  std::vector<Eigen::Index> zero;          // units whose kernel is zero
  std::vector<Eigen::Index> no_luminance;  // units whose luminance has less than 1e-12 of the kernel's energy
};

// `kernels`: outputs = units, inputs = channels of the image, taps = height * width. Errors: invalid_input when the taps
// do not fit the shape, a side is above 4096, or a weight is not finite.
Result<KernelFeatures> find_kernel_features(const KernelView& kernels, KernelShape shape);

// Features that every layer has.
struct FanFeatures {
  Eigen::VectorXd fan_in_norm;  // [outputs], root of the sum of squares of the unit's incoming weights
  Eigen::VectorXd sparsity;     // [outputs], share of incoming weights that are exactly zero, in [0, 1]
};
Result<FanFeatures> find_fan_features(const KernelView& kernel);

// [columns] of M: the norm of each input unit's outgoing weights.
Eigen::VectorXd fan_out_norm(const Eigen::Ref<const Eigen::MatrixXd>& m);

}  // namespace ramus
