// Partitions of units that branches make, each with the weight graph on its units.
//
//   one group            its branches are the parts; worth a test where some layer could join two of them: grouped
//                        convolutions, branches that read one another. Forks of whole layers cannot be cut
//   groups in a row      mixed3a [1x1] [3x3] … ─▶ mixed3b [1x1] [3x3] … ─▶ …     as many parts as the first has branches;
//                        each branch of a later group is in the part of the branch before that it is paired with
//                        (branch_mass.hpp), and the pairs are sought anew in each permuted graph
//
// Cells are the branches of all groups of a partition, one after the other.
#pragma once

#include <string>
#include <vector>

#include "passes/consecutive_groups.hpp"
#include "passes/numerics/modularity.hpp"

namespace ramus {

struct BranchPartition {
  std::vector<std::size_t> groups;  // in Findings::groups, one after the other
  std::vector<int> first_cell{0};   // by group; then the number of cells
  BranchUnits members;              // vertices and cells
  std::string key;                  // names its random streams

  int cells() const { return first_cell.back(); }
  int parts() const { return first_cell[1]; }
};

// Each group alone, then all rows of at least two consecutive groups; a group is in one row at most.
std::vector<BranchPartition> find_branch_partitions(const PassContext& context, const UnitGraph& units);

// Places in units.layers, ascending.
struct PartitionLayers {
  std::vector<std::size_t> places;  // with edges between its units
  bool can_be_cut = false;          // one of them has units of several cells on a side
};
PartitionLayers layers_of_partition(const PassContext& context, const UnitGraph& units,
                                    const BranchPartition& partition);

struct PartitionedGraph {
  WeightGraph cut;           // layers with units of several cells on a side
  std::vector<int> cell_of;  // by vertex; -1: in none
  Eigen::MatrixXd kept;      // [cells x cells]: sums over the other layers, which no permutation changes
};
// Errors: cancelled.
Result<PartitionedGraph> read_partitioned(const PassContext& context, const UnitGraph& units,
                                          const BranchPartition& partition, const PartitionLayers& layers,
                                          KernelReduction reduction);

struct PartitionTrial {
  PartitionQuality quality;
  std::vector<int> parts;  // by cell; -1: it reads none of the group before
};
// `cut`: the graph's, or that with its entries permuted.
PartitionTrial measure_partition(const BranchPartition& partition, const PartitionedGraph& graph,
                                 const WeightGraph& cut);

}  // namespace ramus
