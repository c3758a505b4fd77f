// Spectral clusters of all units of a graph, against graphs whose entries are permuted within each layer.
//
//   k given, or 2 … 12 tried      the k whose n-cut lies farthest below the mean of all graphs, per cluster, as in
//                                 co_clustering.hpp; p counts the permuted graphs that at some k lie more standard
//                                 deviations off (n-cut below, Q above), and so pays for the choice
//   k-means                       25 starts at the k that is chosen, 2 at each that is tried, in all graphs alike
//
// Filan et al., "Clusterability in neural networks", 2021.
#pragma once

#include <optional>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/modularity.hpp"
#include "passes/numerics/weight_graph.hpp"

namespace ramus {

struct PassContext;

struct UnitClusters {
  int k = 0;
  std::vector<int> labels;  // by vertex; -1: without edges
  PartitionQuality found;
  AgainstNull n_cut, q;  // their p pay for the choice of k
};

// `k` below 2: to be chosen. nullopt: the search for eigenvectors did not converge. Errors: cancelled.
Result<std::optional<UnitClusters>> find_unit_clusters(const PassContext& context, const WeightGraph& graph,
                                                       PermutedEntries which, int k, int permutations);

}  // namespace ramus
