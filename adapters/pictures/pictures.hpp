// A report as pictures and as a page, without a browser.
//
//   svg        the map of the branches and, beside or beneath it, the factors of one pair of layers
//   dot        the map for Graphviz: a cluster for each branch that holds others
//   markdown   a page for a model card or a pull request, with the map as a Mermaid diagram
//
// Names of the model are shown as text whatever they hold; none becomes a tag, a link, a table cell or a statement.
#pragma once

#include "plugin/report_formats.hpp"

namespace ramus {

Status write_svg(const Report& report, const TextSink& sink);
Status write_dot(const Report& report, const TextSink& sink);
Status write_markdown(const Report& report, const TextSink& sink);

}  // namespace ramus
