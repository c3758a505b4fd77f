#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

Body body(const std::string& attribute, const std::string& text) {
  return {attribute, std::make_shared<const Graph>(graph_from_text(text))};
}

}  // namespace

TEST_CASE("the bodies of an If are branches that count what stands in them") {
  GraphBuilder builder("test");
  builder.add_input("c");
  builder.add_input("x");
  GraphBuilder::NewNode node{"If", {"c"}, {"y"}};
  node.bodies = {body("then_branch", "t -> u : u = Conv(t, A:float[4,3,1,1])"),
                 body("else_branch", "t -> u : u = Relu(t)")};
  node.captures = {"x"};
  builder.add_node(std::move(node));
  builder.add_output("y");
  const Analysed analysed = run_passes(builder.finish().value(), {.passes = {"branch-tree"}}).value();
  CHECK(groups_of(analysed) == "conditional source -> [] [] -> #0:If");
  const BranchGroup& group = analysed.findings.groups.at(0);
  CHECK(group.branches[0].body == "then_branch");
  CHECK(group.branches[0].parameters == 12);
  CHECK(group.branches[1].parameters == 0);
  CHECK(analysed.findings.tree->entries[0].branch_names == std::vector<std::string>{"y/then_branch", "y/else_branch"});
}
