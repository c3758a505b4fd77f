// Prints a report written by hand, so that schema_test.py can hold it against the schema: report_probe FORMAT REPORT
#include <iostream>

#include "tests/adapters/report/made_reports.hpp"

int main(int argc, char** argv) {
  using namespace ramus::testing;
  if (argc != 3) return 2;
  const std::string name = argv[2];
  if (name == "comparison") {
    std::cout << written_as(argv[1], made_comparison());
    return 0;
  }
  const ramus::Report report = name == "empty"     ? empty_report()
                               : name == "hostile" ? hostile_report()
                                                   : two_branch_report();
  std::cout << written_as(argv[1], report);
  return 0;
}
