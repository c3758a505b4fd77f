// Over how many tests a q of the specialization is corrected: all of its kind in one graph (the main one, or a body).
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "plugin/report.hpp"

namespace ramus {

struct TestCounts {
  std::size_t enrichment = 0;  // families x branches
  std::size_t contrasts = 0;   // features x branches
  std::size_t spreads = 0;     // features, over all branches at once
  std::size_t shares = 0;      // factors x branches

  TestCounts& operator+=(const TestCounts& other);
};

// Of one group.
TestCounts count_tests(const GroupSpecialization& group);

class CorrectedOver {
 public:
  explicit CorrectedOver(const Report& report);

  // Of the graph in which the group lies.
  const TestCounts& tests_beside(const ReportSpecialization& entry) const;

 private:
  std::map<std::string, std::string> graph_of_;  // by group
  std::map<std::string, TestCounts> of_graph_;
};

}  // namespace ramus
