#include <algorithm>
#include <array>

#include "plugin/check/rule.hpp"
#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

constexpr std::array<const Rule*, 17> kRules{
    &kBypass,
    &kDeadBranch,
    &kDuplicateBranches,
    &kNearIdentityBlock,
    &kUnbalancedBranches,
    &kBlockDiagonalLayer,
    &kUnreachableNodes,
    &kUnusedInitializers,
    &kUnseenMetadata,
    &kGroupsChanged,
    &kStreamsChanged,
    &kSpecializationFallen,
    &kMeaningGone,
    &kNotInBaseline,
    &kUnusedIgnore,
    &kMissingWeights,
    &kIncompleteAnalysis,
};

}  // namespace

std::span<const Rule* const> all_rules() { return kRules; }

const Rule* find_rule(std::string_view code) {
  const auto found = std::find_if(kRules.begin(), kRules.end(), [&](const Rule* rule) { return rule->code == code; });
  return found == kRules.end() ? nullptr : *found;
}

}  // namespace ramus
