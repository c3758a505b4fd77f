// Matrices without structure to compare M with: the entries of M permuted within each row, which keeps what each output
// reads in all, and says nothing of which inputs belong together.
//
//   M  1 2 9    without its inputs' scales,     2 9 1   normalised
//      3 4 8    each row in an order of its own  4 3 8   like M itself
#pragma once

#include <Eigen/Core>

#include "passes/numerics/matrix_preparation.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {

// How large the entries of an input are, as the mean of |m|^power to the power 1 / power.
enum class InputScale {
  norm,  // power 2. Matrices without structure have a first factor with p <= 0.05 in 3 to 7 %, and in up to 12 % where the
         // entries are heavy-tailed (Student t3)
  roots,  // power 1/2: an outlier says less of the others in its column. Groups with p <= 0.05 in 1 to 5 %, with t3 too,
          // where the norm gives up to 40 %
};

class PermutedMatrix {
 public:
  // `m` has no silent units. Where the scales of the inputs are a free gauge, the entries are freed of them first: how large
  // they are must not decide how much noise to expect.
  PermutedMatrix(const Eigen::MatrixXd& m, Normalise normalise, InputScale scale);

  // One permutation, normalised and not centred; shape of M.
  Eigen::MatrixXd draw(RandomStream& stream) const;

 private:
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> source_;
  Normalise normalise_;
};

}  // namespace ramus
