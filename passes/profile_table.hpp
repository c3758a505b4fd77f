// The profiles of the first model's branches beside those of the branches that were assigned to them in the others:
//
//                          seed 1   seed 2   seed 3
//     branches.0  colour    -0.73     0.05    -0.84        for a series of seeds, checkpoints or data sets
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "passes/comparison.hpp"

namespace ramus {

struct ProfileColumn {
  std::string name;
  std::string statistic;  // "mean", "spread" or "log_odds" (profile_agreement.hpp)
};

struct ProfileTable {
  std::size_t group = 0;  // of the first model
  ProfileBasis basis = ProfileBasis::features;
  std::string layer;  // labels: the key
  std::vector<ProfileColumn> columns;
  // values[branch][model][column]; nullopt where the other model has no such branch or column.
  std::vector<std::vector<std::vector<std::optional<double>>>> values;
};

// `against_first`: of profiles[1], profiles[2] ...
std::vector<ProfileTable> make_profile_tables(std::span<const ModelProfile> profiles,
                                              std::span<const ComparedModels> against_first);

}  // namespace ramus
