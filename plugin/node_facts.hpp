// What a report says of single nodes: the branches that hold each, its roles, and what its branch specialises in.
//
//   report ──▶ by graph, by place in the file ──▶ annotations, attachments and overlays of viewers
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugin/report.hpp"

namespace ramus {

// Of a branch: the family or the feature with the smallest p among those at q <= 0.05.
struct StrongestResult {
  bool is_family = false;
  std::string name;
  double auc = 0;  // of features
  double p = 1, q = 1;
};
std::optional<StrongestResult> strongest_result(const BranchSpecialization& branch);

// On the join of a group its score; on the first layer of a branch what is strongest there.
struct SpecializationFact {
  const ReportGroup* group = nullptr;
  const ReportBranch* branch = nullptr;  // nullptr: of the group
  std::optional<double> score;
  double p = 1;       // of a group's score
  std::string basis;  // of a group's score
  std::optional<StrongestResult> strongest;
};

struct NodeFacts {
  std::vector<std::string> branches;  // "mixed3a/mixed3a_5x5", outermost first
  std::set<std::string> roles;        // fork, join, arm, skip; none on the trunk
  std::vector<SpecializationFact> specialization;
};

// The groups of each graph, and what is said of their specialization. Borrows the report.
class BranchFindings {
 public:
  explicit BranchFindings(const Report& report);
  const std::vector<const ReportGroup*>& groups_of(const std::string& graph) const;  // in the report's order
  const ReportSpecialization* specialization_of(const ReportGroup& group) const;     // nullptr: nothing is said

 private:
  std::unordered_map<std::string, std::vector<const ReportGroup*>> groups_;
  std::unordered_map<std::string, const ReportSpecialization*> specialization_;
};

// Of one graph, by place in the file's list of nodes; nodes of which nothing is said are left out. Borrows the report.
std::map<std::uint32_t, NodeFacts> node_facts(const BranchFindings& findings, const std::string& graph);

// "mixed3a/mixed3a_5x5": ';' separates branches and '/' levels, so neither stands in a name; a name that already begins
// with its group's ("mixed3a/arm2: Conv1x1") does not say it twice.
std::string path_of_branch(const std::string& group, const std::string& branch);
// "mixed3a" of the same.
std::string path_of_group(const std::string& group);

}  // namespace ramus
