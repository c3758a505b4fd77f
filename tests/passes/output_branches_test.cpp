#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("heads that part for good are branches, named after what they put out") {
  const Analysed analysed = analyse(
      "x -> boxes, scores : t = Conv(x, A:float[8,3,3,3]); b = Relu(t);"
      "boxes = Conv(b, B:float[4,8,1,1]); scores = Conv(t, C:float[2,8,1,1])",
      {.passes = {"branch-tree"}});
  CHECK(groups_of(analysed) == "outputs t -> [b boxes] [scores] -> outputs");
  CHECK(analysed.findings.tree->entries[0].name == "outputs");
  CHECK(analysed.findings.tree->entries[0].branch_names == std::vector<std::string>{"boxes", "scores"});
  CHECK(analysed.findings.groups[0].branches[1].parameters == 16);
}

TEST_CASE("an output that the others are made of is a skip") {
  CHECK(groups_of("x -> a, y : a = Relu(x); y = Sigmoid(a)") == "outputs a -> [] [y] -> outputs");
}

TEST_CASE("what serves some of the outputs is shared") {
  CHECK(groups_of("x -> p, q, r : a = Relu(x); p = Sigmoid(a); q = Tanh(a); r = Sqrt(x)") ==
        "outputs x -> [p] [q] [r] -> outputs open");
}

TEST_CASE("inputs of their own have the source as their fork") {
  CHECK(groups_of("x, z -> p, q : p = Relu(x); q = Tanh(z)") == "outputs source -> [p] [q] -> outputs");
}

TEST_CASE("one output, twice named or beside a constant, opens no group") {
  CHECK(groups_of("x -> y : y = Relu(x)") == "");
  CHECK(groups_of("x -> y, k : y = Relu(x); k = Neg(W:float[2])") == "");
}
