// The report as one HTML file that needs nothing else: the page of page/ with the data in it.
//
//   page/src ──npm, esbuild──▶ report_page.html ──into the library──▶ report_page()
//   Report ──html_data──▶ JSON, no "<" in it ──▶ in place of kHtmlDataMark
#pragma once

#include <string_view>

#include "adapters/report/json.hpp"

namespace ramus {

inline constexpr std::string_view kHtmlDataMark = "@DATA@";

// The bundled page; empty in a build without it. Defined by what CMake makes of page/.
std::string_view report_page();

// {"report": …, "text": …, "pictures": […]}: ramus.report/1, but that what the page does not read is left out, and that
// long lists of numbers are packed (html_data.cpp).
ReportJson html_data(const Report& report);

// The data as it may stand in a script element: whatever a name holds, nothing in it ends the element.
std::string html_safe(const ReportJson& data);

// Errors (usage): this build has no page.
Status write_html(const Report& report, const TextSink& sink);

}  // namespace ramus
