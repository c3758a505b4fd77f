// What a comparison reads of one model: its groups, how they are built and what their branches are like. Small: neither the
// graph nor a weight is kept, so that many checkpoints can be compared.
//
//   group branches: concat of 2        samples:  features   32 units of the first layers x colour, frequency ...
//     branches.0  16 32, 5x5                     labels     64 units of the join x families
//     branches.1  16 32, 5x5                     factors    64 units of the join x factors that have a name
//
// Two branches have one form where their layers have the same widths and kernels, be they convolutions of their own or
// parts of grouped ones.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "passes/branch_group.hpp"
#include "passes/numerics/profile_agreement.hpp"

namespace ramus {

struct ProfiledBranch {
  std::string name;
  std::uint64_t structure = 0;  // branch_structure.hpp
  std::uint64_t form = 0;
  std::string operators;  // "Conv Relu Conv", in order of execution
  bool skip = false, projection = false;
  std::vector<std::int64_t> widths;  // units of its layers, in their order
  std::int64_t units = 0;            // at the join; 0: none are its own
  std::int64_t parameters = 0;
  std::optional<std::array<std::int64_t, 2>> kernel;
};

enum class ProfileBasis { features, labels, factors };
std::string_view name_of(ProfileBasis basis);

struct ProfileSample {
  ProfileBasis basis = ProfileBasis::features;
  std::string layer;                 // labels: the key; else empty
  std::vector<std::string> columns;  // features, families, or the features that name factors
  UnitSample units;
};

struct ProfiledGroup {
  std::string name;
  BranchKind kind = BranchKind::concat;
  std::string join;  // operator
  bool closed = true;
  std::uint64_t structure = 0;
  std::optional<std::size_t> parent;  // in ModelProfile::groups
  std::vector<ProfiledBranch> branches;
  std::vector<ProfileSample> samples;

  const ProfileSample* find(ProfileBasis basis, std::string_view layer) const;
};

struct ProfiledStream {
  std::string name;                 // of its first and its last group
  std::vector<std::size_t> groups;  // of its blocks, in ModelProfile::groups
  std::map<std::string, std::size_t> links;
  std::string paths;
};

struct ModelProfile {
  std::vector<ProfiledGroup> groups;  // parents before their children, as in the report
  std::vector<ProfiledStream> streams;
  std::map<std::string, std::int64_t> operators;  // of the normal form
};

struct Findings;

// Adds one graph of a model: the main one first, then its bodies with what stands before their nodes' names.
void add_to_profile(const Graph& graph, const Findings& found, const std::string& prefix, ModelProfile& profile);

}  // namespace ramus
