// The groups of one analysed graph, with their places in the report.
#pragma once

#include <string>
#include <vector>

#include "passes/branch_group.hpp"
#include "plugin/build_report.hpp"
#include "plugin/check/finding.hpp"

namespace ramus {

// Borrows both.
class GroupPlaces {
 public:
  GroupPlaces(const AnalysedGraph& graph, const Report& report);

  const std::vector<BranchGroup>& groups() const { return graph_.analysed.findings.groups; }
  const ReportGroup& described(std::size_t group) const { return *described_[group]; }
  Place place(std::size_t group) const;
  Place place(std::size_t group, std::size_t branch) const;

 private:
  const AnalysedGraph& graph_;
  std::vector<const ReportGroup*> described_;  // by group
};

}  // namespace ramus
