#include "adapters/report/test_counts.hpp"

namespace ramus {

TestCounts& TestCounts::operator+=(const TestCounts& other) {
  enrichment += other.enrichment;
  contrasts += other.contrasts;
  spreads += other.spreads;
  shares += other.shares;
  return *this;
}

TestCounts count_tests(const GroupSpecialization& group) {
  TestCounts counts;
  counts.spreads = group.features.size();
  for (const BranchSpecialization& branch : group.branches) {
    counts.enrichment += branch.enrichment.size();
    counts.contrasts += branch.features.size();
    counts.shares += branch.factors.size();
  }
  return counts;
}

CorrectedOver::CorrectedOver(const Report& report) {
  for (const ReportGroup& group : report.groups) graph_of_[group.id] = group.graph;
  for (const ReportSpecialization& entry : report.specialization) {
    of_graph_[graph_of_[entry.group]] += count_tests(entry.values);
  }
}

const TestCounts& CorrectedOver::tests_beside(const ReportSpecialization& entry) const {
  return of_graph_.at(graph_of_.at(entry.group));
}

}  // namespace ramus
