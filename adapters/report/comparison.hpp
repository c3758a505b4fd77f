// A comparison of models as JSON (schema ramus.comparison/1, comparison.schema.json) and as a page to read.
#pragma once

#include "plugin/comparison_formats.hpp"

namespace ramus {

Status write_comparison_json(const Comparison& comparison, const TextSink& sink);
Status write_comparison_text(const Comparison& comparison, const TextSink& sink);

}  // namespace ramus
