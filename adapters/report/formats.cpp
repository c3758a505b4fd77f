// The table of formats that plugin/report_formats.hpp promises.
#include <array>

#include "adapters/report/json.hpp"
#include "adapters/report/text.hpp"

namespace ramus {
namespace {

constexpr std::array kFormats{
    ReportFormat{"json", "everything, schema ramus.report/1", write_json},
    ReportFormat{"text", "a summary to read in a minute", write_text},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

}  // namespace ramus
