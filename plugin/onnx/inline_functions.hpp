// Calls of local functions, replaced by what the functions say.
//
//   block(x, w) ──▶ y          as 'b1'           x ──▶ (b1/conv: w) ──▶ b1/c ──▶ (b1/relu) ──▶ y
//   function block(a, k) => r                    every node knows the place of the call in the file
//     { c = Conv(a, k) as conv; r = Relu(c) as relu }
//
// Also in bodies, and in functions. Attributes that refer to the call's take its value, or the function's default; an
// optional input that the call leaves out is left out inside. Inside functions an If whose condition the call decides
// (by a constant, or by the rank of its arguments, as PyTorch's exporter writes them) becomes the body that runs.
//
// The file says how often calls multiply and how deep they go: beyond Limits nothing is inlined, and `why_not` says so.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "plugin/onnx/inlined_node.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus::onnx_wire {

struct InlinedModel {
  WireGraph graph;
  std::deque<std::string> owned;  // messages that stand in no file
  std::size_t calls = 0;
  std::map<std::string, std::int64_t> opsets;  // of the model, and of functions where the model names none
  std::string why_not;                         // not empty: nothing was inlined
};

// Borrows from the model. Errors name the node that calls: more inputs or outputs than the function has.
// Throws WireFault.
Result<InlinedModel> inline_functions(const WireModel& model);

// The model with its functions inlined, serialized; for a skeleton, since it copies the weights. Throws WireFault.
std::string write_inlined(const WireModel& model, const InlinedModel& inlined);

}  // namespace ramus::onnx_wire
