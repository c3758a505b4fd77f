// The weight graph on the units of a network: what `factors` decomposes pair by pair, as one graph.
//
//   conv1 ──▶ relu ──▶ conv2        vertices  units of conv1, units of conv2 …
//                                   edges     |weights| of each wiring (wiring.hpp), kernels reduced, gains folded
//
// Units of graph inputs are no vertices. Where layers write into one sum, a reader has edges to the units of each.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "passes/numerics/kernel_reduction.hpp"
#include "passes/numerics/weight_graph.hpp"
#include "passes/wiring.hpp"

namespace ramus {

struct PassContext;

// Columns of a layer that read units of one other, or of several that are read through the same weights.
struct UnitColumns {
  Wiring wiring;  // the first of them
  InputScales scales;
  std::vector<std::int64_t> units;  // of its source that are read, ascending
};

struct UnitGraph {
  // Units of a value; of one slice where stacks follow one another ("[3]").
  using Source = std::pair<ValueId, std::string>;
  struct Block {
    NodeId node;
    Eigen::Index first = 0, count = 0;  // vertices
  };

  WeightGraph graph;                              // matrices stay empty: read_edges has them
  std::vector<WeightLayer> layers;                // by place in graph.layers
  std::vector<std::vector<UnitColumns>> columns;  // likewise
  std::vector<std::int64_t> entries;              // likewise: of the matrix
  std::map<Source, Block> blocks;
  std::map<NodeId, std::vector<std::size_t>> places;  // of nodes
  bool cut_off = false;  // some pairs of layers are left out: units, or edges of sums, beyond all bounds

  // Places in `layers` of the parts of a node.
  const std::vector<std::size_t>& layers_of(NodeId node) const;
  // The vertex of a unit; -1 where it is none.
  Eigen::Index vertex(ValueId source, std::int64_t unit) const;
};

// Reads no weights but gains.
UnitGraph find_unit_graph(const PassContext& context);

// The layers for which `wanted` is true, with their matrices; `wanted` by place in units.layers. Layers whose weights
// cannot be read are left out. Errors: cancelled.
Result<WeightGraph> read_edges(const PassContext& context, const UnitGraph& units, const std::vector<bool>& wanted,
                               KernelReduction reduction);

}  // namespace ramus
