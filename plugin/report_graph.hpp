// What a report keeps of a graph's nodes, so that they are found again in other files (node_matching.hpp).
#pragma once

#include "plugin/build_report.hpp"

namespace ramus {

ReportGraph describe_graph(const AnalysedGraph& graph);

}  // namespace ramus
