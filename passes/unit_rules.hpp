// What the rules of unit layouts share; unit_layout.cpp names the operators, the rules that move units about are in
// unit_shape_rules.cpp and those that cut, join and repeat in unit_cut_rules.cpp.
#pragma once

#include <string_view>

#include "passes/unit_layout.hpp"
#include "passes/unit_reshape.hpp"

namespace ramus::units {

using Inputs = std::span<const UnitLayout* const>;
using Layout = std::optional<UnitLayout>;

// What the rule of one node's output may look at.
struct Site {
  const Graph& graph;
  NodeId id;
  const Node& node;
  std::size_t output;
  Inputs inputs;

  const UnitLayout* input(std::size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  const UnitLayout* only() const {
    const UnitLayout* found = nullptr;
    for (const UnitLayout* layout : inputs) {
      if (layout != nullptr) found = layout;
    }
    return found;
  }
  const std::optional<Dims>& output_shape() const { return graph[node.outputs[output]].shape; }
  // From a constant input, or in older opsets from an attribute. Empty when neither is there; nullopt when not known.
  std::optional<std::vector<std::int64_t>> integers(std::string_view attribute, std::size_t place) const {
    if (place < node.inputs.size() && node.inputs[place].exists()) {
      auto known = known_integers(graph, node.inputs[place]);
      if (!known || std::count(known->begin(), known->end(), kUnknownDim) == 0 || graph.is_constant(node.inputs[place]))
        return known;
      return std::nullopt;
    }
    const auto list = node.ints_attribute(attribute);
    return std::vector<std::int64_t>(list.begin(), list.end());
  }
};

// The place of an axis in layout.axes.
std::optional<std::size_t> place_of(const UnitLayout& layout, std::int64_t axis);
void prepend_axes(UnitLayout& layout, std::size_t count, UnitAxis axis);

Layout transpose(const Site& at);
Layout reshape(const Site& at);
Layout flatten(const Site& at);
Layout squeeze(const Site& at);
Layout unsqueeze(const Site& at);
Layout slice(const Site& at);
Layout split(const Site& at);
Layout gather(const Site& at);
Layout concat(const Site& at);
Layout expand(const Site& at);
Layout tile(const Site& at);
Layout reduce(const Site& at);

}  // namespace ramus::units
