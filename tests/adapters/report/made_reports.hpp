// Reports written by hand, with each field set to something that is not its default.
#pragma once

#include <string>

#include "plugin/comparison_formats.hpp"

namespace ramus::testing {

Report empty_report();
// Two branches, the second with a residual group inside; a stream; factors of one wiring; features; labels.
Report two_branch_report();
// The same with names that hold quotes, line breaks, escape codes, bytes that are not UTF-8, and 10,000 letters.
Report hostile_report();

std::string written_as(std::string_view format, const Report& report);

// Three models: a branch that recurs in another order, one that is lost, a group and a stream of one model alone. `name`
// is that of everything in them.
Comparison made_comparison(const std::string& name = "mixed3a");
std::string written_as(std::string_view format, const Comparison& comparison);

}  // namespace ramus::testing
