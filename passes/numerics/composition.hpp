// Virtual weights: what a later block of a residual stream reads of what an earlier one writes.
//
//   block P writes   K_P [units x inner inputs of P]        stream ──┬───────────(+)──┬──▶
//   block L reads    K_L [inner outputs of L x units]                └▶ … K_P ───▶┘   └▶ K_L …
//   composed         C = K_L * K_P, kernels convolved: C_t = sum over t1 + t2 = t of (K_L)_t1 (K_P)_t2
//
//   size             |C|, the Frobenius norm over all taps (no border is cut off)
//   score            |C| / (|K_L| |K_P|): Elhage et al., "A Mathematical Framework for Transformer Circuits", 2021
//
// C is never formed. With the lagged Gram matrices, one for each distance d between two taps of one kernel,
//
//   R_d = sum over t of (K_L)_t' (K_L)_t+d        W_d = sum over t of (K_P)_t (K_P)_t+d'        both [units x units]
//   |C|^2 = sum over d of trace(R_d W_d)
//
// a pair costs units^2 for each lag that both kernels have, whatever the inner widths, and a block is read once. Maps in
// parallel (queries, keys and values) add up: so do their Gram matrices.
//
// By chance: the stream's basis of P is turned against that of L by a rotation Q drawn uniformly. Its moments are exact
// (Q acts on symmetric traceless and on skew matrices irreducibly):
//
//   E |C|^2 = sum over d of trace(R_d) trace(W_d) / units
//   Var     = |sum over d of R_d° (x) W_d°|^2 / ((units - 1)(units + 2) / 2)  symmetric parts without their trace,
//           + the same of the skew parts                / (units (units - 1) / 2)
//
// Where one of the two is a matrix without kernel, E is |K_L|^2 |K_P|^2 / units: the expectation of random matrices of the
// same shapes as well, whose entries are independent. For two kernels the lags count how smooth both are in space, which
// random kernels are not; without it smooth kernels would seem to compose. p is the upper tail of the beta distribution with
// these two moments between 0 and sum over d of |R_d| |W_d|: exact for two vectors, and |C|^2 of others is a weighted sum of
// nearly independent squares, which it matches well (as a gamma would, Satterthwaite 1946, were there no upper end). 1,000
// random pairs of matrices have uniform p. Where few directions hold most of the energy, p is too small: against 6,000
// rotations of smooth kernels 0.04 where 0.05 is right, 0.005 where 0.01, and 0.0001 to 0.0005 where 0.001 is.
// Why rotations, not permuted channels: the baseline above then is the one of the literature, and p belongs to it; a
// permutation keeps the mean direction of the channels, in which two blocks may well compose. It tells nothing of *why*
// maps align: a few large channels that both use are alignment too.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ramus {

// Place of a tap in rows and columns, or the distance between two.
using KernelLag = std::array<std::int64_t, 2>;

// Weights of one group of a layer on the side of the stream: one matrix for each tap.
struct StreamWeights {
  Eigen::Index first_unit = 0;        // of the stream
  std::vector<Eigen::MatrixXd> taps;  // each [inner units x units of the stream that the group touches]
};

// What a block reads from, or writes into, a stream of so many units.
class StreamMap {
 public:
  // Lags beyond `most` are left out: those that the other side of every pair lacks.
  explicit StreamMap(Eigen::Index units, KernelLag most = {0, 0}) : units_(units), most_(most) {}

  // A layer; one place for each tap. Groups do not overlap in inner units.
  void add(std::span<const StreamWeights> groups, std::span<const KernelLag> places);
  // A map that passes through a narrow middle, left * right, not multiplied: left [inner x rank], right [rank x units].
  void add_product(const Eigen::Ref<const Eigen::MatrixXd>& left, const Eigen::Ref<const Eigen::MatrixXd>& right);
  // Every unit of the stream times its factor.
  void scale(const Eigen::Ref<const Eigen::VectorXd>& factors);
  // The mean over the units of the stream taken away, as a layer norm does.
  void remove_mean_of_units();
  // Into another stream, of projection.rows() units, at every stride-th place.
  void project(const Eigen::Ref<const Eigen::MatrixXd>& projection, const KernelLag& stride);
  // Maps in parallel, of the same stream.
  void add(const StreamMap& other);

  // Each layer without its mean over the inner units, tap by tap: the composition of two such maps is C without its means
  // over inner inputs and over inner outputs (both, of each layer).
  StreamMap centred() const;

  Eigen::Index units() const { return units_; }
  const KernelLag& most() const { return most_; }
  double energy() const;  // |K|^2
  // By lag, those that are not negative: (0, 0), then by row and column. R_-d = R_d'.
  const std::map<KernelLag, Eigen::MatrixXd>& grams() const { return grams_; }

 private:
  struct Sums {  // of one layer over its inner units
    double inner = 0;
    std::map<KernelLag, Eigen::VectorXd> by_place;
    KernelLag stride{1, 1};  // distances of places are multiples of it where they meet
  };
  Eigen::MatrixXd& gram(const KernelLag& lag);
  bool is_wanted(const KernelLag& lag) const;

  Eigen::Index units_;
  KernelLag most_;
  std::map<KernelLag, Eigen::MatrixXd> grams_;
  std::vector<Sums> sums_;
};

inline constexpr double kSmallestCompositionP = 1e-4;  // the tail is checked no further

struct Composition {
  double size = 0;          // |C|
  double size_centred = 0;  // |C| without its means
  double score = 0;         // in [0, 1] without kernels; 0 where a side is zero
  double baseline = 0;      // root mean square of the score over rotations
  double z = 0;             // of |C|^2 over rotations; 0 where rotations change nothing
  double p = 1;             // upper tail, not below kSmallestCompositionP
  std::int64_t units = 0;   // of the stream, which is rotated
};

// Both maps of the same stream, and read with lags of the same `most`.
Composition compose(const StreamMap& read, const StreamMap& write);

// Orthonormal directions of the stream that hold `share` of a map's energy, the fewest that do: [units x r].
Eigen::MatrixXd leading_subspace(const StreamMap& map, double share);

// Mean squared cosine of the principal angles between two subspaces given by orthonormal columns, as many as the smaller
// has, in [0, 1] (Björck, Golub, "Numerical methods for computing angles between linear subspaces", 1973). By chance it is
// the larger number of columns over the units. 0 where one is empty.
double subspace_overlap(const Eigen::Ref<const Eigen::MatrixXd>& a, const Eigen::Ref<const Eigen::MatrixXd>& b);

}  // namespace ramus
