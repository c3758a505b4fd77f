#include "graph/graph.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>

namespace ramus {

bool Node::is_one_of(std::span<const std::string_view> op_types) const {
  return std::any_of(op_types.begin(), op_types.end(), [&](std::string_view op_type) { return is(op_type); });
}

const Attribute* Node::find_attribute(std::string_view attribute) const {
  for (const Attribute& candidate : attributes) {
    if (candidate.name == attribute) return &candidate;
  }
  return nullptr;
}

std::vector<const Attribute*> Node::attributes_by_name() const {
  std::vector<const Attribute*> sorted;
  for (const Attribute& attribute : attributes) sorted.push_back(&attribute);
  std::sort(sorted.begin(), sorted.end(), [](const Attribute* a, const Attribute* b) { return a->name < b->name; });
  return sorted;
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

namespace {

template <class Id, class Entries, class Named>
std::optional<Id> find_named(const Entries& entries, const Named& named, std::string_view name) {
  const std::uint32_t hash = hash_of_name(name);
  auto entry = std::lower_bound(entries.begin(), entries.end(), hash,
                                [](const auto& known, std::uint32_t wanted) { return known.hash < wanted; });
  for (; entry != entries.end() && entry->hash == hash; ++entry) {
    if (named[entry->index].name == name) return Id(entry->index);
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t hash_of_name(std::string_view name) {
  const std::uint64_t hash = std::hash<std::string_view>()(name);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

std::optional<ValueId> Graph::find_value(std::string_view name) const {
  return find_named<ValueId>(value_names_, values_, name);
}

std::optional<NodeId> Graph::find_node(std::string_view name) const {
  return find_named<NodeId>(node_names_, nodes_, name);
}

const WeightView* Graph::parameter(const Node& node, std::size_t input) const {
  if (input >= node.inputs.size() || !is_parameter(node.inputs[input])) return nullptr;
  return &(*this)[(*this)[node.inputs[input]].weight];
}

ValueIds Graph::data_inputs(NodeId id) const {
  ValueIds data;
  const Node& node = (*this)[id];
  for (const auto& list : {std::cref(node.inputs), std::cref(node.captures)}) {
    for (const ValueId input : list.get()) {
      if (input.exists() && !is_constant(input)) data.push_back(input);
    }
  }
  return data;
}

std::optional<double> known_elements(const Value& value) {
  if (!value.shape) return std::nullopt;
  double product = 1;
  for (const std::int64_t dim : *value.shape) {
    if (dim == kUnknownDim) return std::nullopt;
    product *= static_cast<double>(dim);
  }
  return product;
}

ValueIds distinct(const ValueIds& values) {
  constexpr std::size_t kFew = 16;
  ValueIds once;
  std::unordered_set<ValueId> seen;  // of many
  for (const ValueId value : values) {
    const bool is_new =
        values.size() <= kFew ? std::find(once.begin(), once.end(), value) == once.end() : seen.insert(value).second;
    if (is_new) once.push_back(value);
  }
  return once;
}

}  // namespace ramus
