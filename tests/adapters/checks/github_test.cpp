#include <doctest/doctest.h>

#include "plugin/check/rule.hpp"
#include "tests/adapters/checks/made_checks.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("a finding is one command, and the counts are a line of the log") {
  const Rule& rule = *all_rules().front();
  const std::string title = std::string(rule.code) + " " + std::string(rule.name);
  CHECK(written_as("github", plain_checks()) == "::warning file=models/a.onnx,line=1,title=" + title +
                                                    "::node 'Add_12': is not as it should be\n"
                                                    "1 finding (1 warning) in 1 model\n");
}

TEST_CASE("the most severe come first, with paths on lines of their own") {
  const std::string text = written_as("github", full_checks());
  CHECK(text.find("::error file=models/x,line=1") == 0);
  CHECK(text.find("::error file=broken/x,line=1,title=could not be checked::cannot be read: x\n") != std::string::npos);
  CHECK(text.find("says x%0Ax: x -> x -> y\n") != std::string::npos);
  CHECK(text.find("::notice file=ramus-x.toml,line=1,title=") != std::string::npos);
  CHECK(text.find("::error file=broken") < text.find("::warning"));
  CHECK(text.find("::warning") < text.find("::notice"));
}

TEST_CASE("a model without findings gets no command") {
  CHECK(written_as("github", nothing_found()) == "no findings in 2 models\n");
}
