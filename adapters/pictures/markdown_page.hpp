// Sections of the Markdown page that speak of numbers: what is claimed, by which test, and what could fake it. The words
// are those of the text report.
#pragma once

#include <string>

#include "plugin/report.hpp"

namespace ramus {

// Named factors; empty where no two layers have factors.
std::string factors_as_markdown(const Report& report);

// Claims of each group that was tested, what could fake them, and the cautions that hold of all.
std::string claims_as_markdown(const Report& report);

}  // namespace ramus
