// The formats that a comparison can leave in. The table is filled by adapters/report; plugin/ only asks it.
#pragma once

#include "plugin/compare.hpp"
#include "plugin/report_formats.hpp"

namespace ramus {

struct ComparisonFormat {
  std::string_view name;  // "json", "text"
  Status (*write)(const Comparison& comparison, const TextSink& sink);
};

std::span<const ComparisonFormat> comparison_formats();

}  // namespace ramus
