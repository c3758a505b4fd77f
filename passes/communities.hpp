// Communities: blocks of a residual stream, or its attention heads, that compose with each other more than with the rest.
//
//   blocks 0 1 2 3 4 5          pairs 0>1 0>2 1>2 and 3>4 3>5 4>5 compose        communities {0 1 2} {3 4 5}
//
// The graph: the weight of two blocks is the excess of their composition over chance (composition.hpp), score - baseline
// where that is positive, else 0. Two heads have the sum of theirs by queries, by keys and by values, each 0 where it is
// negative: heads that keep apart in one way are not less coupled by another. Direction is left out. Found by the method of
// Louvain (numerics/louvain.hpp), which keeps the partition of the highest Newman's Q of several runs.
//
// Any graph has a partition of positive Q, so Q stands beside what the same search finds once the weights are dealt anew:
//   in any order             to all pairs that were composed: is there more than single strong pairs?
//   in order of distance     among pairs equally many blocks apart: is there more than that near blocks compose most? Where
//                            they do, stretches of a stream are communities by the first null, and not by this one
//
// Fewer than four members with edges have none: two communities with an edge inside each take four. What composes with no
// other member beyond chance is in none (-1). Nothing is said of what a community does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/numerics/pair_graph.hpp"

namespace ramus {

enum class CommunityMembers { blocks, heads };
std::string_view name_of(CommunityMembers of);

struct StreamCommunities {
  struct Member {
    std::size_t block = 0;  // place in the stream
    std::optional<std::size_t> head;
    int community = -1;  // below k, in the order of their first members; -1: in none
  };

  std::size_t stream = 0;  // in Findings::streams
  CommunityMembers of = CommunityMembers::blocks;
  std::vector<Member> members;        // those of composed pairs; by block, then head
  std::int64_t pairs = 0, edges = 0;  // composed; of them those with weight
  int k = 0;
  double q = 0;  // Newman's, in [0, 1)
  PermutedQ any_order, by_distance;
  int permutations = 0;
  double stability = 1;  // mean adjusted mutual information between the partitions of two runs
  int runs = 0;
};

struct PassContext;
struct Findings;

// By stream, blocks before heads. What was left out for its size stands in the notes.
Result<Findings> find_communities_of_streams(const PassContext& context);

}  // namespace ramus
