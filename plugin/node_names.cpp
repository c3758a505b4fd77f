#include "plugin/node_names.hpp"

#include <algorithm>
#include <set>

namespace ramus {

NodeNames::NodeNames(const AnalysedGraph& graph) : source_(graph), normal_(*graph.analysed.graph) {
  for (const Node& original : source_.original->nodes()) {
    if (!original.in_call) name_by_place_.emplace(original.origins.front(), original.name);
  }
}

ReportNode NodeNames::node(NodeId id) const {
  const Node& normal = normal_[id];
  std::uint32_t index = normal.origins.front();
  bool is_named = normal.in_call;
  for (const std::uint32_t origin : normal.origins) {
    const auto name = name_by_place_.find(origin);
    const bool is_call = name == name_by_place_.end();
    if (normal.in_call ? !is_call : is_call || name->second != normal.name) continue;
    index = origin;
    is_named = true;
  }
  const auto first = name_by_place_.find(index);  // of what a rewrite added
  const bool is_added = !is_named && first != name_by_place_.end();
  return {source_.prefix + (is_added ? std::string(first->second) : normal.name), index};
}

std::vector<ReportNode> NodeNames::nodes(const std::vector<NodeId>& ids) const {
  std::vector<ReportNode> named;
  std::set<std::uint32_t> seen;
  for (const NodeId id : ids) {
    if (normal_[id].in_call) named.push_back(node(id));
    for (const std::uint32_t origin : normal_[id].origins) {
      const auto name = name_by_place_.find(origin);
      if (name == name_by_place_.end() || !seen.insert(origin).second) continue;
      named.push_back({source_.prefix + std::string(name->second), origin});
    }
  }
  std::stable_sort(named.begin(), named.end(),
                   [](const ReportNode& a, const ReportNode& b) { return a.index < b.index; });
  return named;
}

}  // namespace ramus
