// Builds one Graph, and the bodies inside it, from the index.
//
//   scope of the main graph   x, W, y ...                a body looks a name up from its own scope outwards;
//     scope of then_branch    a, b                       what it finds outside becomes a captured value there
//       scope of body         i                          and a capture of the node that holds the body
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/graph.hpp"
#include "plugin/onnx/attribute_reader.hpp"
#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/inlined_node.hpp"
#include "plugin/onnx/value_types.hpp"

namespace ramus::onnx_wire {

// The names that a graph defines, seen from the bodies inside it.
struct Scope {
  const Scope* outer = nullptr;
  std::unordered_set<std::string> names;
  std::unordered_map<std::string, WeightView> parameters;
  ValueTypes types;
};

// What a graph is made of; a function's body is one with inputs that have no type.
struct GraphParts {
  std::string_view name;
  const std::vector<WireNode>* nodes = nullptr;
  std::vector<std::string_view> inputs, outputs;
  const WireGraph* graph = nullptr;  // null for a function
};

struct Assembled {
  Graph graph;
  std::vector<std::string> captures;  // names read from outside, each once, in the order of first reading
};

class GraphAssembler {
 public:
  GraphAssembler(const WireModel& model, const ReadOptions& options, std::vector<Note>& notes);

  // `inferred`: whether options.inferred speaks about this graph and its bodies. Throws WireFault.
  Result<Assembled> assemble(const WireGraph& graph, const std::string& path, const Scope* outer);
  Result<Assembled> assemble(const WireFunction& function);
  // Throws WireFault.
  Result<Attribute> read_default(Bytes attribute) const;

  std::vector<AttributeReference> take_references() { return std::move(references_); }

 private:
  Result<Assembled> assemble(const GraphParts& parts, const std::string& path, Scope& scope, bool is_inside);
  Status read_parameters(const WireGraph& graph, Scope& scope, GraphBuilder& builder);
  Result<GraphBuilder::NewNode> read_node(const WireNode& wire, std::size_t place, const std::string& path);
  Result<GraphBuilder::NewNode> read_inlined_node(const InlinedNode& wire);
  Status read_bodies(const WireNode& wire, std::size_t place, const std::string& path, const Scope& scope,
                     GraphBuilder::NewNode& node);

  const WireModel& model_;
  const TypesByGraph* inferred_;
  TensorContext context_;
  std::vector<AttributeReference> references_;
};

}  // namespace ramus::onnx_wire
