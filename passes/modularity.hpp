// Modularity: do the weights keep inside branches, or inside clusters of units?
//
//   branches     conv1 [0-47] ═▶ conv2 [0-127]        n-cut 0: nothing leaves a branch; with the entries permuted it is 1,
//                conv1 [48-95] ═▶ conv2 [128-255]     half of all edges (branch_partition.hpp: groups alone, and in a row)
//   all units    spectral clusters (unit_clusters.hpp)
//
// n-cut and Newman's Q of the weight graph (unit_graph.hpp), against graphs whose entries are permuted within each layer,
// with p = (1 + #{null < n-cut}) / (1 + n) (numerics/modularity.hpp). Permuting entries asks whether weights are where they
// are by chance; that some units have large weights counts as structure, too.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "passes/numerics/modularity.hpp"

namespace ramus {

struct PartitionModularity {
  struct Layer {
    NodeId node;
    std::string part;           // the slice of a stack: "[3]"
    std::vector<int> clusters;  // by unit; -1: without edges
  };

  std::vector<std::size_t> groups;      // in Findings::groups, one after the other; empty: clusters of all units
  std::vector<std::vector<int>> parts;  // by group and branch: its part; -1: none
  std::vector<Layer> layers;            // of clusters: where the units are
  std::string reduction;
  PermutedEntries permuted = PermutedEntries::all;
  int permutations = 0;
  int k = 0;                                          // parts, or clusters
  std::int64_t units = 0, matrices = 0, entries = 0;  // with edges; of layers; of all matrices
  PartitionQuality found;
  AgainstNull n_cut, q;
};

struct PassContext;
struct Findings;
Result<Findings> find_modularity(const PassContext& context);

}  // namespace ramus
