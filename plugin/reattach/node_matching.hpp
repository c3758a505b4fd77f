// Which node of one graph is which of another that an optimiser, a converter or a renaming made of it.
//
//   by hash     they compute the same, down to the weights and the graph's inputs (structural_hash.hpp)
//   by values   they write the value of one name, do the same kind of thing to weights of the same size, and their
//               neighbours agree: optimisers change weights and fuse nodes, but keep the names of values
//   by place    they stand at the same place between nodes already found, and no other node could stand there
//
// What several nodes could be is not matched: nothing is guessed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "plugin/report.hpp"

namespace ramus {

enum class MatchBasis { hash, values, place };
std::string_view name_of(MatchBasis basis);

struct NodeMatch {
  std::size_t node = 0;  // place in the other graph's `nodes`
  MatchBasis basis = MatchBasis::hash;
};

// By place in from.nodes. Two nodes may have one match, where equal computations were merged.
std::vector<std::optional<NodeMatch>> match_nodes(const ReportGraph& from, const ReportGraph& to);

}  // namespace ramus
