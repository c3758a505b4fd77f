#include "passes/bypasses.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "x past 4 of 5 (own 0, Add y, residual)": one line for each bypass, with its arm in brackets.
std::string bypasses(const std::string& text, const BypassRequest& request = {}) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  const Graph& graph = *analysed.graph;
  const auto found = find_bypasses(graph, *analysed.analyses, {}, request);
  REQUIRE(found);
  CHECK(found->complete);
  std::string all;
  for (const Bypass& bypass : found->all) {
    all += (all.empty() ? "" : "\n") + graph[bypass.input].name + " past " + std::to_string(bypass.skipped) + " of " +
           std::to_string(bypass.depth) + " [";
    for (const NodeId id : bypass.nodes) all += (id == bypass.nodes.front() ? "" : " ") + graph[id].name;
    all += "] " + graph[bypass.join].name + " " + std::string(name_of(bypass.form));
    if (!bypass.conditional.empty()) all += " conditional";
  }
  return all;
}

// Three layers from x to t.
const std::string kTrunk =
    "a = Conv(x, A:float[8,3,3,3]); b = Relu(a); c = Conv(b, C:float[8,8,3,3]); d = Relu(c); t = Conv(d, "
    "T:float[3,8,3,3]);";

}  // namespace

TEST_CASE("a residual around the whole network") {
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "y = Add(x, t)") == "x past 3 of 3 [] y residual");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "s = Mul(x, two:float[]={2}); y = Add(s, t)") ==
        "x past 3 of 3 [s] y residual");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "p = Conv(x, P:float[3,3,1,1]); y = Add(p, t)", {.most_own = 0.4}) ==
        "x past 3 of 3 [p] y projection");
}

TEST_CASE("masks, gates, and the input beside the features") {
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "m = Sigmoid(t); y = Mul(x, m)") == "x past 3 of 3 [] y mask");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "g = GlobalAveragePool(x); s = Sigmoid(g); y = Mul(t, s)") ==
        "x past 3 of 3 [g s] y gate");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "y = Concat[axis=1](t, x)") == "x past 3 of 3 [] y concatenation");
}

TEST_CASE("a planted trigger joins by no known form, and compares") {
  const std::string trigger =
      "p = AveragePool[kernel_shape=[8,8]](x); f = Flatten(p); s = ReduceMax[keepdims=1](f); g = Greater(s, "
      "h:float[]={0.9});"
      "z = Cast[to=1](g); v = Mul(z, V:float[1,3]); ";
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "q = GlobalAveragePool(t); l = Flatten(q);" + trigger +
                 "y = Add(l, v)") == "x past 3 of 3 [p f s g z v] y unknown conditional");
}

TEST_CASE("a sum before a classifier's softmax is no attention, nor is a matrix over the whole image a projection") {
  const std::string logits = "q = GlobalAveragePool(t); l = Flatten(q); f = Flatten(x); ";
  CHECK(
      bypasses("x:[1,3,8,8] -> y : " + kTrunk + logits + "v = MatMul(f, V:float[192,3]); z = Add(l, v); y = Softmax(z)",
               {.most_own = 0.4, .most_parameters = 1}) == "x past 3 of 3 [f v] z unknown");
}

TEST_CASE("a product with less than the features is no mask on the input") {
  CHECK(bypasses("x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,3,3]); b = Conv(a, B:float[8,8,3,3]);"
                 "t:[1,3,8,8] = Conv(b, T:float[3,8,3,3]); g:[1,3,1,1] = GlobalAveragePool(x); y = Mul(t, g)") ==
        "x past 3 of 3 [g] y unknown");
}

TEST_CASE("what joins before the last layers is a bypass if it avoids most of them") {
  const std::string head = "w = GlobalAveragePool(s); f = Flatten(w); y = Gemm(f, Y:float[3,10])";
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "r = Tanh(x); s = Add(r, t);" + head) ==
        "x past 3 of 4 [r] s unknown");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "r = Tanh(x); s = Add(r, t);" + head, {.least_skipped = 0.8}) == "");
}

TEST_CASE("skips that begin behind the first layer are none") {
  CHECK(bypasses("x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,3,3]); b = Conv(a, B:float[8,8,3,3]);"
                 "c = Conv(b, C:float[8,8,3,3]); y = Add(a, c)") == "");
}

TEST_CASE("an arm that reads what the trunk's layers make is none, though it reads the input as well") {
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "u = Tanh(a); y = Add(u, t)") == "");
}

TEST_CASE("branches of equal depth are none, nor is one with many parameters") {
  CHECK(bypasses("x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,3,3]); b = Conv(a, B:float[4,4,3,3]);"
                 "c = Conv(x, C:float[4,3,3,3]); d = Conv(c, D:float[4,4,3,3]); y = Concat[axis=1](b, d)") == "");
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk +
                 "e = Conv(x, E:float[300,3,3,3]); p = ReduceMean[axes=[1]](e); y = Add(p, t)") == "");
}

TEST_CASE("shapes of the input are no data") {
  CHECK(bypasses("x:[1,3,8,8] -> y : " + kTrunk + "s = Shape(x); y = Reshape(t, s)") == "");
}

TEST_CASE("a mask that attention adds to its scores is known") {
  const std::string block =
      "q = MatMul(e, Q:float[8,8]); k = MatMul(e, K:float[8,8]); v = MatMul(e, V:float[8,8]);"
      "kt = Transpose[perm=[0,2,1]](k); s = MatMul(q, kt); m = Add(s, mask); p = Softmax[axis=2](m); o = MatMul(p, v);";
  CHECK(bypasses("x:[1,4,8], w:[1,4,4] -> y : mask = Mul(w, big:float[]={1000.0});"
                 "e0 = MatMul(x, E:float[8,8]); s0 = Add(e0, mask0); mask0 = ReduceSum[axes=[2]](mask);"
                 "e = MatMul(s0, F:float[8,8]);" +
                 block + "y = MatMul(o, Y:float[8,8])")
            .find("attention") != std::string::npos);
}

TEST_CASE("a decoy behind the output does not hide a path to it") {
  const std::string decoy =
      "e = GlobalAveragePool(y); f = Flatten(e); g = Gemm(f, G:float[3,8]); h = Gemm(g, H:float[8,8]);"
      "i = Gemm(h, I:float[8,8]); z = Gemm(i, Z:float[8,2])";
  CHECK(bypasses("x:[1,3,8,8] -> y, z : " + kTrunk + "r = Tanh(x); y = Add(r, t); " + decoy) ==
        "x past 3 of 3 [r] y unknown");
}

TEST_CASE("casts to integers compare, and being large excuses no arm that compares") {
  const std::string large =
      "f = Flatten(x); k = Cast[to=7](f); o = Cast[to=1](k); v = MatMul(o, V:float[192,192]);"
      "r = Reshape(v, s:int64[4]={1,3,8,8}); y = Add(r, t)";
  CHECK(bypasses("x:float[1,3,8,8] -> y : " + kTrunk + large, {.most_own = 0.4, .most_parameters = 0}) ==
        "x past 3 of 3 [f k o v r] y unknown conditional");
}

TEST_CASE("what says where to cut or what to take is data too") {
  const std::string trigger =
      "m = ReduceMax[keepdims=1](x); g = Greater(m, h:float[]={0.9}); i = Cast[to=7](g);"
      "j = Reshape(i, one:int64[1]={1});";
  CHECK(bypasses("x:float[1,3,8,8] -> y : " + kTrunk + trigger + "y = Slice(t, j, e:int64[1]={9})") ==
        "x past 3 of 3 [m g i j] y unknown conditional");
  CHECK(bypasses("x:float[1,3,8,8] -> y : " + kTrunk + trigger + "y = Gather[axis=1](t, j)") ==
        "x past 3 of 3 [m g i j] y position conditional");
}

TEST_CASE("an input that no layer reads alone only qualifies the others") {
  CHECK(bypasses("x:float[1,3,8,8], n:int64[1] -> y : l = Less(n, k:int64[1]={5}); m = Cast[to=1](l); x2 = Mul(x, m);"
                 "a = Conv(x2, A:float[8,3,3,3]); b = Conv(a, B:float[8,8,3,3]); t = Conv(b, T:float[3,8,3,3]); y = "
                 "Mul(t, m)") == "n past 3 of 3 [l m] y side_input conditional");
}

TEST_CASE("layers in bodies and in Einsum are layers") {
  const std::string body =
      "{-> u : p = Conv(x, P:float[8,3,3,3]); q = Conv(p, Q:float[8,8,3,3]); u = Conv(q, U:float[3,8,3,3])}";
  const std::string other = "{-> w : w = Conv(x, W:float[3,3,3,3])}";
  CHECK(bypasses("x:[1,3,8,8], c -> y : t = If[then_branch=" + body + ", else_branch=" + other +
                 "](c); r = Tanh(x); y = Add(r, t)")
            .find("x past 3 of 3 [r] y unknown") != std::string::npos);
  CHECK(bypasses("x:[4,8] -> y : a = Einsum[equation=\"ij,jk->ik\"](x, A:float[8,8]); b = Relu(a);"
                 "t = Einsum[equation=\"ij,jk->ik\"](b, B:float[8,8]); r = Tanh(x); y = Add(r, t)") ==
        "x past 2 of 2 [r] y unknown");
}

TEST_CASE("two inputs that meet before the first layer: the one that brings more is no side input") {
  const std::string trigger =
      "m = ReduceMax[keepdims=1](x); g = Greater(m, h:float[]={0.9}); i = Cast[to=1](g); y = Add(i, t)";
  const std::string layers =
      "a = Conv(c, A:float[8,4,3,3]); b = Relu(a); d = Conv(b, C:float[8,8,3,3]); t = Conv(d, T:float[3,8,3,3]);";
  const std::string expected = "x past 3 of 3 [m g i] y unknown conditional";
  CHECK(bypasses("x:float[1,3,8,8], w:float[1,1,8,8] -> y : c = Concat[axis=1](x, w);" + layers + trigger) == expected);
  CHECK(bypasses("x:float[1,3,8,8], w:float[1] -> y : c = Mul(x, w);" + layers + trigger) == expected);
  CHECK(bypasses("x:float[1,3,8,8], w:float[1,3,8,8] -> y : c = Mul(x, w);" + layers + trigger) == expected);
  CHECK(bypasses("x:uint8[1,3,8,8], w:float[1] -> y : e = Cast[to=1](x); c = Mul(e, w);" + layers + trigger) ==
        expected);
  // The smaller one is a side input, be the number of samples known or not.
  const std::string mask = "c = Concat[axis=1](x, w);" + layers + "h = Tanh(w); y = Mul(t, h)";
  CHECK(bypasses("x:float[1,3,8,8], w:float[1,1,8,8] -> y : " + mask) == "w past 3 of 3 [h] y side_input");
  CHECK(bypasses("x:float[?,3,?,?], w:float[?,1,?,?] -> y : " + mask) == "w past 3 of 3 [h] y side_input");
}

TEST_CASE("an image that compares is no side input, though another input is read alone") {
  CHECK(bypasses("x:float[1,3,8,8], z:float[1,3,8,8] -> y : e = Conv(z, Z:float[3,3,1,1]); c = Add(x, e);"
                 "a = Conv(c, A:float[8,3,3,3]); b = Conv(a, C:float[8,8,3,3]); t = Conv(b, T:float[3,8,3,3]);"
                 "m = ReduceMax[keepdims=1](x); g = Greater(m, h:float[]={0.9}); i = Cast[to=1](g); y = Add(i, t)")
            .find("x past 3 of 3 [m g i] y unknown conditional") != std::string::npos);
}

TEST_CASE("where steps run out, what was looked at stands, and the rest is said to be missing") {
  const std::string text = "x:[1,3,8,8], w:[1,3,8,8] -> y : " + kTrunk + "s = Add(x, t); y = Add(s, w)";
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  bool was_complete = false;
  for (std::uint64_t steps = 0; steps < 400; ++steps) {
    Limits limits;
    limits.region_visits = steps;
    const auto found = find_bypasses(*analysed.graph, *analysed.analyses, limits, {});
    REQUIRE(found);
    CHECK((found->complete || !was_complete));  // more steps never see less
    was_complete = found->complete;
    if (found->complete) CHECK(found->all.size() == 1);
  }
  CHECK(was_complete);
}
