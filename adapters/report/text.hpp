// The report as a summary that a person reads in a minute: branches as a tree, the strongest factors with their names,
// the strongest specializations with p and q. What is cut for brevity is counted.
#pragma once

#include "plugin/report_formats.hpp"

namespace ramus {

Status write_text(const Report& report, const TextSink& sink);

}  // namespace ramus
