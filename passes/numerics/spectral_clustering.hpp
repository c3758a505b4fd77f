// Spectral clusters of a weight graph.
//
//   A symmetric, D its row sums:   D^-1/2 A D^-1/2 x = lambda x      the leading x behind the trivial one, each divided by
//                                                                    D^1/2: a point for every unit; then k-means
//
// The normalised Laplacian of Shi, Malik, "Normalized cuts and image segmentation", 2000, with k-means as in von Luxburg, "A
// tutorial on spectral clustering", 2007. Eigenvectors by Lanczos with restarts (Spectra) on the layers' matrices, from a
// fixed start; small graphs are solved fully. The trivial vector is taken away beforehand: in a graph of several pieces the
// next one tells pieces apart.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/weight_graph.hpp"

namespace ramus {

struct SpectralPoints {
  Eigen::MatrixXd at;                  // [dimensions x vertices with edges], by decreasing eigenvalue
  std::vector<Eigen::Index> vertices;  // which they are, ascending
};

// At most `dimensions`, fewer where the graph is smaller or vectors do not converge. Errors: cancelled.
Result<SpectralPoints> find_spectral_points(const WeightGraph& graph, Eigen::Index dimensions,
                                            const std::function<bool()>& cancelled = {});

// By vertex, in [0, k), numbered by their first vertex; -1: without edges. Uses the first k - 1 dimensions; of `starts`
// runs of k-means the tightest.
std::vector<int> find_spectral_clusters(const SpectralPoints& points, Eigen::Index vertices, int k, int starts,
                                        RandomStream& stream);

}  // namespace ramus
