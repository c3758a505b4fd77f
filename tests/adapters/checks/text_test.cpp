#include <doctest/doctest.h>

#include <sstream>

#include "adapters/checks/finding_text.hpp"
#include "adapters/report/plain_text.hpp"
#include "plugin/check/rule.hpp"
#include "tests/adapters/checks/made_checks.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("places and sentences") {
  CHECK(text_of(Place{PlaceKind::node, "", "Add_12"}) == "node 'Add_12'");
  CHECK(text_of(Place{PlaceKind::value, "If_3/then_branch", "y"}) == "value 'y' of the body 'If_3/then_branch'");
  CHECK(text_of(Place{}) == "the model");
  CHECK(sentence_of(finding_at(PlaceKind::group, "g", Severity::note)) == "group 'g': is not as it should be");
  CHECK(sentence_of(finding_at(PlaceKind::model, "", Severity::note)) == "is not as it should be");
}

TEST_CASE("a long path is folded, and says how much of it") {
  PlacePath path{"past the trunk", {}};
  for (int i = 0; i < 8; ++i) path.steps.push_back({PlaceKind::node, "", std::to_string(i)});
  CHECK(text_of(path) == "past the trunk: 0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7");
  for (int i = 8; i < 20; ++i) path.steps.push_back({PlaceKind::node, "", std::to_string(i)});
  CHECK(text_of(path) == "past the trunk: 0 -> 1 -> 2 -> 3 -> ... 13 more ... -> 17 -> 18 -> 19");
}

TEST_CASE("for people: by model, with what is the matter and the counts at the end") {
  const Rule& rule = *all_rules().front();
  const std::string title = std::string(rule.code) + " " + std::string(rule.name);
  CHECK(written_as("text", plain_checks()) ==
        "models/a.onnx\n"
        "  warning " +
            title +
            " at node 'Add_12'\n"
            "    is not as it should be\n"
            "\n"
            "1 finding (1 warning) in 1 model\n"
            "`ramus explain CODE` says what a rule looks for, and how to judge what it found\n");
  const std::string full = written_as("text", full_checks());
  CHECK(full.find("    x: x -> x -> y\n") != std::string::npos);
  CHECK(full.find("broken/x\n  could not be checked: cannot be read: x\n") != std::string::npos);
  CHECK(full.find("ramus-x.toml\n  note    ") != std::string::npos);
  CHECK(full.find(
            "4 findings (1 error, 1 warning, 2 notes) in 2 models; 1 ignored, 1 in the baseline; 1 model could not be "
            "checked\n") == std::string::npos);  // a line has at most 100 columns
  CHECK(full.find("4 findings (1 error, 1 warning, 2 notes) in 2 models; 1 ignored,") != std::string::npos);
  CHECK(totals_of(full_checks()) ==
        "4 findings (1 error, 1 warning, 2 notes) in 2 models; 1 ignored, 1 in the baseline; 1 model could not be "
        "checked");
  CHECK(written_as("text", nothing_found()) == "no findings in 2 models\n");
}

TEST_CASE("many findings of one rule are cut, and counted") {
  const std::string text = written_as("text", many_findings(200, 5));
  CHECK(text.find("... and 181 findings of " + std::string(all_rules().front()->code) +
                  " more; --format json lists them all") != std::string::npos);
  CHECK(text.size() < 5'000);
}

TEST_CASE("no name reaches the terminal as a command, and no line is wider than 100 columns") {
  std::istringstream lines(written_as("text", hostile_checks()));
  for (std::string line; std::getline(lines, line);) {
    CHECK(printable(line) == line);
    CHECK(width_of(line) <= 100);
    CHECK(line.find("\xE2\x80\xAE") == std::string::npos);
  }
}
