// Checks as text for people, as JSON, and for the tools of pipelines.
#pragma once

#include "plugin/check/check_formats.hpp"

namespace ramus {

Status write_checks_text(const Checks& checks, const TextSink& sink);
Status write_checks_json(const Checks& checks, const TextSink& sink);  // schema ramus.checks/1

}  // namespace ramus
