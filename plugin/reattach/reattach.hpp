// A report's findings on another model: one that an optimiser, a converter or a renaming made of the report's own, and
// that lost its annotations on the way.
//
//   Report of a.onnx ──┐
//                      ├─▶ which node is which (node_matching.hpp) ─▶ the report in the names of b.onnx, and what is lost
//   b.onnx ────────────┘
//
// Numbers are those of the first model; nothing is computed anew.
#pragma once

#include <string>
#include <vector>

#include "plugin/analyze.hpp"
#include "plugin/report.hpp"

namespace ramus {

struct Reattached {
  Report report;  // options.reattached: the digest of the model that it was made of
  // For people: first how much was found, then a line for each group and stream that was not.
  std::vector<std::string> lines;
};

// A group is found when its join and something of each of its branches are; a stream, when all of its groups are; what is
// said of a layer, when the layer is. Errors: what reading the model answers; usage, where the report has groups and
// none of them is found.
Result<Reattached> reattach(const Report& report, const WireModel& model, const Host& host);

}  // namespace ramus
