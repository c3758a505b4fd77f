// The weight graph of a network: units are vertices, and the size of a weight is the edge between the two units that it
// joins. Layers keep their matrices, so that a sweep over all edges is one over a few dense blocks.
//
//   units  0 1 | 2 3 | 4 5       layers  {weights [2 x 2], first 2, reads 0 1}   between 0 1 and 2 3
//                                        {weights [2 x 2], first 4, reads 2 3}   between 2 3 and 4 5
//
// A column that several units write (a sum) is an edge to each of them.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "passes/numerics/modularity.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {

struct LayerEdges {
  struct Read {
    Eigen::Index column = 0, vertex = 0;
  };

  Eigen::MatrixXf weights;         // [units x columns], nonnegative and finite
  std::vector<Eigen::Index> rows;  // by row: the vertex
  std::vector<Read> reads;         // by column
};

struct WeightGraph {
  Eigen::Index vertices = 0;
  std::vector<LayerEdges> layers;

  std::int64_t entries() const;  // of all matrices
};

// The same graph with the entries of each layer's matrix in another order, every order equally likely.
WeightGraph permuted(const WeightGraph& graph, PermutedEntries which, RandomStream& stream);

// The edges between vertices with a label of at least 0; vertices keep their numbers.
WeightGraph labelled_part(const WeightGraph& graph, const std::vector<int>& labels);

// [groups x groups], symmetric: the edges between two groups; inside a group each counts twice. A label of -1: in none.
Eigen::MatrixXd group_sums(const WeightGraph& graph, const std::vector<int>& labels, int groups);

// By vertex: the sum of its edges.
Eigen::VectorXd degrees(const WeightGraph& graph);

// y = A x for the symmetric adjacency matrix A.
void multiply_adjacency(const WeightGraph& graph, const Eigen::Ref<const Eigen::VectorXd>& x,
                        Eigen::Ref<Eigen::VectorXd> y);

}  // namespace ramus
