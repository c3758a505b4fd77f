// One line about a group, a branch or what a branch specialises in, for hosts that have room for one line.
#pragma once

#include <string>

#include "plugin/node_facts.hpp"

namespace ramus {

// "concat of 4: 64, 128, 32, 32 units; score 0.31 from labels (p 0.001)". `specialization` may be nullptr.
std::string sentence_of(const ReportGroup& group, const ReportSpecialization* specialization);
// "units [0, 32), 3 layers, 5x5, 14.0 k parameters, 4.1 M MACs"
std::string sentence_of(const ReportBranch& branch);
// "colour (AUC 0.96, p 3.2e-07, q 1.3e-06)"
std::string sentence_of(const StrongestResult& result);

}  // namespace ramus
