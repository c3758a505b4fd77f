// The outline of a report as nodes, edges and clusters, for tools that place them themselves.
//
//   fork . ──▶ [branch] ──▶ join        a branch that holds groups is a cluster with them in it, a repeat too
//      └────────────────────▲           a skip is an edge
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/pictures/captions.hpp"

namespace ramus {

struct DiagramNode {
  enum class Kind { point, trunk, branch, join, more };
  Kind kind = Kind::point;
  std::vector<std::string> lines;  // the first is a name
  std::size_t place = 0;           // of a branch in its group
  std::vector<std::string> hint;
};

struct DiagramCluster {
  std::string label;
  std::string facts;                 // of a branch, behind its label where there is room
  std::optional<std::size_t> place;  // of a branch in its group; nullopt: a repeat, or a body
  std::vector<std::size_t> nodes;    // directly in it
  std::vector<std::size_t> clusters;
};

struct DiagramEdge {
  std::size_t from = 0, to = 0;
  std::optional<std::size_t> place;  // of the branch that begins, ends or passes here
};

struct Diagram {
  std::vector<DiagramNode> nodes;
  std::vector<DiagramCluster> clusters;  // the first is the page itself
  std::vector<DiagramEdge> edges;
};

Diagram diagram_of(const std::vector<MapSection>& sections);

}  // namespace ramus
