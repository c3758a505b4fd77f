#include "plugin/check/baseline.hpp"

#include <algorithm>

namespace ramus {

const BaselineModel* Baseline::find(std::string_view path, bool is_only) const {
  if (is_only && models.size() == 1) return &models.front();
  const auto found =
      std::find_if(models.begin(), models.end(), [&](const BaselineModel& model) { return model.path == path; });
  return found == models.end() ? nullptr : &*found;
}

BaselineModel describe_for_baseline(std::span<const AnalysedGraph> graphs, const Report& report) {
  BaselineModel model;
  model.path = report.model.path;
  model.digest = report.model.digest;
  for (const AnalysedGraph& graph : graphs) {
    add_to_profile(*graph.analysed.graph, graph.analysed.findings, graph.prefix, model.profile);
  }
  for (ProfiledGroup& group : model.profile.groups) group.samples.clear();
  return model;
}

}  // namespace ramus
