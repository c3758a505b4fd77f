// What the rules of channel flow share: one function for each kind of operator, from the maps of a node's inputs to
// those of its outputs. channel_rules.cpp names the operators; the rules that move channels about are in
// channel_shape_rules.cpp.
#pragma once

#include <optional>
#include <string_view>

#include "graph/channel_flow.hpp"

namespace ramus::channels {

using Inputs = std::span<const ChannelMap* const>;
using Outputs = std::vector<ChannelMap>;

// What one node's rule may look at.
struct Site {
  const Graph& graph;
  NodeId id;
  const Node& node;
  Inputs inputs;
  const Limits& limits;

  const ChannelMap& input(std::size_t i) const;
  const std::optional<Dims>& input_shape(std::size_t i) const;
  const std::optional<Dims>& output_shape() const { return graph[node.outputs[0]].shape; }
  bool is_data(std::size_t i) const { return node.inputs[i].exists() && !graph.is_constant(node.inputs[i]); }
};

// Of a node with one output; a braced list would copy the map.
inline Outputs only(ChannelMap map) {
  Outputs outputs;
  outputs.push_back(std::move(map));
  return outputs;
}

ChannelMap stop(std::string reason);
Outputs stop_all(const Site& at, const std::string& reason);
void forget_scales(ChannelMap& map);

// A list of integers that stands in a constant input or, in older opsets, in an attribute. Empty when there is neither,
// nullopt when the input is computed or cannot be read.
std::optional<std::vector<std::int64_t>> integers(const Site& at, std::string_view attribute, std::size_t input);
// A negative axis counts from the end of the rank, which must then be known.
std::optional<int> resolve_axis(const Site& at, std::int64_t axis);

// Each channel becomes `run` of them.
ChannelMap spread(const Site& at, const ChannelMap& map, std::int64_t run);

// All channels once more, `times` times in a row.
ChannelMap tile(const Site& at, const ChannelMap& map, std::int64_t times);

// Several data operands, elementwise: every operand that spans the channels leaves its sources.
Outputs overlay(const Site& at, bool nonlinear);
Outputs overlay(const Site& at, const std::vector<ChannelMap>& operands);

Outputs pad(const Site& at);
Outputs depth_to_space(const Site& at);
Outputs space_to_depth(const Site& at);
Outputs split(const Site& at);
Outputs slice(const Site& at);
Outputs gather(const Site& at);
Outputs concat(const Site& at);
Outputs transpose(const Site& at);
Outputs flatten(const Site& at);
Outputs reshape(const Site& at);
Outputs squeeze(const Site& at);
Outputs unsqueeze(const Site& at);
Outputs reduce(const Site& at);
Outputs reduce_nonlinear(const Site& at);

}  // namespace ramus::channels
