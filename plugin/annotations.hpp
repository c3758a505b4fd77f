// What a report writes into the model, as metadata_props (INTERFACES: Annotations).
//
//   model   ramus.report          schema, version, digest, options
//   graph   ramus.groups          the groups with their branches and scores, compact JSON
//   node    ramus.branch          "mixed3a/mixed3a_5x5", outermost first; several joined by ';'
//           ramus.role            fork, join, arm, skip or trunk; several joined by ';'
//           ramus.specialization  on joins and on the first layers of branches
//   tensor  ramus.factors         factor and pole of each unit of the layer, run-length coded, by wiring
#pragma once

#include "plugin/onnx/splice.hpp"
#include "plugin/report.hpp"

namespace ramus {

// Error (usage): the report is of other bytes than `model`.
Result<ModelAnnotations> annotations_from(const Report& report, const WireModel& model);

// "0+*3 1-*2 .*5": three units of factor 0 at its positive pole, two of factor 1 at its negative one, five unassigned.
std::string run_length_coded(const std::vector<UnitAssignment>& units);

}  // namespace ramus
