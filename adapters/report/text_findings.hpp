// Results of one kind of test about the branches of one group, as a table to read: what is claimed, the strongest first;
// then, for each branch of which nothing is, its strongest result, so that what is not claimed can be seen as well.
//
//   Families (hypergeometric, upper tail; q over 8 tests)
//     mixed3a_5x5: 9 of 9 BW vs Color, by chance 1.1, odds ratio 134; 32 of 256 units, p 2.5e-09, q 2.0e-08
//     mixed3a_1x1: nothing clear (strongest: 3 of 9 Texture, by chance 2.2, odds ratio 1.5; 64 of 256 units, p 0.4, q 0.8)
#pragma once

#include <string>
#include <vector>

#include "adapters/report/test_counts.hpp"
#include "adapters/report/text_page.hpp"
#include "plugin/report.hpp"

namespace ramus {

struct TestResult {
  std::size_t branch = 0;
  std::string about;   // the family, feature or factor
  std::string effect;  // with n on both sides: "9 of 9 BW vs Color, by chance 1.1, ...; 32 of 256 units"
  double p = 1, log_p = 0, q = 1;

  bool is_claimed() const { return q <= kLevel; }
};

struct FindingTable {
  std::string heading;               // the test, and what q is corrected over
  std::vector<TestResult> findings;  // in the order of branches
  bool mirrored = false;             // what one of two branches has, the other lacks: one of them tells

  bool claims() const;
};

// Of everything that was tested of a group's branches; tables without findings are left out.
std::vector<FindingTable> tables_of(const Report& report, const CorrectedOver& corrected_over,
                                    const ReportSpecialization& entry);

// `branches`: their names.
void write_table(const FindingTable& table, const std::vector<std::string>& branches, TextPage& page);

// "0.03", "2.5e-09"; where p is too small for a double, its logarithm still gives the power of ten: "1e-434".
std::string p_text(double p, double log_p);
std::string q_text(double q);

}  // namespace ramus
