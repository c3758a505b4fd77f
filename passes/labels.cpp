#include "passes/labels.hpp"

#include <algorithm>

#include "passes/branch_tree.hpp"

namespace ramus {
namespace {

std::optional<ValueId> first_output(const Graph& graph, NodeId node) {
  const auto& outputs = graph[node].outputs;
  if (outputs.empty() || !outputs.front().exists()) return std::nullopt;
  return outputs.front();
}

std::optional<ValueId> find_layer(const std::string& key, const Graph& graph, const BranchTree& tree,
                                  const std::vector<BranchGroup>& groups) {
  if (const auto value = graph.find_value(key)) return value;
  if (const auto node = graph.find_node(key)) return first_output(graph, *node);
  for (const BranchTree::Entry& entry : tree.entries) {
    const NodeId join = groups[entry.group].join;
    if (entry.name == key && join.exists()) return first_output(graph, join);
  }
  return std::nullopt;
}

Status check_units(const LabelFamily& family, std::int64_t channels) {
  std::vector<std::int64_t> units = family.units;
  std::sort(units.begin(), units.end());
  const auto twice = std::adjacent_find(units.begin(), units.end());
  if (twice != units.end()) {
    return failure(ErrorKind::usage, "family '" + family.name + "': unit " + std::to_string(*twice) + " stands twice");
  }
  if (units.empty() || (units.front() >= 0 && units.back() < channels)) return {};
  const std::int64_t wrong = units.front() < 0 ? units.front() : units.back();
  return failure(ErrorKind::usage, "family '" + family.name + "': unit " + std::to_string(wrong) +
                                       " is out of range; the layer has units 0 to " + std::to_string(channels - 1));
}

}  // namespace

Result<NamedUnits> find_named_units(const std::string& key, const Graph& graph, const ChannelFlow& flow,
                                    const BranchTree& tree, const std::vector<BranchGroup>& groups) {
  const auto value = find_layer(key, graph, tree, groups);
  if (!value) return failure(ErrorKind::usage, "no value, node or group of the model has this name");
  const std::int64_t channels = flow[*value].channels;
  if (channels < 0) return failure(ErrorKind::usage, "its units cannot be counted: " + flow[*value].stopped);
  return NamedUnits{*value, channels};
}

Result<std::vector<ResolvedLabels>> resolve_labels(const LabelsFile& file, const Graph& graph, const ChannelFlow& flow,
                                                   const BranchTree& tree, const std::vector<BranchGroup>& groups) {
  std::vector<ResolvedLabels> resolved;
  for (const LayerLabels& labels : file.layers) {
    const std::string where = file.path + ": layer '" + labels.layer + "'";
    const auto units = find_named_units(labels.layer, graph, flow, tree, groups);
    if (!units) return propagate(Error(units.error()), where);
    for (const LabelFamily& family : labels.families) {
      if (auto status = check_units(family, units->channels); !status)
        return propagate(std::move(status.error()), where);
    }
    resolved.push_back({&labels, units->value, units->channels});
  }
  return resolved;
}

}  // namespace ramus
