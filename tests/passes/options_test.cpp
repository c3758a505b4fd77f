#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "passes/registry.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {
std::string why(std::string_view setting) {
  PassOptions options(all_passes());
  const Status status = options.set(setting);
  return status ? "" : status.error().message;
}
}  // namespace

TEST_CASE("an option is set by pass, name and value") {
  PassOptions options(all_passes());
  CHECK(options.number("factors.k") == 8);
  REQUIRE(options.set("factors.k=16"));
  CHECK(options.number("factors.k") == 16);
  REQUIRE(options.set("factors.normalise=none"));
  CHECK(options.text("factors.normalise") == "none");
}

TEST_CASE("a wrong option says which there are") {
  CHECK(why("factors.k") == "option 'factors.k': expected PASS.OPTION=VALUE, for example factors.k=16");
  CHECK(why("factor.k=3").find("no such pass; there are fold-constants") != std::string::npos);
  CHECK(why("factors.kk=3").find("no such option; there are reduction") != std::string::npos);
  CHECK(why("factors.k=0") == "option 'factors.k=0': must be 1..256");
  CHECK(why("factors.k=8x") == "option 'factors.k=8x': must be 1..256");
  CHECK(why("factors.normalise=rows") == "option 'factors.normalise=rows': must be inputs|outputs|both|none");
  CHECK(why("branch-tree.x=1").find("there are none") != std::string::npos);
  CHECK_FALSE(why("=").empty());
  CHECK_FALSE(why("").empty());
}

TEST_CASE("the table is consistent: names are unique, defaults are allowed, needs stand above") {
  std::set<std::string_view> names;
  for (const PassInfo& pass : all_passes()) {
    for (const std::string_view need : pass.needs) CHECK(names.count(need) == 1);
    CHECK(names.insert(pass.name).second);
    for (const OptionInfo& option : pass.options) {
      CHECK(why(std::string(pass.name) + "." + std::string(option.name) + "=" + std::string(option.otherwise)) == "");
    }
  }
}

TEST_CASE("the README has a heading for each pass, in the order of the table, and no other") {
  std::ifstream readme(std::string(RAMUS_SOURCE_DIR) + "/passes/README.md");
  std::vector<std::string> headings, names;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("### ", 0) == 0) headings.push_back(line.substr(4));
  }
  for (const PassInfo& pass : all_passes()) names.emplace_back(pass.name);
  CHECK(headings == names);
}

TEST_CASE("asking for one pass runs what it needs, and no more") {
  const Analysed analysed = analyse("x:[1,8,4,4] -> y : a = Relu(x); y = Add(x, a)", {.passes = {"branch-tree"}});
  CHECK(analysed.findings.groups.size() == 1);
  CHECK(analysed.findings.tree.has_value());
  CHECK(analysed.findings.features.empty());
}

TEST_CASE("a pass that does not exist is an error that lists those there are") {
  const auto analysed = run_passes(graph_from_text("y = Relu(x)"), {.passes = {"branches"}});
  REQUIRE_FALSE(analysed.has_value());
  CHECK(analysed.error().kind == ErrorKind::usage);
  CHECK(analysed.error().message.find("pass 'branches': no such pass; there are fold-constants") == 0);
}
