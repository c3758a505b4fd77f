// What a report writes into the model, as metadata_props (INTERFACES: Annotations).
//
//   model   ramus.report          schema, version, digest, options
//   graph   ramus.groups          the groups with their branches and scores, compact JSON
//           ramus.groups.1 ...    the rest, where one value would be longer than 2000 characters
//   node    ramus.branch          "mixed3a/mixed3a_5x5", outermost first; several joined by ';'
//           ramus.role            fork, join, arm, skip or trunk; several joined by ';'
//           ramus.specialization  on joins and on the first layers of branches
//           namespace, layer_ann  where asked for: the branches for tools that group or place nodes by those
//   tensor  ramus.factors         factor and pole of each unit of the layer, run-length coded, by wiring; goes on alike
#pragma once

#include "plugin/onnx/splice.hpp"
#include "plugin/report.hpp"

namespace ramus {

// Keys of other tools. Both hold the branches of a node, outermost first: "mixed3a/mixed3a_5x5"; nodes outside have none.
struct ForeignAnnotations {
  bool name_spaces = false;  // `namespace`, by which Model Explorer nests nodes
  bool layers = false;       // `layer_ann`, by whose beginning ONNX Runtime places nodes on devices
};

// Error (usage): the report is of other bytes than `model`.
Result<ModelAnnotations> annotations_from(const Report& report, const WireModel& model,
                                          const ForeignAnnotations& foreign = {});

// "0+*3 1-*2 .*5": three units of factor 0 at its positive pole, two of factor 1 at its negative one, five unassigned.
std::string run_length_coded(const std::vector<UnitAssignment>& units);

}  // namespace ramus
