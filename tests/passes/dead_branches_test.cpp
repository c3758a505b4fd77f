#include "passes/dead_branches.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "1 zero-weights at b": the branch of the first group, the cause, and the node.
std::string dead(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  std::string all;
  for (const DeadBranch& branch : find_dead_branches(*analysed.graph, analysed.findings.groups, {})) {
    all += (all.empty() ? "" : "; ") + std::to_string(branch.branch) + " " + std::string(name_of(branch.cause)) +
           " at " + (*analysed.graph)[branch.at].name;
  }
  return all;
}

constexpr const char* kTwoArms = "x:[1,1,4,4] -> y : a = Conv(x, A:float[2,1,1,1]); ";

}  // namespace

TEST_CASE("weights of zeros, though an activation and a bias follow") {
  CHECK(dead(std::string(kTwoArms) + "b = Conv(x, B:float[2,1,1,1]={0.0,0.0}, bias:float[2]); c = Relu(b);"
                                     "j = Concat[axis=1](a, c); y = Conv(j, Y:float[3,4,1,1])") ==
        "1 zero-weights at b");
}

TEST_CASE("one way around the zeros keeps a branch alive; the residual inside is another branch") {
  CHECK(dead(std::string(kTwoArms) + "r = Relu(x); b = Conv(r, B:float[1,1,1,1]={0.0}); s = Add(b, r);"
                                     "j = Concat[axis=1](a, s); y = Conv(j, Y:float[3,3,1,1])") ==
        "0 zero-weights at b");
}

TEST_CASE("a product with zero, and a norm whose scales are zero") {
  CHECK(dead("x:[1,2,4,4] -> y : a = Conv(x, A:float[2,2,1,1]); m = Mul(a, z:float[]={0.0}); y = Add(x, m)") ==
        "1 zero-factor at m");
  CHECK(dead("x:[1,2,4,4] -> y : a = Conv(x, A:float[2,2,1,1]);"
             "n = BatchNormalization(a, g:float[2]={0.0,0.0}, b:float[2], m:float[2], v:float[2]={1.0,1.0}); y = "
             "Add(x, n)") == "1 zero-factor at n");
}

TEST_CASE("channels that the weights of all readers leave out") {
  const std::string join = "b = Conv(x, B:float[2,1,1,1]); j = Concat[axis=1](a, b); r = Relu(j);";
  const std::string zeros = "{1.0,1.0,0.0,0.0, 1.0,2.0,0.0,0.0}";
  CHECK(dead(std::string(kTwoArms) + join + "y = Conv(r, Y:float[2,4,1,1]=" + zeros + ")") == "1 unread at y");
  CHECK(dead("x:[1,1,4,4] -> y, z : a = Conv(x, A:float[2,1,1,1]);" + join + "y = Conv(r, Y:float[2,4,1,1]=" + zeros +
             "); z = Conv(r, Z:float[1,4,1,1])") == "");
}

TEST_CASE("the part of one group of a grouped convolution") {
  CHECK(dead("x:[1,2,4,4] -> y : a = Conv(x, A:float[4,2,1,1]);"
             "y = Conv[group=2](a, Y:float[4,2,1,1]={1.0,1.0,1.0,1.0,0.0,0.0,0.0,0.0})") == "1 zero-weights at y");
}

TEST_CASE("weights that nobody trained are not judged") {
  CHECK(dead("x:[1,1,4,4] -> y : a = Conv(x, A:float[2,1,1,1]={0.0}); b = Conv(x, B:float[2,1,1,1]={0.0});"
             "y = Concat[axis=1](a, b)") == "");
}

TEST_CASE("a branch inside which an output of the graph stands is not dead") {
  const std::string arms =
      "b = Conv(x, B:float[2,1,1,1]={1.0,2.0}); c = Conv(b, C:float[2,2,1,1]={0.0,0.0,0.0,0.0});"
      "y = Concat[axis=1](a, c)";
  CHECK(dead("x:[1,1,4,4] -> y : a = Conv(x, A:float[2,1,1,1]); " + arms) == "1 zero-weights at c");
  CHECK(dead("x:[1,1,4,4] -> y, b : a = Conv(x, A:float[2,1,1,1]); " + arms) == "");
}
