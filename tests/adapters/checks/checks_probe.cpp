// Prints checks written by hand, for formats_test.py and sarif_schema_test.py: checks_probe FORMAT CHECKS
#include <iostream>
#include <map>

#include "tests/adapters/checks/made_checks.hpp"

int main(int argc, char** argv) {
  using namespace ramus::testing;
  const std::map<std::string, ramus::Checks (*)()> cases{
      {"plain", plain_checks},
      {"full", full_checks},
      {"hostile", hostile_checks},
      {"nothing", nothing_found},
      {"many", [] { return many_findings(30'000, 10); }},
      {"large", [] { return many_findings(8'000, 4'000); }},
      {"long", [] { return long_finding(1'500, 15'000); }},
  };
  if (argc != 3 || cases.count(argv[2]) == 0) return 2;
  std::cout << written_as(argv[1], cases.at(argv[2])());
  return 0;
}
