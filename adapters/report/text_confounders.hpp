// What could make the claims about one group, other than specialization: only what applies to it, with its numbers.
#pragma once

#include <string>
#include <vector>

#include "adapters/report/text_findings.hpp"

namespace ramus {

// Sentences, the weightiest first; `group` is the one of the entry.
std::vector<std::string> confounders_of(const Report& report, const ReportGroup& group,
                                        const ReportSpecialization& entry);

// The first layers' filters look little trained; empty where they do not, or where that is not known.
std::string untrained_filters(const GroupSpecialization& values);

// What holds of all claims of a report, whatever they are.
std::vector<std::string> cautions_of(const Report& report);

}  // namespace ramus
