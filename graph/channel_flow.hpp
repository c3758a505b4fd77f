// Channel flow: for every value and each of its channels, whose unit it is.
//
//     conv1 ─▶ relu ─▶ pool ─┐            channels of y:  [0, 64)   conv1 units 0, 1, 2 …
//                            ├ Concat ─▶ y                [64, 96)  conv2 units 0, 1, 2 …
//     conv2 ─▶ batch norm ───┘
//
// A segment says that channels [begin, end) are the units first_unit, first_unit + step … of one source: the output of
// a layer with weights, rows looked up in a table, or a graph input. After a Flatten each unit is a run of channels, or,
// where the channels come last, has one in every `channels`. Where a sum, or a
// concatenation along space, joins several sources, segments overlap. What an operator does to a channel is stated per
// operator in channel_rules.cpp; where one mixes channels without weights the map stops and says why.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

struct ChannelSegment {
  std::int64_t begin = 0, end = 0;  // channels of the value
  ValueId source;                   // output of a layer, or a graph input
  std::int64_t first_unit = 0;      // unit of channel `begin`
  std::int64_t step = 1;            // from one unit to the next; may be negative or, where a unit is repeated, 0
  std::int64_t run = 1;             // channels that one unit takes up
  bool leaking = false;             // an operator on the way lets neighbouring channels in (LRN, softmax, layer norm)
  bool summed = false;              // other sources, known or not, write the same channels
  bool gated = false;               // multiplied by another value on the way
  std::vector<NodeId> scales;  // gains (channel_gain.hpp) passed since the source or the last nonlinearity, in order

  std::int64_t unit(std::int64_t channel) const { return first_unit + (channel - begin) / run * step; }
  friend bool operator==(const ChannelSegment&, const ChannelSegment&) = default;
};

struct ChannelMap {
  int axis = -1;                         // which dimension holds the channels; -1 when not known
  std::int64_t channels = -1;            // -1 when not known
  std::vector<ChannelSegment> segments;  // by begin, then source; channels outside all of them are of unknown origin
  std::string stopped;                   // why there are no segments, when there are none: "Einsum is not known to …"

  friend bool operator==(const ChannelMap&, const ChannelMap&) = default;
};

class ChannelFlow {
 public:
  explicit ChannelFlow(const Graph& graph, const Limits& limits = {});

  const ChannelMap& operator[](ValueId id) const { return maps_[id.index]; }

 private:
  std::vector<ChannelMap> maps_;
};

// The maps of the outputs of `node`, given those of its inputs (in the order of Node::inputs; maps of parameters
// and of inputs that are left out are empty). channel_rules.cpp has one rule for each kind of operator.
// A map that would exceed limits.channels or limits.channel_segments stops instead.
std::vector<ChannelMap> flow_through(const Graph& graph, NodeId node, std::span<const ChannelMap* const> inputs,
                                     const Limits& limits);

// The map of a value that is itself a source: a graph input, or the output of a layer.
ChannelMap source_map(const Graph& graph, ValueId value, int axis, std::int64_t channels);

}  // namespace ramus
