// The file's names of what stands in a normal form.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/build_report.hpp"

namespace ramus {

// Borrows the graph.
class NodeNames {
 public:
  explicit NodeNames(const AnalysedGraph& graph);

  // The file's node that gave a node of the normal form its name.
  ReportNode node(NodeId id) const;

  // All of the file's nodes behind some nodes of the normal form; of nodes inside calls, those of the normal form.
  std::vector<ReportNode> nodes(const std::vector<NodeId>& ids) const;

 private:
  const AnalysedGraph& source_;
  const Graph& normal_;
  std::unordered_map<std::uint32_t, std::string_view> name_by_place_;  // of the file's nodes that are no calls
};

}  // namespace ramus
