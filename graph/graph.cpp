#include "graph/graph.hpp"

namespace ramus {

const Attribute* Node::find_attribute(std::string_view attribute) const {
  for (const Attribute& candidate : attributes) {
    if (candidate.name == attribute) return &candidate;
  }
  return nullptr;
}

namespace {
template <class T>
const T* attribute_as(const Node& node, std::string_view attribute) {
  const Attribute* found = node.find_attribute(attribute);
  return found == nullptr ? nullptr : std::get_if<T>(&found->value);
}
}  // namespace

std::int64_t Node::int_attribute(std::string_view attribute, std::int64_t otherwise) const {
  const auto* found = attribute_as<std::int64_t>(*this, attribute);
  return found == nullptr ? otherwise : *found;
}

float Node::float_attribute(std::string_view attribute, float otherwise) const {
  const auto* found = attribute_as<float>(*this, attribute);
  return found == nullptr ? otherwise : *found;
}

std::span<const std::int64_t> Node::ints_attribute(std::string_view attribute) const {
  const auto* found = attribute_as<std::vector<std::int64_t>>(*this, attribute);
  if (found == nullptr) return {};
  return *found;
}

std::optional<ValueId> Graph::find_value(std::string_view name) const {
  const auto found = value_by_name_.find(std::string(name));
  if (found == value_by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<NodeId> Graph::find_node(std::string_view name) const {
  const auto found = node_by_name_.find(std::string(name));
  if (found == node_by_name_.end()) return std::nullopt;
  return found->second;
}

const WeightView* Graph::parameter(const Node& node, std::size_t input) const {
  if (input >= node.inputs.size() || !is_parameter(node.inputs[input])) return nullptr;
  return &(*this)[(*this)[node.inputs[input]].weight];
}

std::vector<ValueId> Graph::data_inputs(NodeId id) const {
  std::vector<ValueId> data;
  const Node& node = (*this)[id];
  for (const auto& list : {std::cref(node.inputs), std::cref(node.captures)}) {
    for (const ValueId input : list.get()) {
      if (input.exists() && !is_constant(input)) data.push_back(input);
    }
  }
  return data;
}

}  // namespace ramus
