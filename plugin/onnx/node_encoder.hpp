// Nodes and tensors that stand in no file yet, as protobuf messages.
#pragma once

#include <optional>
#include <string>

#include "graph/graph.hpp"
#include "plugin/onnx/mapped_file.hpp"

namespace ramus::onnx_wire {

// A NodeProto. Attributes that hold tensors or nothing that is known are left out: no rewrite adds such nodes.
std::string encode_node(const Graph& graph, const Node& node);
// The TensorProto `name`; nullopt for a weight that is neither dense nor a fill.
std::optional<std::string> encode_tensor(const WeightView& weight, std::string_view name);
// A Constant that writes the value `output`; `tensor` is a TensorProto.
std::string encode_constant(std::string_view tensor, std::string_view output);

// The tensor in a Constant's attribute `value`, under another name and otherwise as it stands there; nullopt when the
// constant has another form. Throws WireFault.
std::optional<std::string> rename_constant(Bytes node, std::string_view name);
// The node with other names for its inputs, everything else as it stands there. Throws WireFault.
std::string rename_inputs(Bytes node, const std::vector<std::string>& inputs);

}  // namespace ramus::onnx_wire
