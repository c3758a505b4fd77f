// The critical path of branches that could run side by side, in multiply-accumulates.
//
//   fork ─┬▶ 10 ─▶ 50 ──┐          arm 60, arm 20: together 80, and on two machines 60 at best
//         └▶ 20 ────────┤ join
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "passes/branch_group.hpp"

namespace ramus {

struct ParallelCost {
  std::int64_t macs = 0;      // of one sample, all branches and what they share
  std::int64_t critical = 0;  // along the path of nodes that takes the most
  std::size_t heaviest = 0;   // the branch with the most
  std::int64_t heaviest_macs = 0;
};

// `place`: of each node in topological order. nullopt: fewer than two branches compute, or the operations of a node are not
// known: of layers without shapes, of recurrent and stacked ones, of products of two computed values, of bodies.
std::optional<ParallelCost> find_parallel_cost(const Graph& graph, const BranchGroup& group,
                                               std::span<const std::size_t> place);

}  // namespace ramus
