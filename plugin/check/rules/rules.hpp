// The rules, one file each. Codes by what they are about: RMS0xx the structure, RMS1xx branches and their weights,
// RMS2xx parts that nothing uses, RMS3xx what changed since a baseline was approved, RMS9xx the run itself.
#pragma once

#include "plugin/check/rule.hpp"

namespace ramus {

extern const Rule kBypass;                // RMS001
extern const Rule kDeadBranch;            // RMS101
extern const Rule kDuplicateBranches;     // RMS102
extern const Rule kNearIdentityBlock;     // RMS103
extern const Rule kUnbalancedBranches;    // RMS104
extern const Rule kBlockDiagonalLayer;    // RMS105
extern const Rule kUnreachableNodes;      // RMS201
extern const Rule kUnusedInitializers;    // RMS202
extern const Rule kUnseenMetadata;        // RMS203
extern const Rule kGroupsChanged;         // RMS301: a branch or group is gone, new, changed
extern const Rule kStreamsChanged;        // RMS302
extern const Rule kSpecializationFallen;  // RMS303
extern const Rule kMeaningGone;           // RMS304
extern const Rule kNotInBaseline;         // RMS901
extern const Rule kUnusedIgnore;          // RMS902
extern const Rule kMissingWeights;        // RMS903
extern const Rule kIncompleteAnalysis;    // RMS904

}  // namespace ramus
