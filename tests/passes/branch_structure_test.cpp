#include "passes/branch_structure.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// For each group in display order, which one it is built like and how many there are: "0x2 1x1 0x2".
std::string repeats_of(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  std::string all;
  for (const BranchTree::Entry& entry : analysed.findings.tree->entries) {
    all += (all.empty() ? "" : " ") + std::to_string(entry.alike) + "x" + std::to_string(entry.times);
  }
  return all;
}

const char* const kTwoBlocks =
    "x:[1,4,8,8] -> y : a = Conv[pads=[1,1,1,1]](x, A:float[4,4,3,3]); r = Relu(a); s = Add(x, r);"
    "b = Conv[pads=[1,1,1,1]](s, B:float[4,4,3,3]); q = Relu(b); y = Add(s, q)";

}  // namespace

TEST_CASE("two blocks of the same operators and sizes are one structure twice") {
  CHECK(repeats_of(kTwoBlocks) == "0x2 0x2");
}

TEST_CASE("another operator, size or attribute is another structure") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = kTwoBlocks;
    return text.replace(text.rfind(from), from.size(), to);
  };
  CHECK(repeats_of(with("q = Relu(b)", "q = Tanh(b)")) == "0x1 1x1");
  CHECK(repeats_of(with("B:float[4,4,3,3]", "B:float[4,4,1,1]")) == "0x1 1x1");
  CHECK(repeats_of(with("b = Conv[pads=[1,1,1,1]]", "b = Conv[pads=[0,0,2,2]]")) == "0x1 1x1");
}

TEST_CASE("which operator reads which counts, the order of independent ones does not") {
  CHECK(repeats_of("x -> y : a = Relu(x); b = Tanh(a); c = Tanh(x); s = Concat[axis=1](b, c);"
                   "f = Tanh(s); d = Relu(s); e = Tanh(d); y = Concat[axis=1](e, f)") == "0x2 0x2");
  CHECK(repeats_of("x -> y : a = Relu(x); b = Tanh(a); s = Concat[axis=1](b, x);"
                   "d = Tanh(s); e = Relu(d); y = Concat[axis=1](e, s)") == "0x1 1x1");
}

TEST_CASE("layers of different widths stand in any order") {
  CHECK(repeats_of("x:[1,8,4,4] -> y : a = Conv(x, A:float[4,8,1,1]); b = Conv(x, B:float[12,8,1,1]);"
                   "c = Concat[axis=1](a, b); d = Conv(c, C:float[8,16,3,3]); s = Add(x, d);"
                   "f = Conv(s, F:float[12,8,1,1]); e = Conv(s, E:float[4,8,1,1]); g = Concat[axis=1](e, f);"
                   "h = Conv(g, G:float[8,16,3,3]); y = Add(s, h)") == "0x2 1x2 0x2 1x2");
}

TEST_CASE("what stands in the bodies counts") {
  const auto with = [](const std::string& second) {
    GraphBuilder builder("test");
    builder.add_input("c");
    for (const std::string& name : {std::string("y"), std::string("z")}) {
      GraphBuilder::NewNode node{"If", {"c"}, {name}};
      for (const char* const attribute : {"then_branch", "else_branch"}) {
        const std::string op = name == "z" ? second : "Relu";
        node.bodies.push_back(
            {attribute, std::make_shared<const Graph>(graph_from_text("t -> u : u = " + op + "(t)"))});
      }
      builder.add_node(std::move(node));
      builder.add_output(name);
    }
    return run_passes(builder.finish().value(), {.passes = {"branch-tree"}})->findings.tree->entries.at(1).times;
  };
  CHECK(with("Relu") == 2);
  CHECK(with("Tanh") == 1);
}
