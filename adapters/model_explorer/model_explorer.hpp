// A report for Model Explorer, which opens such files as they are.
//
//   graph     every node in the namespace of the branches that hold it, with colours and numbers of groups and branches,
//             and residual streams as overlays of edges
//   branches  node data: the innermost branch that holds a node, as text with its colour
//   scores    node data: how much the branch that holds a node specialises, from 0 to 1
//   streams   the overlays of edges, in a file of their own
//
// Ids are the node names that model-explorer-onnx uses as well, so that node data and overlays fit a model opened through
// it; nameless nodes are an exception, and fit only the graph written here.
#pragma once

#include "adapters/report/json.hpp"
#include "plugin/report_formats.hpp"

namespace ramus {

Status write_model_explorer_graph(const Report& report, const TextSink& sink);
Status write_model_explorer_branches(const Report& report, const TextSink& sink);
Status write_model_explorer_scores(const Report& report, const TextSink& sink);
Status write_model_explorer_streams(const Report& report, const TextSink& sink);

// The id of a graph: the model's own name of the main graph, the path of a body.
std::string model_explorer_id(const Report& report, const ReportGraph& graph);
// One overlay for each residual stream of the graph: what skips its blocks, and what passes through them.
ReportJson stream_overlays(const Report& report, const ReportGraph& graph);

}  // namespace ramus
