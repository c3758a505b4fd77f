// Communities: a partition of the members of a graph whose weights stay inside its parts, as far as Newman's Q asks.
//
//   0───1   3───4
//   │ ╱     │ ╱        found: 0 0 0 1 1 1
//   2───────5
//
// The search is that of Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks", 2008:
// members move one by one, in random order, to the neighbouring community that adds most to Q; communities become members
// of a smaller graph, and so on. It then starts again from what it found, until that adds nothing. One run finds one local
// maximum: several are made, and how much they agree says whether there is one partition to be found.
#pragma once

#include <vector>

#include "passes/numerics/pair_graph.hpp"

namespace ramus {

struct Communities {
  std::vector<int> labels;  // by member, 0 … in the order of their first members; -1: it has no edge
  double q = 0;
};

Communities find_communities(const PairGraph& graph, RandomStream& stream);

struct CommunityRuns {
  Communities best;  // of the highest Q, of equal ones the first
  // Mean adjusted mutual information of two runs over the members with edges, in about [0, 1]; two that are alike have 1.
  double stability = 1;
};

// At least one run; one after the other from one stream.
CommunityRuns find_stable_communities(const PairGraph& graph, int runs, RandomStream& stream);
// The best of them alone: what a null needs.
Communities find_best_communities(const PairGraph& graph, int runs, RandomStream& stream);

}  // namespace ramus
