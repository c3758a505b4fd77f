// Labels of units, as a user gives them, and what they resolve to in a graph.
//
//   {"mixed3a": {"Curves": [3, 17], …}}     a layer key names a value, a node or a group; units count the channels there
//   channel 17 of mixed3a ──channel flow──▶ unit 17 of the layer mixed3a_1x1_pre_relu/conv
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/channel_flow.hpp"
#include "graph/result.hpp"

namespace ramus {

struct LabelFamily {
  std::string name;
  std::vector<std::int64_t> units;
};

struct LayerLabels {
  std::string layer;
  std::vector<LabelFamily> families;
};

struct LabelsFile {
  std::string path;  // for errors
  std::vector<LayerLabels> layers;
};

struct ResolvedLabels {
  const LayerLabels* labels = nullptr;
  ValueId value;
  std::int64_t channels = 0;
};

struct BranchTree;
struct BranchGroup;

// The value that a key of a user's file names (itself, by its node or by the group that it joins), and how many units it
// has. Errors (usage): no such name, or units that cannot be counted.
struct NamedUnits {
  ValueId value;
  std::int64_t channels = 0;
};
Result<NamedUnits> find_named_units(const std::string& key, const Graph& graph, const ChannelFlow& flow,
                                    const BranchTree& tree, const std::vector<BranchGroup>& groups);

// Errors (usage), each naming the file and the key: a layer that names nothing in the graph, a value whose channels
// cannot be told, a unit out of range, a unit twice in one family.
Result<std::vector<ResolvedLabels>> resolve_labels(const LabelsFile& file, const Graph& graph, const ChannelFlow& flow,
                                                   const BranchTree& tree, const std::vector<BranchGroup>& groups);

}  // namespace ramus
