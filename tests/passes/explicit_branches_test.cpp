#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("a module of parallel convolutions is a concat group with a range of units per arm") {
  CHECK(groups_of("x:[1,8,16,16] -> y :"
                  "a = Conv(x, A:float[4,8,1,1]); b = Conv(x, B:float[6,8,1,1]); c = Conv(b, C:float[2,6,3,3]);"
                  "p = MaxPool(x); y = Concat[axis=1](a, c, p)") ==
        "concat x -> [a] [b c] [p] -> y units 0-4 4-6 6-14");
}

TEST_CASE("a skip is an arm without nodes") {
  CHECK(groups_of("x:[1,8,4,4] -> y : a = Relu(x); y = Add(x, a)") == "residual x -> [] [a] -> y");
}

TEST_CASE("an arm of linear operators beside one that computes is a projection") {
  CHECK(groups_of("x:[1,8,4,4] -> y :"
                  "a = Conv(x, A:float[8,8,3,3]); r = Relu(a); p = Conv(x, P:float[8,8,1,1]);"
                  "n = BatchNormalization(p, s:float[8], o:float[8], m:float[8], v:float[8]={1}); y = Add(r, n)") ==
        "residual x -> [a r] [p n]p -> y");
}

TEST_CASE("arms that all compute are a sum") {
  CHECK(groups_of("a = Conv(x, A:float[8,8,3,3]); b = Conv(x, B:float[8,8,5,5]); c = Conv(x, C:float[8,8,3,3]);"
                  "y = Sum(a, b, c)") == "sum x -> [a] [b] [c] -> y");
}

TEST_CASE("the merge of a feature pyramid is a sum: its deeper level has a head of its own") {
  CHECK(groups_of("x -> y, h : d = Conv(x, D:float[8,8,3,3]); r = Relu(d); h = Sigmoid(r); u = Resize(r);"
                  "l = Conv(x, L:float[8,8,1,1]); y = Add(l, u)") ==
        "sum x -> [l] [d r u] -> y open\noutputs x -> [u l y] [h] -> outputs open");
}

TEST_CASE("a bias is not a residual") { CHECK(groups_of("a = MatMul(x, W:float[8,8]); y = Add(a, b:float[8])") == ""); }

TEST_CASE("operands of different shapes are broadcast, not joined") {
  CHECK(groups_of("x:[2,8,4,4], m:[2,1,4,4] -> y : y = Add(x, m)") == "");
}

TEST_CASE("a concatenation along space is named so and has no units") {
  const Analysed analysed = analyse(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); b = Conv(x, B:float[4,3,1,1]); y = Concat[axis=2](a, b)",
      {.passes = {"branch-tree"}});
  REQUIRE(analysed.findings.groups.size() == 1);
  CHECK(analysed.findings.groups[0].along == ConcatAxis::space);
  CHECK_FALSE(analysed.findings.groups[0].branches[0].units);
}

TEST_CASE("a negative axis counts from the end") {
  CHECK(groups_of("x:[1,3,8,8] -> y : a:[1,4,8,8] = Conv(x, A:float[4,3,1,1]); b:[1,5,8,8] = Conv(x, B:float[5,3,1,1]);"
                  "y = Concat[axis=-3](a, b)") == "concat x -> [a] [b] -> y units 0-4 4-9");
}

TEST_CASE("a concatenated constant takes its place among the units") {
  CHECK(groups_of("x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); b = Conv(x, B:float[5,3,1,1]);"
                  "y = Concat[axis=1](a, K:float[1,2,8,8], b)") == "concat x -> [a] [b] -> y units 0-4 6-11");
}

TEST_CASE("a value that is read outside opens the group") {
  CHECK(groups_of("x:[1,8,4,4] -> y, z : a = Relu(x); z = Sigmoid(a); b = Relu(a); y = Add(x, b)") ==
        "residual x -> [] [a b] -> y open\noutputs x -> [b y] [z] -> outputs open");
}

TEST_CASE("groups nest") {
  CHECK(groups_of("x:[1,8,4,4] -> y : a = Relu(x); b = Relu(a); c = Add(a, b); d = Relu(c); y = Add(x, d)") ==
        "residual x -> [] [a b c d] -> y\n"
        "  residual a -> [] [b] -> c");
}

TEST_CASE("inserting Identity changes no group") {
  const char* const plain =
      "x:[1,8,4,4] -> y : a = Conv(x, A:float[8,8,3,3]); r = Relu(a); s = Add(x, r); y = Sigmoid(s)";
  const char* const padded =
      "x:[1,8,4,4] -> y : i = Identity(x); a = Conv(i, A:float[8,8,3,3]); j = Identity(a); r = Relu(j); k = "
      "Identity(x);"
      "l = Identity(k); s = Add(l, r); m = Dropout(s); y = Sigmoid(m)";
  CHECK(groups_of(plain) == "residual x -> [] [a r] -> s");
  CHECK(groups_of(padded) == groups_of(plain));
}

TEST_CASE("a branch counts its weights once, and the multiply-accumulates of one sample") {
  const Analysed analysed = analyse(
      "x:[1,8,16,16] -> y : a:[1,4,16,16] = Conv(x, A:float[4,8,3,3], b:float[4]); c:[1,4,8,8] = Conv(a, "
      "C:float[4,4,3,3]);"
      "p = MaxPool(x); y = Concat[axis=1](c, p)",
      {.passes = {"branch-tree"}});
  const Branch& branch = analysed.findings.groups.at(0).branches.at(0);
  CHECK(branch.parameters == 4 * 8 * 9 + 4 + 4 * 4 * 9);
  CHECK(branch.macs == 4 * 8 * 9 * 256 + 4 * 4 * 9 * 64);
  CHECK(branch.kernel == std::array<std::int64_t, 2>{3, 3});
}

TEST_CASE("a branch has no number of multiply-accumulates where one of its layers has none") {
  const Analysed analysed = analyse(
      "x:[1,8,16,16] -> y : a:[1,4,16,16] = Conv(x, A:float[4,8,3,3]); c = Conv(a, C:float[4,4,3,3]);"
      "p:[1,8,16,16] = MaxPool(x); y = Concat[axis=1](c, p)",
      {.passes = {"branch-tree"}});
  CHECK(analysed.findings.groups.at(0).branches.at(0).macs == 0);
}

TEST_CASE("what no output depends on joins nothing") {
  CHECK(groups_of("x -> y : a = Conv(x, A:float[4,4,1,1]); cut_off = Add(a, x); y = Relu(a)") == "");
}

TEST_CASE("a concatenation along an axis that nobody knows is along nothing") {
  const Analysed analysed = analyse(
      "x -> y : a = Conv(x, A:float[4,8,3,3]); p = Foo(x); q = Bar(x);"
      "y = Concat[axis=-1](p, q)",
      {.passes = {"branch-tree"}});
  CHECK_FALSE(analysed.findings.groups.at(0).along.has_value());
}

TEST_CASE("shapes that are put together are no branches") {
  CHECK(
      groups_of("x:[1,8,4,4] -> y : s:int64[4] = Shape(x); a = Gather(s, i:int64[]={0}); b = Gather(s, j:int64[]={1});"
                "c:int64[2] = Concat[axis=0](a, b); y = Reshape(x, c)") == "");
}

TEST_CASE("an arm whose nodes all serve the other arm as well is no projection") {
  CHECK(groups_of("x:[1,8,4,4] -> y : a = Relu(x); b = Sigmoid(a); c = Relu(x); d = Mul(b, c); e = Add(a, d);"
                  "y = Relu(e)") == "sum x -> [] [b c d] -> e open");
}

TEST_CASE("a weight that is computed from parameters is no branch, and does not hide the fork") {
  CHECK(groups_of("x:[1,8,4,4] -> y : w = DequantizeLinear(W:int8[8,8,3,3], s:float[]={0.1}); a = Conv(x, w);"
                  "r = Relu(a); b = DequantizeLinear(B:int8[8], s); c = Add(r, b); y = Add(x, c)") ==
        "residual x -> [] [a r c] -> y");
}

TEST_CASE("a mask, or another input, beside a residual block is a crossing value and not its fork") {
  CHECK(groups_of("x:[1,8,4], mask:[1,8,4] -> y : a = MatMul(x, A:float[4,4]); b = Add(a, mask); s = Softmax(b);"
                  "c = MatMul(s, C:float[4,4]); y = Add(x, c)")
            .find("residual x -> [] [a b s c] -> y open") != std::string::npos);
  CHECK(groups_of("x:[1,8,4] -> y : e = Conv(x, E:float[8,8,1]); n:int64[3] = Shape(x); k = ConstantOfShape(n);"
                  "a = Conv(e, A:float[8,8,1]); b = Mul(a, k); y = Add(b, e)")
            .find("residual e -> [a b] [] -> y open") != std::string::npos);
}

TEST_CASE("features that come in from the side make no residual: streams that cross") {
  CHECK(groups_of("x:[1,8,4,4] -> y : p = Conv(x, P:float[8,8,1,1]); c = Conv(x, C:float[8,8,3,3]); u = Relu(p);"
                  "m = Add(c, u); d = Conv(m, D:float[8,8,3,3]); y = Add(d, p)")
            .find("sum x -> [") == 0);
}

TEST_CASE("what a block attends to is read from the side: keys and values, and no queries") {
  const auto sum = [](const std::string& projections) {
    return groups_of("x:[1,8,8] -> y : p = MatMul(x, P:float[8,8]); d = MatMul(x, D:float[8,8]); e = Relu(d);" +
                     projections +
                     "t = Transpose[perm=[0,2,1]](k); s = MatMul(q, t); w = Softmax[axis=-1](s); c = MatMul(w, v);"
                     "o = MatMul(c, O:float[8,8]); y = Add(p, o)");
  };
  CHECK(sum("q = MatMul(p, Q:float[8,8]); k = MatMul(e, K:float[8,8]); v = MatMul(e, V:float[8,8]);") ==
        "residual p -> [] [q k v t s w c o] -> y open");
  CHECK(sum("q = MatMul(e, Q:float[8,8]); k = MatMul(p, K:float[8,8]); v = MatMul(p, V:float[8,8]);")
            .find("sum x -> [") == 0);
}

TEST_CASE("a part of a split that is added to the next one is no skip") {
  CHECK(groups_of("x:[1,8,4,4] -> y : a:[1,4,4,4], b:[1,4,4,4] = Split[axis=1](x) as split;"
                  "k:[1,4,4,4] = Conv(a, K:float[4,4,1,1]); y = Add(k, b)") == "sum split -> [k] [] -> y");
}

TEST_CASE("a roll of an image is a concatenation along space, not a split of channels") {
  CHECK(groups_of("x:[1,8,4,4] -> y : c = Conv(x, C:float[8,8,1,1]);"
                  "a:[1,8,3,4] = Slice(c, s:int64[1]={1}, e:int64[1]={4}, h:int64[1]={2});"
                  "b:[1,8,1,4] = Slice(c, z:int64[1]={0}, o:int64[1]={1}, h); y:[1,8,4,4] = Concat[axis=2](a, b)") ==
        "concat c -> [a] [b] -> y");
}

TEST_CASE("highway and SwiGLU are gates, a rectifier written as Clip is none") {
  CHECK(groups_of("x:[1,8] -> y : t = MatMul(x, T:float[8,8]); g = Sigmoid(t); n = Sub(o:float[]={1}, g);"
                  "h = MatMul(x, H:float[8,8]); y = Mul(h, n)")
            .find("gate x ->") == 0);
  CHECK(groups_of("x:[1,8] -> y : t = MatMul(x, T:float[8,8]); s = Sigmoid(t); g = Mul(t, s);"
                  "h = MatMul(x, H:float[8,8]); y = Mul(h, g)")
            .find("gate x ->") == 0);
  CHECK(groups_of("x:[1,8] -> y : t = MatMul(x, T:float[8,8]); g = Clip(t, z:float[]={0});"
                  "h = MatMul(x, H:float[8,8]); y = Mul(h, g)")
            .find("other x ->") == 0);
}

TEST_CASE("groups that would list the same nodes over and over are counted") {
  std::string text = "v0:[1,8,4,4], m:[1,8,4,4] -> y : ";
  for (int n = 0; n < 40; ++n) {
    const std::string at = std::to_string(n), next = std::to_string(n + 1);
    text += "r" + at + " = Relu(v" + at + "); v" + next + " = Mul(r" + at + ", m); ";
  }
  Wanted wanted{.passes = {"branch-tree"}};
  CHECK(analyse(text + "y = Relu(v40)", wanted).findings.groups.size() == 40);
  wanted.limits.listed_nodes = 100;
  const Analysed limited = analyse(text + "y = Relu(v40)", wanted);
  CHECK(limited.findings.groups.size() < 40);
  REQUIRE_FALSE(limited.findings.notes.empty());
  CHECK(limited.findings.notes[0].text.find(" groups are not listed") != std::string::npos);
}
