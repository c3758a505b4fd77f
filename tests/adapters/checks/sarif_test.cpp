#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "plugin/check/rule.hpp"
#include "tests/adapters/checks/made_checks.hpp"

using namespace ramus;
using namespace ramus::testing;
using Json = nlohmann::json;

namespace {

Json run_of(const Checks& checks) {
  const Json log = Json::parse(written_as("sarif", checks));
  CHECK(log["version"] == "2.1.0");
  REQUIRE(log["runs"].size() == 1);
  return log["runs"][0];
}

std::string left_out(const Json& run) {
  const Json& notifications = run["invocations"][0]["toolExecutionNotifications"];
  return notifications.back()["message"]["text"];
}

}  // namespace

TEST_CASE("SARIF: tool, rules and files") {
  const Json run = run_of(full_checks());
  const Json& driver = run["tool"]["driver"];
  CHECK(driver["name"] == "ramus");
  CHECK(driver["semanticVersion"] == "1.2.3");
  REQUIRE(driver["rules"].size() == all_rules().size());
  for (std::size_t i = 0; i < all_rules().size(); ++i) {
    const Json& rule = driver["rules"][i];
    CHECK(rule["id"] == all_rules()[i]->code);
    CHECK(std::isupper(rule["name"].get<std::string>()[0]) != 0);
    CHECK(rule["name"].get<std::string>().find('-') == std::string::npos);
    for (const char* key : {"shortDescription", "fullDescription", "help"}) CHECK(!rule[key]["text"].empty());
    CHECK(!rule["help"]["markdown"].empty());
    CHECK(rule["defaultConfiguration"]["level"] == name_of(all_rules()[i]->severity));
    CHECK(rule["properties"]["tags"].size() == 2);
  }
  CHECK(!run.contains("automationDetails"));  // the category is that of the upload
  REQUIRE(run["artifacts"].size() == 4);
  CHECK(run["artifacts"][0]["location"]["uri"] == "models/x");
  CHECK(run["artifacts"][0]["hashes"]["sha-256"] == std::string(64, 'a'));
  CHECK(run["artifacts"][1]["location"]["uri"] == "file:///x");
  CHECK(!run["artifacts"][2].contains("hashes"));
  CHECK(run["artifacts"][3]["roles"][0] == "userSpecifiedConfiguration");
}

TEST_CASE("SARIF: results, the most severe first, then what is ignored or in the baseline") {
  const Json run = run_of(full_checks());
  const Json& results = run["results"];
  REQUIRE(results.size() == 6);
  std::vector<std::string> levels;
  for (const Json& result : results) levels.push_back(result["level"]);
  CHECK(levels == std::vector<std::string>{"error", "warning", "note", "note", "warning", "warning"});
  CHECK(results[0]["message"]["text"] == "is not as it should be");
  CHECK(results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "main");

  const Json& result = results[1];
  CHECK(result["ruleIndex"] == 0);
  CHECK(result["message"]["text"] == "node 'x' of the body 'x': says x");
  CHECK(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "models/x");
  CHECK(result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1);
  CHECK(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "x::x");
  CHECK(result["relatedLocations"].size() == 2);
  CHECK(result["relatedLocations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "main::x");
  const Json& steps = result["codeFlows"][0]["threadFlows"][0]["locations"];
  REQUIRE(steps.size() == 3);
  CHECK(steps[1]["location"]["logicalLocations"][0]["fullyQualifiedName"] == "x::x");
  CHECK(result["partialFingerprints"]["ramusStructure/v1"] == std::string(64, 'f'));
  CHECK(result["partialFingerprints"]["primaryLocationLineHash"] == std::string(64, 'f'));
  CHECK(result["properties"]["parameters"] == 12);
  CHECK(result["properties"]["via"] == "x");
  CHECK(result["baselineState"] == "new");
  CHECK(result["suppressions"].empty());
  CHECK(results[4]["suppressions"][0]["justification"] == "because x");
  CHECK(results[5]["baselineState"] == "unchanged");

  const Json& invocation = run["invocations"][0];
  CHECK(invocation["executionSuccessful"] == false);
  CHECK(invocation["toolExecutionNotifications"][0]["message"]["text"] == "cannot be read: x");
}

TEST_CASE("SARIF: without ignores and a baseline nothing is said of them") {
  const Json run = run_of(plain_checks());
  REQUIRE(run["results"].size() == 1);
  CHECK(!run["results"][0].contains("suppressions"));
  CHECK(!run["results"][0].contains("baselineState"));
  CHECK(run["invocations"][0] == Json{{"executionSuccessful", true}});
  CHECK(run_of(nothing_found())["results"] == Json::array());
}

TEST_CASE("SARIF: names of any bytes stay names") {
  const Json result = run_of(hostile_checks())["results"][1];
  const std::string message = result["message"]["text"];
  CHECK(message.find("](") == std::string::npos);
  CHECK(message.find("{{0}}") != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(message.find('\x1B') == std::string::npos);
  const Json& place = result["locations"][0]["logicalLocations"][0];
  CHECK(place["name"].get<std::string>().find("\r\n::error::x%0A]]>") != std::string::npos);  // exact, for programs
  CHECK(place["fullyQualifiedName"].get<std::string>().find("\\:\\:error\\:\\:x") != std::string::npos);
  const std::string uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
  CHECK(uri.find("models/q%22%27b%0D%0A%3A%3Aerror") == 0);
  CHECK(uri.rfind("%E2%80%AE%FF") == uri.size() - 12);
}

TEST_CASE("SARIF: no more results than GitHub takes; the mildest are left out, and that is said") {
  const Json run = run_of(many_findings(30'000, 5));
  CHECK(run["results"].size() == 25'000);
  CHECK(run["results"][0]["level"] == "error");
  CHECK(left_out(run).find("left out: 5001 of 30001 results, the mildest.") == 0);
  CHECK(run["invocations"][0]["executionSuccessful"] == true);

  const std::string large = written_as("sarif", many_findings(8'000, 4'000));
  CHECK(large.size() < 10'000'000);
  CHECK(large.size() > 9'900'000);
  CHECK(left_out(run_of(many_findings(8'000, 4'000))).find("of 8001 results") != std::string::npos);
}

TEST_CASE("SARIF: no more places and steps of one result than GitHub takes") {
  const Json run = run_of(long_finding(1'500, 15'000));
  const Json& result = run["results"][0];
  CHECK(result["locations"].size() + result["relatedLocations"].size() == 1'000);
  std::size_t steps = 0;
  for (const Json& flow : result["codeFlows"]) steps += flow["threadFlows"][0]["locations"].size();
  CHECK(steps == 10'000);
  CHECK(left_out(run).find("left out: 501 related places; 5000 steps of paths.") == 0);
  CHECK(!run_of(long_finding(999, 10'000))["invocations"][0].contains("toolExecutionNotifications"));
}
