#include "passes/critical_path.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "critical of all, heaviest branch"
std::string cost(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  REQUIRE(!analysed.findings.groups.empty());
  const auto found =
      find_parallel_cost(*analysed.graph, analysed.findings.groups.back(), topological_places(*analysed.graph));
  if (!found) return "none";
  return std::to_string(found->critical) + " of " + std::to_string(found->macs) + ", " +
         std::to_string(found->heaviest);
}

}  // namespace

TEST_CASE("the arm with the most, and all of them") {
  CHECK(cost("x:[1,1,2,2] -> y : a:[1,3,2,2] = Conv(x, A:float[3,1,1,1]); b:[1,2,2,2] = Conv(x, B:float[2,1,1,1]);"
             "c:[1,5,2,2] = Conv(b, C:float[5,2,1,1]); y = Concat[axis=1](a, c)") == "48 of 60, 1");
}

TEST_CASE("inside an arm the longest path counts, not the sum") {
  CHECK(cost("x:[1,1,2,2] -> y : a:[1,3,2,2] = Conv(x, A:float[3,1,1,1]); b:[1,2,2,2] = Conv(x, B:float[2,1,1,1]);"
             "c:[1,2,2,2] = Conv(x, C:float[2,1,1,1]); d = Add(b, c); y = Concat[axis=1](a, d)") == "12 of 28, 1");
}

TEST_CASE("what several arms share counts once") {
  CHECK(cost("x:[1,1,2,2] -> y : s:[1,1,2,2] = Conv(x, S:float[1,1,1,1]); a:[1,1,2,2] = Conv(s, A:float[1,1,1,1]);"
             "b:[1,1,2,2] = Conv(s, B:float[1,1,1,1]); t = Tanh(s); y = Concat[axis=1](a, b, t, x)")
            .substr(0, 7) == "8 of 12");
}

TEST_CASE("one arm that computes, or an unknown shape, is no such group") {
  CHECK(cost("x:[1,1,2,2] -> y : a = Conv(x, A:float[1,1,1,1]); y = Add(a, x)") == "none");
  CHECK(cost("x:[1,1,?,?] -> y : a = Conv(x, A:float[1,1,1,1]); b = Conv(x, B:float[1,1,1,1]); y = Concat[axis=1](a, "
             "b)") == "none");
}

TEST_CASE("work that is not known makes no such group: recurrent layers, stacks, products of computed values") {
  const std::string arms = "x:[4,4] -> y : a:[4,4] = MatMul(x, A:float[4,4]); b:[4,4] = MatMul(x, B:float[4,4]);";
  CHECK(cost(arms + "y = Concat[axis=1](a, b)") == "16 of 32, 0");
  CHECK(cost(arms + "c:[4,4] = MatMul(b, x); y = Concat[axis=1](a, c)") == "none");
  CHECK(cost("x:[2,4,4] -> y : a:[2,4,4] = MatMul(x, A:float[4,4]); b:[2,4,4] = MatMul(x, B:float[4,4]);"
             "c:[2,4,4] = MatMul(b, C:float[2,4,4]); y = Concat[axis=2](a, c)") == "none");
}

TEST_CASE("sums that no integer holds make no such group") {
  const std::string huge = "[1,1,1099511627776,1]";
  std::string text = "x:" + huge + " -> y : ";
  for (const std::string name : {"a", "b", "c", "d"}) {
    text += name + ":" + huge + " = Conv(x, " + name + "W:float[2097152,1,1,1]={1.0}); ";
  }
  CHECK(cost(text + "y = Concat[axis=1](a, b)") == "2305843009213693952 of 4611686018427387904, 0");
  CHECK(cost(text + "y = Concat[axis=1](a, b, c, d)") == "none");
}
