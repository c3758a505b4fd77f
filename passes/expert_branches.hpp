// Mixtures of experts: branches of which a router says how much each counts.
//
//     x ─┬▶ (router) ─▶ Softmax ─▶ g ┄┄┄┄┄┐               group `experts`, fork x, join y, one branch for each expert,
//        ├▶ (expert 0) ─▶ · g_0 ─────────▶┤               shared: the router, from the fork to its last common node
//        └▶ (expert 1) ─▶ · g_1 ─────────▶┤ Sum ─▶ y
//
//     stacked weights [E, in, out]        all branches hold the same nodes; the units of expert e are the slice e of each
//     MoE, QMoE                           the operator is join and branch in one; its units are fc1's, fc3's, fc2's
//
// Closed unless something but the router serves several experts or is read from elsewhere; `crossing` lists what it is.
// Where a sum adds more than experts (a residual with the mixture in it, an expert that is always on), that is a group of
// its own at the same join, in which the mixture is one arm. Multiply-accumulates are those of an expert that takes every
// token, as far as shapes say how many there are. How mixtures are recognised, and what is none: expert_mixtures.hpp.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_expert_branches(const PassContext& context);

}  // namespace ramus
