// What the formats say alike about findings. All of it is shown (names.hpp): one line, without control characters.
#pragma once

#include <string>
#include <vector>

#include "plugin/check/check.hpp"

namespace ramus {

// "node 'Add_12'", "value 'y' of the body 'If_3/then_branch'", "the model".
std::string text_of(const Place& place);

// "node 'Add_12': the output 'y' also gets the input". What is said of the whole model needs no place.
std::string sentence_of(const Finding& finding);

// "past the trunk: x -> AvgPool -> ... 12 more ... -> y"
std::string text_of(const PlacePath& path);

// Why a model could not be checked, without its path before it.
std::string failure_of(const CheckedModel& model);

// "RMS001 input-to-output-bypass"
std::string title_of(const std::string& code);

// "3 findings (1 warning, 2 notes) in 2 models; 1 ignored, 2 in the baseline; 1 model could not be checked"
std::string totals_of(const Checks& checks);

}  // namespace ramus
