// What the tools of a deployment pipeline take of a report.
//
//   CycloneDX 1.6   a bill of materials with the model as its one component; the model card holds what was found
//   Prometheus      text exposition for the textfile collector: *.prom
//
// Both are pure functions of the report: no time, no random number.
#pragma once

#include "plugin/report_formats.hpp"

namespace ramus {

Status write_cyclonedx(const Report& report, const TextSink& sink);
Status write_prometheus(const Report& report, const TextSink& sink);

}  // namespace ramus
