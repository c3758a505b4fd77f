// What can be told of values without running anything: their rank, their length, small integer constants. Enough for
// the conditions that exporters write into functions:
//
//   Equal(Size(Shape(x)), 3)       true or false as soon as the rank of x is known
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/attribute.hpp"
#include "plugin/onnx/inlined_node.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus::onnx_wire {

struct KnownValue {
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> length;                // elements of a vector
  std::optional<std::vector<std::int64_t>> numbers;  // of a scalar or a short vector
};

class KnownValues {
 public:
  explicit KnownValues(const WireModel& model) : model_(model) {}

  // Inputs, declared values and initializers. Throws WireFault.
  void add_graph(const WireGraph& graph);
  // Nodes in their order. Throws WireFault.
  void add_node(const InlinedNode& node);
  std::optional<bool> truth(const std::string& name) const;

 private:
  KnownValue constant(const InlinedNode& node) const;
  KnownValue result_of(const InlinedNode& node) const;
  KnownValue shape_of(const InlinedNode& node) const;
  KnownValue moved_axes(const InlinedNode& node, std::int64_t sign) const;
  KnownValue compared(const InlinedNode& node) const;
  KnownValue input(const InlinedNode& node, std::size_t place) const;
  std::optional<std::int64_t> largest_rank(const InlinedNode& node) const;
  std::optional<Attribute> read(const InlinedAttribute& attribute) const;
  std::optional<Attribute> attribute(const InlinedNode& node, std::string_view name) const;
  std::optional<std::int64_t> integer(const InlinedNode& node, std::string_view name) const;

  const WireModel& model_;
  std::unordered_map<std::string, KnownValue> values_;
};

}  // namespace ramus::onnx_wire
