// How well a partition of a weight graph keeps its edges inside, and how well chance would.
//
//   n-cut = sum over groups of (edges that leave it) / (edges that touch it + 1e-8)      0: nothing leaves; k: all does
//   Q     = share of edges inside groups - what it would be if edges kept their ends'    in [-1/2, 1)
//           totals and joined at random
//
//   labels 0 1 | 0 1 | 0 1    weights 12 1.3 / 0 7.4, then 8.9 0.15 / 0.23 5.7 (in x out)    n-cut 0.0988967, Q 0.4290197
//
// Shi, Malik, "Normalized cuts and image segmentation", 2000; Newman, "Modularity and community structure in networks", 2006.
// As measures of neural networks, with the null of permuted entries: Filan et al., "Clusterability in neural networks",
// 2021; Watanabe, Hiramatsu, Kashino, "Modular representation of layered neural networks", 2018.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string_view>

namespace ramus {

struct PartitionQuality {
  double n_cut = 0, q = 0;
};

// `sums` as group_sums gives them (weight_graph.hpp).
PartitionQuality partition_quality(const Eigen::Ref<const Eigen::MatrixXd>& sums);

// What a permutation within a layer moves.
enum class PermutedEntries { all, nonzeros };
std::string_view name_of(PermutedEntries which);  // "entries", "nonzeros"

// A number beside those of permuted graphs.
struct AgainstNull {
  double mean = 0, sd = 0;  // of the permuted graphs; sd with n - 1
  std::optional<double> z;  // (found - mean) / sd; nullopt where all permuted graphs give one number
  std::optional<double> p;  // (1 + #{permuted graphs beyond}) / (1 + n); nullopt where all of them give what was found
};

enum class Beyond { below, above };  // which numbers speak of more structure

AgainstNull compare_with_null(double found, std::span<const double> null, Beyond beyond);

}  // namespace ramus
