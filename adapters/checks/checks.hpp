// Checks as text for people, as JSON, and for the tools of pipelines.
#pragma once

#include "plugin/check/check_formats.hpp"

namespace ramus {

Status write_checks_text(const Checks& checks, const TextSink& sink);
Status write_checks_json(const Checks& checks, const TextSink& sink);  // schema ramus.checks/1
Status write_sarif(const Checks& checks, const TextSink& sink);        // 2.1.0, within GitHub's limits
Status write_github(const Checks& checks, const TextSink& sink);       // commands of a workflow: annotations
Status write_junit(const Checks& checks, const TextSink& sink);        // what Jenkins and GitLab read of JUnit's XML
Status write_baseline(const Checks& checks, const TextSink& sink);     // schema ramus.baseline/1

// What plugin/check/baseline.hpp reads again, schema ramus.baseline/1. Error (usage): the checks were made without it.
Status write_baseline(const Checks& checks, const TextSink& sink);

}  // namespace ramus
