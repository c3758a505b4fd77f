// The nodes that lie in no group, as boxes between the groups.
#pragma once

#include <set>

#include "adapters/pictures/outline.hpp"

namespace ramus {

class Trunk {
 public:
  // `groups`: all of the graph. Borrows the graph.
  Trunk(const ReportGraph& graph, const std::vector<const ReportGroup*>& groups);

  // Appends one item for the nodes before the group's join that no item holds yet, where there is one worth a box.
  void take_until(const ReportGroup& group, std::vector<MapItem>& items);
  void take_rest(std::vector<MapItem>& items);

 private:
  void take(std::size_t end, std::vector<MapItem>& items);

  const ReportGraph& graph_;
  std::set<std::uint32_t> in_groups_;  // places in the file's list
  std::size_t next_ = 0;               // in the graph's nodes
};

}  // namespace ramus
