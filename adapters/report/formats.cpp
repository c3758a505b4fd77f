// The tables of formats that plugin/report_formats.hpp and plugin/comparison_formats.hpp promise.
#include <array>

#include "adapters/report/comparison.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/text.hpp"

namespace ramus {
namespace {

constexpr std::array kFormats{
    ReportFormat{"json", "everything, schema ramus.report/1", write_json},
    ReportFormat{"text", "a summary to read in a minute", write_text},
};

constexpr std::array kComparisonFormats{
    ComparisonFormat{"json", write_comparison_json},
    ComparisonFormat{"text", write_comparison_text},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

std::span<const ComparisonFormat> comparison_formats() { return kComparisonFormats; }

}  // namespace ramus
