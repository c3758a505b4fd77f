// Labels against the branches of one group: who owns which labelled unit, and the table of enrichments.
#pragma once

#include <vector>

#include "passes/branch_group.hpp"
#include "passes/labels.hpp"
#include "passes/specialization.hpp"

namespace ramus {

// By channel of the labelled value: the branch that owns the unit, or -1.
//
// Where the labelled value carries the channels of the group's join, the join's ranges decide. Elsewhere a unit belongs to
// the branch that lists it among its layers; one that several branches list belongs to none.
std::vector<int> owners_of(const Graph& graph, const ChannelFlow& flow, const BranchGroup& group,
                           const ResolvedLabels& labels);

// Families that overlap others, fewest first removed: a union of families goes, its parts stay. Ascending places in
// labels.families.
std::vector<std::size_t> overlapping_families(const LayerLabels& labels);

}  // namespace ramus
