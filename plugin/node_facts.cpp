#include "plugin/node_facts.hpp"

#include <algorithm>

namespace ramus {
namespace {

constexpr double kLevel = 0.05;  // of q

std::string as_path_part(std::string name) {
  std::replace(name.begin(), name.end(), ';', ',');
  std::replace(name.begin(), name.end(), '/', ':');
  return name;
}

using FactsByPlace = std::map<std::uint32_t, NodeFacts>;

void add_roles(const ReportGroup& group, FactsByPlace& facts) {
  if (group.join) facts[group.join->index].roles.insert("join");
  if (group.fork_node) facts[group.fork_node->index].roles.insert("fork");
  for (const ReportBranch& branch : group.branches) {
    const std::string path = path_of_branch(group.name, branch.name);
    for (const ReportNode& node : branch.nodes) {
      NodeFacts& of_node = facts[node.index];
      // A call stands for several nodes.
      if (of_node.branches.empty() || of_node.branches.back() != path) of_node.branches.push_back(path);
      of_node.roles.insert(branch.projection ? "skip" : "arm");
    }
  }
}

void add_specialization(const ReportGroup& group, const GroupSpecialization& values, FactsByPlace& facts) {
  if (values.score && group.join) {
    facts[group.join->index].specialization.push_back(
        {&group, nullptr, values.score->score, values.score->p, values.score->basis, std::nullopt});
  }
  for (std::size_t b = 0; b < std::min(values.branches.size(), group.branches.size()); ++b) {
    const ReportBranch& branch = group.branches[b];
    auto strongest = strongest_result(values.branches[b]);
    if (!strongest || !branch.first_layer) continue;
    const std::optional<double> score = values.score ? std::optional(values.branches[b].score) : std::nullopt;
    facts[branch.first_layer->index].specialization.push_back({&group, &branch, score, 1, "", std::move(strongest)});
  }
}

}  // namespace

std::optional<StrongestResult> strongest_result(const BranchSpecialization& branch) {
  std::optional<StrongestResult> top;
  const auto is_stronger = [&](double p, double q) { return q <= kLevel && (!top || p < top->p); };
  for (const FamilyEnrichment& cell : branch.enrichment) {
    if (is_stronger(cell.test.p, cell.q)) top = StrongestResult{true, cell.family, 0, cell.test.p, cell.q};
  }
  for (const FeatureContrast& contrast : branch.features) {
    if (!is_stronger(contrast.test.p, contrast.q)) continue;
    top = StrongestResult{false, contrast.feature, contrast.test.auc, contrast.test.p, contrast.q};
  }
  return top;
}

BranchFindings::BranchFindings(const Report& report) {
  for (const ReportGroup& group : report.groups) groups_[group.graph].push_back(&group);
  for (const ReportSpecialization& entry : report.specialization) specialization_.emplace(entry.group, &entry);
}

const std::vector<const ReportGroup*>& BranchFindings::groups_of(const std::string& graph) const {
  static const std::vector<const ReportGroup*> kNone;
  const auto found = groups_.find(graph);
  return found == groups_.end() ? kNone : found->second;
}

const ReportSpecialization* BranchFindings::specialization_of(const ReportGroup& group) const {
  const auto found = specialization_.find(group.id);
  return found == specialization_.end() ? nullptr : found->second;
}

std::map<std::uint32_t, NodeFacts> node_facts(const BranchFindings& findings, const std::string& graph) {
  FactsByPlace facts;
  for (const ReportGroup* group : findings.groups_of(graph)) {
    add_roles(*group, facts);
    const ReportSpecialization* specialization = findings.specialization_of(*group);
    if (specialization != nullptr) add_specialization(*group, specialization->values, facts);
  }
  return facts;
}

std::string path_of_group(const std::string& group) { return as_path_part(group); }

std::string path_of_branch(const std::string& group, const std::string& branch) {
  const bool repeats =
      branch.size() > group.size() && branch.compare(0, group.size(), group) == 0 && branch[group.size()] == '/';
  return as_path_part(group) + "/" + as_path_part(repeats ? branch.substr(group.size() + 1) : branch);
}

}  // namespace ramus
