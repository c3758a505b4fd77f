// What is built differently in two groups that were aligned, and in two models: facts before and after, as text.
//
//   mixed3a_5x5: kernel 5x5 -> 3x3, parameters 12832 -> 4640
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "passes/group_alignment.hpp"
#include "passes/model_profile.hpp"

namespace ramus {

struct Difference {
  std::string what;  // of the group: kind, join, closed, order; of a branch: skip, projection, kernel, units, widths,
                     // parameters, operators, attributes
  std::string before, after;          // empty for `attributes`: attributes, connections or shapes
  std::optional<std::size_t> branch;  // of A; nullopt: of the group
};

// `branches` pairs those of A with those of B.
std::vector<Difference> find_differences(const ProfiledGroup& a, const ProfiledGroup& b,
                                         const std::vector<std::pair<std::size_t, std::size_t>>& branches);

struct StreamPair {
  std::size_t a = 0, b = 0;
  std::vector<Difference> differences;  // blocks, links, paths
};

struct StreamDifferences {
  std::vector<StreamPair> pairs;
  std::vector<std::size_t> only_a, only_b;
};

// Streams that share most aligned groups are one and the same.
StreamDifferences compare_streams(const ModelProfile& a, const ModelProfile& b,
                                  const std::vector<AlignedGroups>& groups);

struct OperatorDifference {
  std::string op;
  std::int64_t before = 0, after = 0;  // nodes of the normal form
};

std::vector<OperatorDifference> compare_operators(const ModelProfile& a, const ModelProfile& b);

}  // namespace ramus
