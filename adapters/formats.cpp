// The tables of formats that plugin/report_formats.hpp, comparison_formats.hpp and check/check_formats.hpp promise.
#include <array>

#include "adapters/checks/checks.hpp"
#include "adapters/model_explorer/model_explorer.hpp"
#include "adapters/netron/netron.hpp"
#include "adapters/pictures/pictures.hpp"
#include "adapters/pipelines/pipelines.hpp"
#include "adapters/report/comparison.hpp"
#include "adapters/report/html.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/text.hpp"

namespace ramus {
namespace {

constexpr std::array kFormats{
    ReportFormat{"json", "everything, schema ramus.report/1", write_json},
    ReportFormat{"text", "a summary to read in a minute", write_text},
    ReportFormat{"html", "a page to look at, in one file", write_html},
    ReportFormat{"netron", "rows for Netron's sidebar: open it after the model", write_netron_attachment},
    ReportFormat{"netron-graph", "the branches as boxes, for Netron", write_netron_branch_graph},
    ReportFormat{"model-explorer", "the graph with branches as layers, for Model Explorer", write_model_explorer_graph},
    ReportFormat{"model-explorer-branches", "node data for Model Explorer: the branch that holds each node",
                 write_model_explorer_branches},
    ReportFormat{"model-explorer-scores", "node data for Model Explorer: specialization", write_model_explorer_scores},
    ReportFormat{"model-explorer-streams", "edge overlays for Model Explorer: residual streams",
                 write_model_explorer_streams},
    ReportFormat{"svg", "a picture: the map of the branches, and the factors of one pair of layers", write_svg},
    ReportFormat{"dot", "the map of the branches for Graphviz", write_dot},
    ReportFormat{"markdown", "a page for a model card or a pull request", write_markdown},
    ReportFormat{"cyclonedx", "a bill of materials with a model card, CycloneDX 1.6", write_cyclonedx},
    ReportFormat{"prometheus", "numbers for Prometheus's textfile collector", write_prometheus},
};

constexpr std::array kComparisonFormats{
    ComparisonFormat{"json", write_comparison_json},
    ComparisonFormat{"text", write_comparison_text},
};

constexpr std::array kCheckFormats{
    CheckFormat{"text", "for people", write_checks_text},
    CheckFormat{"json", "everything, schema ramus.checks/1", write_checks_json},
    CheckFormat{"sarif", "SARIF 2.1.0, for code scanning", write_sarif},
    CheckFormat{"github", "commands of a workflow, drawn as annotations", write_github},
    CheckFormat{"junit", "JUnit's XML, for the test pages of pipelines", write_junit},
    CheckFormat{"baseline", "the models as approved, schema ramus.baseline/1", write_baseline},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

std::span<const ComparisonFormat> comparison_formats() { return kComparisonFormats; }

std::span<const CheckFormat> check_formats() { return kCheckFormats; }

}  // namespace ramus
