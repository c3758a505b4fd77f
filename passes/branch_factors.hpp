// Factors of the layer that reads a join, by branch: do the axes along which it reads divide the branches?
//
//   join of 2 branches --> conv3, M = |its weights|      v_0 over the join's units   0.3 0.2 0.3 | -0.2 -0.3 0.1
//                                                         pole of factor 0            +   +   +  |  -   -   +
//   energy of factor 0 in branch 0: 0.3^2 + 0.2^2 + 0.3^2, expected: its share of the units
//
// A reader with groups, or one inside a branch, says nothing: its weights follow the branches by construction. Where
// several layers read the join, the one with the most units speaks, whatever its factors are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "passes/branch_group.hpp"
#include "passes/factors.hpp"

namespace ramus {

struct FactorShare {
  std::size_t factor = 0;
  double energy_share = 0;  // sum of v_j^2 over the branch's units, in [0, 1]; over all branches at most 1
  double expected = 0;      // the branch's share of the units that are not silent
  double p = 1;             // two-sided: |share - expected| when the branches of the units are permuted
  double q = 1;             // over all such shares of the model
};

struct JoinFactors {
  const Factorization* read = nullptr;  // join -> reader
  std::vector<int> owners;              // branch by unit of the join; -1: of none, or silent
};

// nullopt: the branches own no units of one join, or no layer reads all of it.
std::optional<JoinFactors> find_join_factors(const std::vector<Factorization>& factors, const BranchGroup& group);

// [branches][significant factors]; `permutations` from streams (seed, the wiring's id).
std::vector<std::vector<FactorShare>> find_factor_shares(const JoinFactors& join, std::size_t branches,
                                                         int permutations, std::uint64_t seed);

// By unit of the join: a number for each factor and pole, -1 where the unit is unassigned.
std::vector<int> poles_of(const JoinFactors& join);

}  // namespace ramus
