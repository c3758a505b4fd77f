#include "plugin/check/rules/group_places.hpp"

namespace ramus {

GroupPlaces::GroupPlaces(const AnalysedGraph& graph, const Report& report)
    : graph_(graph), described_(graph.analysed.findings.groups.size(), nullptr) {
  std::vector<const ReportGroup*> here;
  for (const ReportGroup& group : report.groups) {
    if (group.graph == graph.path) here.push_back(&group);
  }
  const BranchTree& tree = *graph.analysed.findings.tree;  // every rule runs behind branch-tree
  for (std::size_t g = 0; g < described_.size(); ++g) described_[g] = here.at(tree.entry_of[g]);
}

Place GroupPlaces::place(std::size_t group) const { return {PlaceKind::group, graph_.path, described_[group]->name}; }

Place GroupPlaces::place(std::size_t group, std::size_t branch) const {
  return {PlaceKind::branch, graph_.path, described_[group]->branches.at(branch).name};
}

}  // namespace ramus
