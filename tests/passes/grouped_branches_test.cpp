#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "conv1 0-48 | conv1 48-96": the layers of each branch.
std::string layers_of(const Analysed& analysed, const BranchGroup& group) {
  std::string text;
  for (const Branch& branch : group.branches) {
    if (!text.empty()) text += " |";
    for (const UnitRange& range : branch.layers) {
      text += (text.empty() ? "" : " ") + (*analysed.graph)[range.layer].name + " " + std::to_string(range.begin) +
              "-" + std::to_string(range.end);
    }
  }
  return text;
}

std::string grouped(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  std::string all;
  for (const BranchTree::Entry& entry : analysed.findings.tree->entries) {
    const BranchGroup& group = analysed.findings.groups[entry.group];
    if (group.kind != BranchKind::grouped) continue;
    all += (all.empty() ? "" : "\n") + layers_of(analysed, group) + (group.leaking ? " leaking" : "");
  }
  return all;
}

}  // namespace

TEST_CASE("two groups of conv2 split conv1 in two, through LRN, which leaks") {
  CHECK(grouped("x:[1,3,64,64] -> y : conv1 = Conv(x, A:float[96,3,11,11]); r = Relu(conv1); l = LRN[size=5](r);"
                "p = MaxPool(l); conv2 = Conv[group=2](p, B:float[256,48,5,5]); y = Relu(conv2)") ==
        "conv1 0-48 conv2 0-128 | conv1 48-96 conv2 128-256 leaking");
}

TEST_CASE("convolutions with the same groups in a row are one group of branches") {
  CHECK(grouped("x:[1,3,64,64] -> y : a = Conv(x, A:float[8,3,3,3]); b = Conv[group=2](a, B:float[6,4,3,3]);"
                "c = Conv[group=2](b, C:float[4,3,3,3]); y = Conv(c, D:float[2,4,1,1])") ==
        "a 0-4 b 0-3 c 0-2 | a 4-8 b 3-6 c 2-4");
}

TEST_CASE("another number of groups begins another group of branches") {
  CHECK(grouped("x:[1,3,64,64] -> y : a = Conv(x, A:float[8,3,3,3]); b = Conv[group=2](a, B:float[8,4,3,3]);"
                "y = Conv[group=4](b, C:float[8,2,3,3])") ==
        "a 0-4 b 0-4 | a 4-8 b 4-8\n"
        "b 0-2 y 0-2 | b 2-4 y 2-4 | b 4-6 y 4-6 | b 6-8 y 6-8");
}

TEST_CASE("a group that reads the input has no layer before it") {
  CHECK(grouped("x:[1,4,8,8] -> y : y = Conv[group=2](x, A:float[6,2,3,3])") == "y 0-3 | y 3-6");
}

TEST_CASE("depthwise convolutions are counted, not listed") {
  const Analysed analysed =
      analyse("x:[1,4,8,8] -> y : a = Conv[group=4](x, A:float[4,1,3,3]); y = Conv(a, B:float[8,4,1,1])");
  CHECK(analysed.findings.groups.empty());
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].text.substr(0, 23) == "1 depthwise convolution");
}

TEST_CASE("a depthwise convolution between the layers keeps the groups apart") {
  CHECK(grouped("x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); d = Conv[group=8](a, D:float[8,1,3,3]);"
                "y = Conv[group=2](d, B:float[8,4,1,1])") == "a 0-4 y 0-4 | a 4-8 y 4-8");
}

TEST_CASE("the layers before a concatenation are split where the groups fall") {
  CHECK(grouped("x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); b = Conv(x, B:float[4,3,1,1]);"
                "c = Concat[axis=1](a, b); y = Conv[group=2](c, C:float[2,3,1,1])") ==
        "a 0-2 b 0-1 y 0-1 | b 1-4 y 1-2");
}

TEST_CASE("nodes between the layers belong to every branch") {
  const Analysed analysed = analyse(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); r = Relu(a); b = Conv[group=2](r, B:float[8,4,1,1]); y = "
      "Relu(b)",
      {.passes = {"branch-tree"}});
  CHECK(groups_of(analysed) == "grouped x -> [a r b] [a r b] -> b units 0-4 4-8");
}

TEST_CASE("behind a sum, the fork is where all its terms come from, in whatever order they stand") {
  const std::string before = "x:[1,8,8,8] -> y : u = Conv(x, U:float[8,8,3,3]); r = Relu(u); ",
                    a = "a = Conv(x, A:float[8,8,1,1]); ", b = "b = Conv(r, B:float[8,8,1,1]); ",
                    after = "s = Add(a, b); g = Conv[group=2](s, G:float[8,4,1,1]); y = Relu(g)";
  for (const std::string& text : {before + a + b + after, before + b + a + after}) {
    const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
    const auto fork_of = [&](const BranchGroup& group) {
      return (*analysed.graph)[analysed.analyses->dataflow().value(group.fork)].name;
    };
    for (const BranchGroup& group : analysed.findings.groups) CHECK(fork_of(group) == "x");
    CHECK(analysed.findings.groups.size() == 2);
  }
}

TEST_CASE("groups are carried back to the columns of a table, which is no layer") {
  CHECK(grouped("i:int64[1,7] -> y : e = Gather(t:float[50,8], i); c = Transpose[perm=[0,2,1]](e);"
                "y = Conv[group=2](c, W:float[12,4,3])") == "e 0-4 y 0-6 | e 4-8 y 6-12");
}
