// From the wire to the Graph: names become edges, tensors become views, bodies become graphs of their own.
//
//   NodeProto {input: "x" "W", op_type: "Conv", attribute: strides}   ──▶   x ──▶ (Conv: strides, W) ──▶ y
//   GraphProto {initializer: W}                                             W is a WeightView into the file
//   If {then_branch: GraphProto reading "x"}                          ──▶   Node::bodies, and x among Node::captures
//
// A call of a local function stays one node, or becomes what the function says (inline_functions.hpp).
#pragma once

#include <vector>

#include "graph/graph.hpp"
#include "graph/note.hpp"
#include "plugin/onnx/inferred_types.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus {

struct ReadOptions {
  const TypesByGraph* inferred = nullptr;  // beside what the file declares; borrowed for the call
  // External data that is not there leaves WeightStorage::absent and a note (code "external-data-missing") instead of
  // an error. Data that is there but out of bounds or out of the folder stays an error.
  bool missing_external_data_is_fine = false;
  // Where that asks for too much, calls stay nodes and a note says so (code "local-functions").
  bool inlines_functions = false;
};

struct ReadGraph {
  Graph graph;
  std::vector<Note> notes;  // weights without bytes and the like
};

// The main graph. Borrows from the model. Errors begin with the model's label and name node or weight.
Result<ReadGraph> read_graph(const WireModel& model, const ReadOptions& options = {});

// An attribute of a node in a function's body whose value the call gives (AttributeProto.ref_attr_name).
struct AttributeReference {
  std::string graph_path;  // "" for the function's own nodes, else a body (inferred_types.hpp)
  std::uint32_t node = 0;  // place among the nodes of that graph
  std::string attribute;   // of the node; its value there is std::monostate
  std::string reference;   // attribute of the call
};

struct LocalFunction {
  FunctionKey key;
  Graph body;                                // its inputs and outputs are the function's, in order
  std::vector<std::string> attribute_names;  // those that a call must give
  std::vector<Attribute> default_attributes;
  std::vector<AttributeReference> references;
};

// Every local function, in the file's order.
Result<std::vector<LocalFunction>> read_functions(const WireModel& model, const ReadOptions& options = {});

}  // namespace ramus
