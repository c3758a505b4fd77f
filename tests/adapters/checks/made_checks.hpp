// Checks written by hand: what a model can do to the formats, and more of it than they hold.
#pragma once

#include <string>
#include <string_view>

#include "plugin/check/check.hpp"

namespace ramus::testing {

// Quotes, a line break, a workflow command, the ends of CDATA and of a tag, a link, an argument of SARIF, a colour of the
// terminal, an override of the writing direction, and a byte that is no UTF-8.
extern const std::string kHostile;

Finding finding_at(PlaceKind kind, std::string name, Severity severity);

// One finding without a path, ignores or a baseline, in "models/a.onnx".
Checks plain_checks();
// Every field filled: three models, one of which could not be checked, a path, places, facts, ignores, a baseline.
Checks full_checks();
// The same with kHostile for every name.
Checks hostile_checks();
// One model with `notes` notes and behind them one error.
Checks many_findings(std::size_t notes, std::size_t message_size);
// A finding with that many related places, and a path of that many steps.
Checks long_finding(std::size_t related, std::size_t steps);
// Models without findings.
Checks nothing_found();

std::string written_as(std::string_view format, const Checks& checks);

}  // namespace ramus::testing
