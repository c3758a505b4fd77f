// Checks as text for people, as JSON, and for the tools of pipelines.
#pragma once

#include "plugin/check/check_formats.hpp"

namespace ramus {

Status write_checks_text(const Checks& checks, const TextSink& sink);
Status write_checks_json(const Checks& checks, const TextSink& sink);  // schema ramus.checks/1

// What plugin/check/baseline.hpp reads again, schema ramus.baseline/1. Error (usage): the checks were made without it.
Status write_baseline(const Checks& checks, const TextSink& sink);

}  // namespace ramus
