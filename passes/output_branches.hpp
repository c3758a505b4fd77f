// Forks that never meet again: one branch for each output of the graph.
//
//              ┌──▶ (boxes head) ──▶ boxes
//     trunk ───┤                                     group `outputs`, fork trunk, branches boxes and scores
//              └──▶ (scores head) ─▶ scores
//
// The fork is what all outputs have last in common (the sink's immediate dominator); what serves several outputs, but not
// all, is shared, and the group is open then. A graph of one
// output has no such group, nor has a body: what it puts out meets again in the node around it.
#pragma once

#include "graph/result.hpp"

namespace ramus {

struct PassContext;
struct Findings;
Result<Findings> find_output_branches(const PassContext& context);

}  // namespace ramus
