// Writes a model whose main graph was rewritten: what no rewrite touched is copied byte for byte.
//
//   in    …|node a|node i|node b⟨reads i⟩|initializer ▒▒▒|value_info i|…
//   out   …|node a|      |node b⟨reads a⟩|initializer ▒▒▒|            |…✚     ✚ constants that became initializers
//
// Kept nodes stay where they are, added ones stand among them in an order that ONNX accepts. Initializers that only dropped
// nodes read go too, unless the caller may feed them or something else in the file could name them (training information,
// quantisation annotations). Bodies, functions, metadata, references to external data and unknown fields stay.
#pragma once

#include "graph/graph.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus {

// `original`: what read_graph gave for this model, without inlining. `rewritten`: what patches made of it. The bytes of
// the new model. Errors: internal, when `rewritten` is none of `original`'s making.
Result<std::vector<std::byte>> write_rewritten(const WireModel& model, const Graph& original, const Graph& rewritten);

// Whether some tensor's data lies in another file, whose location is relative to the model's folder.
bool has_external_data(const WireModel& model);

}  // namespace ramus
