// A NodeProto with names of its own: what a node of a local function becomes where the function is called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus::onnx_wire {

struct InlinedAttribute {
  std::string_view name;  // counts instead of the message's
  Bytes message;          // an AttributeProto without a body
};

struct InlinedNode {
  std::string_view op, domain, overload;
  std::string name;
  std::vector<std::string> inputs, outputs;
  std::vector<InlinedAttribute> attributes;
  std::uint32_t origin = 0;  // place in the file: of the node, or of the call it comes from
  bool in_call = false;
};

struct ParsedNode {
  InlinedNode node;                                                       // as the file has it
  std::vector<std::pair<std::string_view, std::string_view>> references;  // attribute, and attribute of the call
};

// Throws WireFault.
ParsedNode parse_node(Bytes message);

}  // namespace ramus::onnx_wire
