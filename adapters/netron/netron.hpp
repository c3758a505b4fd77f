// What stock Netron shows of a report, without a fork and without touching the model.
//
//   attachment    opened after the model: rows in the sidebar of the model, the graph, nodes and weights
//                 ("netron:attachment", source/view.js of Netron 9)
//   branch graph  opened on its own, as *.netron: a drawing of the branches, each one box with its colour
//                 ("netron:" message models, source/message.js)
//
// Netron finds nodes and values by name; a node without one is shown by the value that it writes. Bodies of If, Loop and
// Scan are in the attachment, and one box each in the branch graph.
#pragma once

#include "plugin/report_formats.hpp"

namespace ramus {

Status write_netron_attachment(const Report& report, const TextSink& sink);
Status write_netron_branch_graph(const Report& report, const TextSink& sink);

}  // namespace ramus
