// The bodies of If operators: branches of which one runs.
//
//                   ┌ then_branch ┐
//     condition ──▶ ┤             ├──▶ y            group `conditional`, join If, branches then_branch and else_branch
//                   └ else_branch ┘
//
// The nodes of a body belong to a graph of their own, which is analysed by itself; here a branch counts their parameters
// and multiply-accumulates, bodies inside bodies included.
#pragma once

#include "graph/result.hpp"

namespace ramus {

struct PassContext;
struct Findings;
Result<Findings> find_conditional_branches(const PassContext& context);

}  // namespace ramus
