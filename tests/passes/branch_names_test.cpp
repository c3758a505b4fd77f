#include "passes/branch_names.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "mixed3a: mixed3a_1x1, mixed3a_5x5", one line per group.
std::string names_of(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  std::string all;
  for (const BranchTree::Entry& entry : analysed.findings.tree->entries) {
    all += (all.empty() ? "" : "\n") + entry.name + ":";
    for (std::size_t b = 0; b < entry.branch_names.size(); ++b) all += (b == 0 ? " " : ", ") + entry.branch_names[b];
  }
  return all;
}

}  // namespace

TEST_CASE("a common beginning does not cut a word") {
  CHECK(common_beginning({"a/b_5x5_pre", "a/b_5x5"}) == "a/b_5x5");
  CHECK(common_beginning({"/x/y", "/x/z"}) == "/x");
  CHECK(common_beginning({"conv1", "conv12"}) == "");
  CHECK(common_beginning({"fire2_expand1x1", "fire2_expand1x1fire2_relu"}) == "fire2_expand1x1");
  CHECK(common_beginning({"block1a", "block1b"}) == "");
  CHECK(common_beginning({"same", "same"}) == "same");
  CHECK(common_beginning({}) == "");
  CHECK(common_beginning({"", "a"}) == "");
}

TEST_CASE("branches are named from their nodes where these agree") {
  CHECK(names_of("x -> y : a = Conv(x, A:float[4,3,1,1]) as \"m_1x1_pre/conv\"; b = Relu(a) as m_1x1;"
                 "c = MaxPool(x) as m_pool; d = Conv(c, D:float[4,3,1,1]) as \"m_pool_reduce_pre/conv\";"
                 "e = Relu(d) as m_pool_reduce; y = Concat[axis=1](b, e) as m") == "m: m_1x1, m_pool_reduce");
}

TEST_CASE("names of scopes lose their leading separator") {
  CHECK(names_of("x -> y : a = Conv(x, A:float[4,3,1,1]) as \"/b.0/conv1/Conv\"; c = Relu(a) as \"/b.0/relu/Relu\";"
                 "d = Conv(x, D:float[4,3,1,1]) as \"/b.1/conv1/Conv\"; e = Relu(d) as \"/b.1/relu/Relu\";"
                 "y = Concat[axis=1](c, e) as \"/Concat\"")
            .find(": b.0, b.1") != std::string::npos);
}

TEST_CASE("where nodes have no names of their own, weights speak") {
  CHECK(names_of(
            "x -> y : a = Conv(x, \"i/1x1_w_0\":float[4,3,1,1]) as n1; b = Conv(x, \"i/3x3_w_0\":float[4,3,3,3]) as n2;"
            "y = Concat[axis=1](a, b) as n3") == "i: i/1x1, i/3x3");
}

TEST_CASE("one layer's weights do not name the group around it, nor do the counters of exporters") {
  CHECK(names_of(
            "x -> y : a = MatMul(x, \"onnx::MatMul_34\":float[4,4]) as n1; b = Relu(a) as n2; y = Add(b, x) as n3") ==
        "n3: n3/arm0: MatMul, n3/skip");
  CHECK(names_of("x -> y : a = MatMul(x, \"blk/fc_w_0\":float[4,4]) as n1; b = Relu(a) as n2; y = Add(b, x) as n3") ==
        "n3: blk/fc, n3/skip");
  CHECK(names_of("x -> 12 : 7 = MatMul(x, \"5\":float[4,4]) as 71; 8 = Relu(7) as 72; 12 = Add(8, x) as 73")
            .find("73: 73/arm0") == 0);
}

TEST_CASE("else position and operators name a branch") {
  CHECK(names_of("x -> y : a = Conv(x, A:float[4,3,1,1]) as n1; b = Conv(a, B:float[4,4,5,5]) as n2;"
                 "c = Conv(x, C:float[4,3,1,1]) as n3; y = Concat[axis=1](b, c) as n4") ==
        "n4: n4/arm0: Conv1x1-Conv5x5, n4/arm1: Conv1x1");
}

TEST_CASE("nameless nodes give no names, and keep their place as the name of a group") {
  GraphBuilder builder("test");
  builder.add_input("x", ElementType::float32, Dims{1, 8});
  builder.add_node("Relu", {"x"}, {"a"});
  builder.add_node("Add", {"x", "a"}, {"y"});
  builder.add_output("y");
  const Analysed analysed = run_passes(builder.finish().value(), {.passes = {"branch-tree"}}).value();
  REQUIRE(analysed.findings.tree->entries.size() == 1);
  CHECK(analysed.findings.tree->entries[0].name == "#1:Add");
  CHECK(analysed.findings.tree->entries[0].branch_names == std::vector<std::string>{"#1:Add/skip", "a"});
}

TEST_CASE("a skip is called so") {
  CHECK(names_of("x -> y : a = Relu(x) as \"blk/relu\"; y = Add(a, x) as \"blk/add\"") == "blk: blk/relu, blk/skip");
}

TEST_CASE("a name that several groups share is given up for those of their joins") {
  CHECK(names_of("x -> y : a = Relu(x) as \"b/r1\"; c = Add(a, x) as \"b/a1\"; d = Relu(c) as \"b/r2\";"
                 "y = Add(c, d) as \"b/a2\"") == "b/a1: b/r1, b/a1/skip\nb/a2: b/a2/skip, b/r2");
}
