// The two steps before the SVD of |W|, and the units that they leave out.
//
//   M [units of L x units of P], nonnegative
//     -- normalise inputs --> every column has norm 1     (a unit's scale is a free gauge: incoming weights times a,
//                                                          outgoing divided by a, and no output of the network moves)
//     -- centre rows -------> every row has mean 0        (principal components with the input units as samples: the
//                                                          first vector of a nonnegative matrix only measures size)
//
// A unit whose column is zero is `silent`. Where the columns are normalised it has no direction to compare, so it is
// left out: its column stays zero through both steps, and the means run over the others. The same holds for zero rows
// where the rows are normalised.
#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

namespace ramus {

enum class Normalise {
  none,
  inputs,   // each column divided by its norm
  outputs,  // each row divided by its norm
  both,     // columns first, then rows: exact invariance holds for the inputs' scales
};

enum class Centring {
  none,
  rows,     // each output's mean over its inputs is subtracted
  columns,  // each input's mean over its outputs is subtracted
  double_,  // both: row mean and column mean subtracted, the grand mean added back
  // Standardised residuals (P - r c') / sqrt(r c') of P = M / sum of M with row sums r and column sums c: what remains
  // when each output reads each input in proportion to their totals. Benzecri, "L'analyse des donnees", 1973.
  correspondence,
};

// By the words "none", "inputs", "outputs", "both"; "none", "rows", "columns", "double", "correspondence".
Normalise normalise_named(std::string_view word);
Centring centring_named(std::string_view word);

struct PreparedMatrix {
  Eigen::MatrixXd values;                 // [active_rows x active_columns], normalised and centred
  double uncentred_energy = 0;            // squared Frobenius norm between the two steps; that of P / sqrt(r c') where
                                          // centring is correspondence
  std::vector<Eigen::Index> rows;         // which rows of M these are, ascending
  std::vector<Eigen::Index> columns;      // which columns of M, ascending
  std::vector<Eigen::Index> silent_rows;  // rows of M that are zero: norm at most 1e-12 of the largest row's
  std::vector<Eigen::Index> silent_columns;
};

// M as above; entries must be finite.
PreparedMatrix prepare_matrix(const Eigen::Ref<const Eigen::MatrixXd>& m, Normalise normalise, Centring centring);

// The same entries of M, untouched.
Eigen::MatrixXd active_entries(const Eigen::Ref<const Eigen::MatrixXd>& m, const PreparedMatrix& prepared);

// The two steps alone, in place, for a matrix without silent rows or columns.
void normalise_matrix(Eigen::MatrixXd& m, Normalise normalise);
void centre_matrix(Eigen::MatrixXd& m, Centring centring);

// [rows]; 0 for a matrix without columns.
Eigen::VectorXd row_means(const Eigen::Ref<const Eigen::MatrixXd>& m);

}  // namespace ramus
