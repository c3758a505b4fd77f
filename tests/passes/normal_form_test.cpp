#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string normal_form(const std::string& text) {
  return to_text(*analyse(text, {.passes = {"explicit-branches"}}).graph);
}

std::vector<std::uint32_t> origins_of(const Analysed& analysed, std::string_view node) {
  return (*analysed.graph)[*analysed.graph->find_node(node)].origins;
}

}  // namespace

TEST_CASE("Identity and inference Dropout are taken out of the way") {
  CHECK(normal_form("a = Relu(x); b = Identity(a); c = Dropout(b); y = Sigmoid(c)") == "a = Relu(x)\ny = Sigmoid(a)\n");
}

TEST_CASE("a Dropout whose mask is read, or that trains, stays") {
  CHECK(normal_form("x -> y, n : b, mask = Dropout(x); y = Relu(b); n = Not(mask)") ==
        "b, mask = Dropout(x)\ny = Relu(b)\nn = Not(mask)\n");
  CHECK(normal_form("b = Dropout(x, r:float[]={0.5}, t:bool[]={1}); y = Relu(b)") ==
        "b = Dropout(x, r, t)\ny = Relu(b)\n");
}

TEST_CASE("an Identity that writes a graph output stays, so that outputs keep their names") {
  CHECK(normal_form("a = Relu(x); y = Identity(a)") == "a = Relu(x)\ny = Identity(a)\n");
}

TEST_CASE("what was dropped counts with the node before it, or after it where there is none") {
  const Analysed analysed = analyse("i = Identity(x); a = Relu(i); b = Identity(a); y = Sigmoid(b)");
  CHECK(origins_of(analysed, "a") == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(origins_of(analysed, "y") == std::vector<std::uint32_t>{3});
}

TEST_CASE("ConstantOfShape becomes a weight of which no element is stored") {
  const Analysed analysed = analyse("w = ConstantOfShape(s:int64[4]={64,3,7,7}); y = Conv(x, w)");
  const Graph& graph = *analysed.graph;
  REQUIRE(graph.nodes().size() == 1);
  const WeightView* weight = graph.parameter(graph.nodes()[0], 1);
  REQUIRE(weight != nullptr);
  CHECK(weight->storage == WeightStorage::fill);
  CHECK(weight->dims == Dims{64, 3, 7, 7});
  CHECK(weight->bytes.size() == 4);
}

TEST_CASE("an Identity between a shape and its fill is seen through") {
  CHECK(normal_form("t = Identity(s:int64[4]={8,3,1,1}); w = ConstantOfShape(t); y = Conv(x, w)") ==
        "y = Conv(x, w)\n");
}

TEST_CASE("a shape that asks for too much is not folded") {
  CHECK(normal_form("w = ConstantOfShape(s:int64[2]={9000000000,9000000000}); y = Add(x, w)") ==
        "w = ConstantOfShape(s)\ny = Add(x, w)\n");
}

TEST_CASE("Constant nodes of every plain form become parameters") {
  const Analysed analysed = analyse(
      "a = Constant[value_float=0.5](); b = Constant[value_ints=[1,2]](); c = Constant[value_int=3]();"
      "d = Add(x, a); y = Reshape(d, b); z = Add(x, c)");
  CHECK(analysed.graph->nodes().size() == 3);
  const Graph& graph = *analysed.graph;
  CHECK(graph.parameter(graph[*graph.find_node("d")], 1)->decode_float().value() == std::vector<float>{0.5f});
  CHECK(graph.parameter(graph[*graph.find_node("y")], 1)->decode_int64().value() == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("an Identity of a weight is seen through") {
  const Analysed analysed = analyse("v = Identity(W:float[8,3,1,1]); y = Conv(x, v)");
  const Graph& graph = *analysed.graph;
  REQUIRE(graph.nodes().size() == 1);
  CHECK(graph.parameter(graph.nodes()[0], 1)->dims == Dims{8, 3, 1, 1});
}

TEST_CASE("a product with 1 and a sum with 0 are taken out of the way, unless they would grow the rank") {
  CHECK(normal_form("x:[1,4] -> y : a = Add(x, z:float[1]={0}); b = Mul(k:float[]={1}, a); y = Neg(b)") ==
        "y = Neg(x)\n");
  CHECK(normal_form("a = Relu(x); b = Mul(a, k:float[1,1,1]={1}); y = Neg(b)") ==
        "a = Relu(x)\nb = Mul(a, k)\ny = Neg(b)\n");
  CHECK(normal_form("a = Conv(x, W:float[4,4,1,1]); b = Sub(z:float[]={0}, a); y = Neg(b)") ==
        "a = Conv(x, W)\nb = Sub(z, a)\ny = Neg(b)\n");
}

TEST_CASE("CastLike of a constant reads only a type") {
  const Analysed analysed =
      analyse("x:float[1,4] -> y : k = Constant[value_int=3](); c = CastLike(k, x); y = Pow(x, c)");
  const Graph& graph = *analysed.graph;
  REQUIRE(graph.nodes().size() == 1);
  CHECK(graph.parameter(graph.nodes()[0], 1)->decode_float().value() == std::vector<float>{3});
}

TEST_CASE("Reshape, Transpose, Reshape over groups is one pick of channels") {
  const std::string shuffle =
      "x:[?,6,4,4] -> y : a = Reshape(x, s:int64[5]={-1,2,3,4,4}); b = Transpose[perm=[0,2,1,3,4]](a); c = Reshape(b, "
      "t:int64[4]={-1,6,4,4}); y = Relu(c)";
  const Analysed analysed = analyse(shuffle, {.passes = {"explicit-branches"}});
  const Graph& graph = *analysed.graph;
  CHECK(to_text(graph) == "c = Gather(x, c/channels)\ny = Relu(c)\n");
  CHECK(graph.parameter(graph.nodes()[0], 1)->decode_int64().value() == std::vector<std::int64_t>{0, 3, 1, 4, 2, 5});
  CHECK(origins_of(analysed, "c") == std::vector<std::uint32_t>{0, 1, 2});
  // Heads are split the same way, but over the last axis.
  CHECK(
      normal_form("x:[1,6,4] -> y : a = Reshape(x, s:int64[4]={1,6,2,2}); b = Transpose[perm=[0,2,1,3]](a); y = Neg(b)")
          .find("Gather") == std::string::npos);
}
