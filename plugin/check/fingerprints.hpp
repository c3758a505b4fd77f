// By which a finding is the same one in the next version of a model, after renaming and after another training.
//
//   SHA-256(code, kind of place, structural hash of its node without the bytes of weights, which of several such)
#pragma once

#include <vector>

#include "graph/result.hpp"
#include "plugin/build_report.hpp"
#include "plugin/check/finding.hpp"
#include "plugin/check/node_structures.hpp"

namespace ramus {

// Fills Finding::fingerprint. A group, branch or stream counts by the node where it ends, a value by that which writes it;
// an initializer, which nothing computes, by its name.
Status fill_fingerprints(const NodeStructures& structures, const Report& report, std::vector<Finding>& findings);

}  // namespace ramus
