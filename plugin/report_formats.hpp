// The formats that a report can leave in. The table is filled by adapters/report; plugin/ only asks it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "plugin/report.hpp"

namespace ramus {

// Takes the next piece of the text; false aborts the writing.
using TextSink = std::function<bool(std::string_view)>;

// Hands all of it over at once. Error (cancelled): the sink says no.
Status write_whole(std::string_view text, const TextSink& sink);

struct ReportFormat {
  std::string_view name;     // "json", "text"
  std::string_view summary;  // one line
  Status (*write)(const Report& report, const TextSink& sink);
};

std::span<const ReportFormat> report_formats();

// Back from a written report ("ramus.report/1" JSON), as far as annotations need it. Errors (invalid_input): not JSON,
// another schema, a field that is missing or of another type, with its path.
Result<Report> read_report_json(std::string_view json);

}  // namespace ramus
