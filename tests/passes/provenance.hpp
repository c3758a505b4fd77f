// Which nodes of the file no node of the normal form stands for.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus::testing {

// Names of nodes that an output depends on and that are lost; constants, which become parameters, are not asked for.
inline std::string lost_nodes(const Graph& file, const Graph& normal) {
  std::set<std::uint32_t> known;
  for (const Node& node : normal.nodes()) known.insert(node.origins.begin(), node.origins.end());
  std::vector<bool> live(file.nodes().size(), false);
  std::string lost;
  const auto order = file.topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const Node& node = file[*id];
    bool constant = true;
    for (const ValueId output : node.outputs) {
      if (!output.exists()) continue;
      const Value& value = file[output];
      constant = constant && value.is_constant;
      live[id->index] =
          live[id->index] || value.is_output ||
          std::any_of(value.readers.begin(), value.readers.end(), [&](NodeId r) { return live[r.index]; });
    }
    if (!live[id->index] || constant || node.is("Constant") || node.is("ConstantOfShape")) continue;
    for (const std::uint32_t origin : node.origins) {
      if (known.count(origin) == 0) lost += " " + node.name;
    }
  }
  return lost;
}

}  // namespace ramus::testing
