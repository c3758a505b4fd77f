// From an AttributeProto to an Attribute.
//
//   {name: "strides", type: INTS, ints: 2 2}         ──▶  "strides" = [2, 2]
//   {name: "alpha", ref_attr_name: "slope"}          ──▶  "alpha" = nothing yet, reference "slope" (in functions only)
//   {name: "body", type: GRAPH, g: {...}}            ──▶  a body: the index holds its graph
#pragma once

#include <string>

#include "graph/attribute.hpp"
#include "plugin/onnx/tensor_reader.hpp"

namespace ramus::onnx_wire {

struct ReadAttribute {
  Attribute attribute;
  std::string reference;  // ref_attr_name; empty outside functions
  bool is_body = false;   // of type GRAPH or GRAPHS: `attribute` has only its name
};

// A missing type (IR version 1) is guessed from the field that is there; a value equal to its default may be left out
// of the file and reads as 0 or empty. Errors name the attribute: a tensor that does not read, a list beyond the limit.
// Throws WireFault.
Result<ReadAttribute> read_attribute(Bytes message, const TensorContext& context);

}  // namespace ramus::onnx_wire
