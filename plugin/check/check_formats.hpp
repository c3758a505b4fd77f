// The formats that checks leave in. adapters/formats.cpp fills the table; plugin/ only asks it.
#pragma once

#include "plugin/check/check.hpp"
#include "plugin/report_formats.hpp"

namespace ramus {

struct CheckFormat {
  std::string_view name;     // "text", "sarif"
  std::string_view summary;  // one line
  Status (*write)(const Checks& checks, const TextSink& sink);
};

std::span<const CheckFormat> check_formats();

}  // namespace ramus
