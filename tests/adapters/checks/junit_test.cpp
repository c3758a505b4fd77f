#include <doctest/doctest.h>

#include "plugin/check/rule.hpp"
#include "tests/adapters/checks/made_checks.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("a suite for each model, a test for each rule that ran") {
  Checks checks = plain_checks();
  const std::string tests = std::to_string(all_rules().size());
  const Rule& rule = *all_rules().front();
  const std::string test = "  <testcase classname=\"models/a.onnx\" name=\"" + std::string(rule.code) + " " +
                           std::string(rule.name) + "\">\n";
  const std::string line = "warning: node &#39;Add_12&#39;: is not as it should be\n";

  const std::string mild = written_as("junit", checks);  // fails on errors only
  CHECK(mild.find("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ramus\" tests=\"" + tests +
                  "\" failures=\"0\" errors=\"0\">\n <testsuite name=\"models/a.onnx\" tests=\"" + tests +
                  "\" failures=\"0\" errors=\"0\" skipped=\"0\">\n") == 0);
  CHECK(mild.find(test + "   <system-out>" + line + "</system-out>\n  </testcase>\n") != std::string::npos);

  checks.fail_on = Severity::warning;
  const std::string severe = written_as("junit", checks);
  CHECK(severe.find(test + "   <failure type=\"warning\" message=\"node &#39;Add_12&#39;: is not as it should be\">" +
                    line + "</failure>\n  </testcase>\n") != std::string::npos);
}
