// What a model is, once the file format is gone: operators and the values they exchange.
//
//        image ──▶ (conv1) ──▶ conv1_out ──▶ (relu) ──▶ y
//                    ▲
//                 conv1.W                       parameters hang on operators and are not part of the data flow
//
// A Graph is immutable; GraphBuilder is the only way to make one. Nodes and values keep the order of the model, so a
// NodeId is also the node's place among the nodes of this graph. Bodies of If, Loop and Scan are graphs of their own.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/attribute.hpp"
#include "graph/ids.hpp"
#include "graph/result.hpp"
#include "graph/weight_view.hpp"

namespace ramus {

// A handful, in place.
using ValueIds = boost::container::small_vector<ValueId, 4>;

class Graph;

inline constexpr std::int64_t kUnknownDim = -1;  // a symbolic or missing dimension

enum class ValueKind : std::uint8_t {
  input,      // fed by the caller
  computed,   // written by a node
  parameter,  // an initializer or a folded constant
  captured,   // read from the graph around this body
};

struct Value {
  std::string name;  // unique in its graph, as ONNX demands
  ValueKind kind = ValueKind::computed;
  bool is_output = false;
  bool is_constant = false;     // a parameter, or computed from parameters alone (a weight behind DequantizeLinear)
  bool may_be_fed = false;      // a parameter that is a graph input too: the caller may give another value
  NodeId producer;              // exists for computed values
  WeightId weight;              // exists for parameters
  std::vector<NodeId> readers;  // one entry for each time a node reads it, in node order
  std::optional<Dims> shape;    // kUnknownDim where a dimension is not known; nullopt when the rank is not
  ElementType type = ElementType::undefined;
};

struct Body {
  std::string attribute;  // then_branch, else_branch, body ...
  std::shared_ptr<const Graph> graph;
};

struct Node {
  std::string name;             // unique in its graph: the model's own, or "#index:OpType" where that is empty or taken
                                // (with ".1", ".2" ... where several nodes share one origin)
  std::string op;               // op_type
  std::string domain;           // empty for ai.onnx
  std::vector<ValueId> inputs;  // in operator order; !exists() for an optional input that is left out
  std::vector<ValueId> captures;  // values its bodies read from this graph, each once
  std::vector<ValueId> outputs;   // !exists() for an output without a name
  std::vector<Attribute> attributes;
  std::vector<Body> bodies;
  std::vector<std::uint32_t> origins;  // places in the file's node list that this node stands for, ascending
  std::optional<std::uint32_t> place;  // of the file's node that this one still is; nullopt where a rewrite added it
  bool in_call = false;                // stands in a local function; the place is that of the call

  bool is(std::string_view op_type) const { return op == op_type && (domain.empty() || domain == "ai.onnx"); }
  bool is_one_of(std::span<const std::string_view> op_types) const;
  bool is_one_of(std::initializer_list<std::string_view> op_types) const {
    return is_one_of(std::span(op_types.begin(), op_types.size()));
  }
  const Attribute* find_attribute(std::string_view attribute) const;
  std::vector<const Attribute*> attributes_by_name() const;  // ascending: files hold them in any order
  std::int64_t int_attribute(std::string_view attribute, std::int64_t otherwise) const;
  float float_attribute(std::string_view attribute, float otherwise) const;
  // Empty when the attribute is missing or of another type.
  std::span<const std::int64_t> ints_attribute(std::string_view attribute) const;
};

class Graph {
 public:
  const std::string& name() const { return name_; }
  std::span<const Node> nodes() const { return nodes_; }
  std::span<const Value> values() const { return values_; }
  std::span<const WeightView> weights() const { return weights_; }
  std::span<const ValueId> inputs() const { return inputs_; }    // without those that are initializers
  std::span<const ValueId> outputs() const { return outputs_; }  // in the model's order

  const Node& operator[](NodeId id) const { return nodes_[id.index]; }
  const Value& operator[](ValueId id) const { return values_[id.index]; }
  const WeightView& operator[](WeightId id) const { return weights_[id.index]; }

  // Every node after all nodes whose values it reads.
  std::span<const NodeId> topological_order() const { return order_; }
  std::optional<ValueId> find_value(std::string_view name) const;
  std::optional<NodeId> find_node(std::string_view name) const;

  bool is_parameter(ValueId id) const { return id.exists() && (*this)[id].kind == ValueKind::parameter; }
  // The weight behind an input of a node; nullptr when it is left out or computed.
  const WeightView* parameter(const Node& node, std::size_t input) const;
  bool is_constant(ValueId id) const { return id.exists() && (*this)[id].is_constant; }
  // What the node reads and is not constant: inputs in operator order (with repetitions), then captures.
  ValueIds data_inputs(NodeId id) const;

 private:
  friend class GraphBuilder;
  std::string name_;
  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<WeightView> weights_;
  std::vector<ValueId> inputs_, outputs_;
  std::vector<NodeId> order_;
  struct NameEntry {
    std::uint32_t hash, index;
  };
  std::vector<NameEntry> value_names_, node_names_;  // ascending: an eighth of what maps from strings take
};

// Of its whole shape; a double, since files name any extents. nullopt: some of it is not known.
std::optional<double> known_elements(const Value& value);

// Each once, in the order in which it stands first. Time: linear.
ValueIds distinct(const ValueIds& values);

std::uint32_t hash_of_name(std::string_view name);  // of the index that find_value and find_node use

// Collects a graph by names, in any order, and checks it as a whole.
//   GraphBuilder builder("g");
//   builder.add_input("x"); builder.add_node("Relu", {"x"}, {"y"}); builder.add_output("y");
//   Result<Graph> graph = builder.finish();
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name) { graph_.name_ = std::move(name); }

  void add_input(std::string_view name, ElementType type = ElementType::undefined,
                 std::optional<Dims> shape = std::nullopt);
  // Also turns a graph input of that name into a parameter: IR version 3 lists initializers among the inputs.
  void add_parameter(std::string_view name, WeightView weight, bool may_be_fed = false);
  void add_output(std::string_view name);
  // A body reads `name` from outside; `parameter` when it is constant there.
  void add_captured(std::string_view name, std::optional<WeightView> parameter = std::nullopt);

  struct NewNode {
    std::string op;
    std::vector<std::string> inputs, outputs;  // an empty name stands for one that is left out
    std::string name = {};
    std::string domain = {};
    std::vector<Attribute> attributes = {};
    std::vector<Body> bodies = {};
    std::vector<std::string> captures = {};
    std::vector<std::uint32_t> origins = {};  // empty: its own place in the order of adding
    std::optional<std::uint32_t> place = {};  // nullopt: the first origin, unless a rewrite added the node
    bool is_added = false;
    bool in_call = false;
  };
  NodeId add_node(NewNode node);
  NodeId add_node(std::string op, std::vector<std::string> inputs, std::vector<std::string> outputs) {
    return add_node(NewNode{std::move(op), std::move(inputs), std::move(outputs)});
  }

  // Inferred or declared; ignored when no such value comes to exist.
  void set_type(std::string_view name, ElementType type, std::optional<Dims> shape);

  // Errors, each naming its value or node: a value written twice, a read of an unknown value, an output that nothing
  // writes, a cycle.
  Result<Graph> finish();

 private:
  ValueId value(std::string_view name);
  void note_if_twice(ValueId id);
  Status connect();
  void index_names();
  Status order();
  void mark_constants();

  Graph graph_;
  std::unordered_map<std::string, ValueId> value_by_name_;
  std::deque<NewNode> pending_;  // given back piece by piece while the graph grows
  std::vector<std::string> output_names_;
  std::optional<ValueId> twice_;  // the first value declared a second time
  std::vector<bool> defined_;     // by value: an input, a parameter, captured, or written by a node
  std::unordered_map<std::string, std::pair<ElementType, std::optional<Dims>>> types_;
};

}  // namespace ramus
