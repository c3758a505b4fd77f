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
  const auto found = find_dead_branches(*analysed.graph, analysed.findings.groups, {});
  REQUIRE(found);
  for (const DeadBranch& branch : *found) {
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

TEST_CASE("a head that ends in an output of its own") {
  CHECK(dead("x:[1,1,4,4] -> y, z : f = Conv(x, F:float[2,1,1,1]); y = Conv(f, Y:float[2,2,1,1]);"
             "z = Conv(f, Z:float[1,2,1,1]={0.0,0.0})") == "1 zero-weights at z");
}

TEST_CASE("a bias that is computed gets past zero weights and zero scales") {
  const std::string arms = "x:[2,2] -> y : a = MatMul(x, A:float[2,2]={1.0,2.0,3.0,4.0}); r = Relu(x);";
  const std::string zeros = "Z:float[2,2]={0.0,0.0,0.0,0.0}";
  CHECK(dead(arms + "b = Gemm(x, " + zeros + "); y = Add(a, b)") == "1 zero-weights at b");
  CHECK(dead(arms + "b = Gemm(x, " + zeros + ", r); y = Add(a, b)") == "");
  CHECK(dead(arms + "n = LayerNormalization(x, s:float[2]={0.0,0.0}, r); y = Add(a, n)") == "");
}

namespace {

const std::string kRouter = "r = MatMul(x, R:float[2,2]={1.0,2.0,3.0,5.0}); g = Softmax(r); ga, gb = Split[axis=1](g);";

}  // namespace

TEST_CASE("an expert that makes nothing, though the router weighs it") {
  CHECK(
      dead("x:[?,2] -> y : " + kRouter +
           "a = MatMul(x, A:float[2,2]={1.0,2.0,3.0,4.0}); b = MatMul(x, B:float[2,2]={1.0,2.0,3.0,4.0}); c = Relu(b);"
           "d = MatMul(c, D:float[2,2]={0.0,0.0,0.0,0.0}); p = Mul(a, ga); q = Mul(d, gb); y = Add(p, q)") ==
      "1 zero-weights at d");
  CHECK(dead("x:[?,8] -> y:[?,8] : r = MatMul(x, R:float[8,2]); g = Softmax(r); e = Unsqueeze(x, U:int64[1]={0});"
             "h = MatMul(e, W:float[2,8,1]={1.0,1.0,1.0,1.0,1.0,1.0,1.0,2.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0});"
             "a = Relu(h); o:[2,?,8] = MatMul(a, V:float[2,1,8]); t = Transpose[perm=[1,0]](g);"
             "u = Unsqueeze(t, T:int64[1]={-1}); m:[2,?,8] = Mul(o, u); y = ReduceSum[keepdims=0](m, U)") ==
        "1 zero-weights at h");
}
