#include "passes/branch_kind.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("squeeze and excite is a gate") {
  CHECK(groups_of("x:[1,8,4,4] -> y : p = GlobalAveragePool(x); a = Conv(p, A:float[2,8,1,1]); r = Relu(a);"
                  "b = Conv(r, B:float[8,2,1,1]); s = Sigmoid(b); y = Mul(x, s)") == "gate x -> [] [p a r b s] -> y");
}

TEST_CASE("a product with something of smaller shape is a gate, whatever it ends in") {
  CHECK(groups_of("x:[1,8,4,4] -> y : p:[1,8,1,1] = GlobalAveragePool(x); a:[1,8,1,1] = Conv(p, A:float[8,8,1,1]);"
                  "y = Mul(x, a)") == "gate x -> [] [p a] -> y");
}

TEST_CASE("a gated linear unit is a gate between the halves of a split") {
  CHECK(groups_of("x:[1,8,4,4] -> y : a, b = Split[axis=1](x); s = Sigmoid(b); y = Mul(a, s)") ==
        "gate a -> [] [s] -> y");
}

TEST_CASE("activations that were taken apart are no branches") {
  CHECK(groups_of("s = Sigmoid(x); y = Mul(x, s)") == "");  // SiLU
  CHECK(groups_of("a = Add(x, t:float[]={3}); c = Clip(a, l:float[]={0}, h:float[]={6}); m = Mul(x, c);"
                  "y = Div(m, d:float[]={6})") == "");  // hard-swish
  CHECK(groups_of("d = Div(x, w:float[]={1.4142135}); e = Erf(d); a = Add(e, o:float[]={1}); m = Mul(x, a);"
                  "y = Mul(m, h:float[]={0.5})") == "");                  // GELU
  CHECK(groups_of("p = Softplus(x); t = Tanh(p); y = Mul(x, t)") == "");  // Mish
}

TEST_CASE("a layer norm that was taken apart is no branch") {
  CHECK(groups_of("x:[1,4,8] -> y : m = ReduceMean[axes=[-1]](x); d = Sub(x, m); q = Pow(d, two:float[]={2});"
                  "v = ReduceMean[axes=[-1]](q); e = Add(v, eps:float[]={0.00001}); s = Sqrt(e); n = Div(d, s);"
                  "g = Mul(n, gamma:float[8]); y = Add(g, beta:float[8])") == "");
}

TEST_CASE("parts that a split took from one value are a split") {
  CHECK(groups_of(
            "x:[1,8,4,4] -> y : a, b = Split[axis=1](x); c = Conv(b, C:float[4,4,3,3]); y = Concat[axis=1](a, c)") ==
        "split a -> [] [c] -> y units 0-4 4-8");
  CHECK(groups_of("x:[1,8,4,4] -> y : a:[1,4,4,4] = Slice(x, s0:int64[1]={0}, e0:int64[1]={4}, ax:int64[1]={1});"
                  "b:[1,4,4,4] = Slice(x, s1:int64[1]={4}, e1:int64[1]={8}, ax);"
                  "c = Conv(b, C:float[4,4,3,3]); y = Concat[axis=1](a, c)") ==
        "split x -> [a] [b c] -> y units 0-4 4-8");
}

TEST_CASE("separate inputs that meet are towers") {
  CHECK(groups_of("a:[1,3,4,4], b:[1,3,4,4] -> y : c = Conv(a, C:float[4,3,1,1]); d = Conv(b, D:float[4,3,1,1]);"
                  "y = Concat[axis=1](c, d)") == "towers source -> [c] [d] -> y units 0-4 4-8");
  CHECK(groups_of("a:[1,3,4,4], b:[1,3,4,4] -> y : c = Conv(b, C:float[3,3,1,1]); y = Add(a, c)") ==
        "towers source -> [] [c] -> y");
}

TEST_CASE("any other join of two computed values is named by its operator") {
  CHECK(
      groups_of("x:[4,8] -> y : q = MatMul(x, Q:float[8,8]); k = MatMul(x, K:float[8,8]); t = Transpose[perm=[1,0]](k);"
                "y = MatMul(q, t)") == "other x -> [q] [k t] -> y");
}

TEST_CASE("halves that are put together along space or batch are no split") {
  const auto kind = [](const std::string& axis) {
    return groups_of("x:[2,8,4,4] -> y : a, b = Split[axis=" + axis + "](x); c = Relu(b); y = Concat[axis=" + axis +
                     "](a, c)");
  };
  CHECK(kind("1").find("split a -> [] [c] -> y") == 0);
  CHECK(kind("2") == "concat a -> [] [c] -> y");
  CHECK(kind("0") == "concat a -> [] [c] -> y");
}

TEST_CASE("parts of space that are put together as channels are a concat, not a split: space to depth") {
  const auto kind = [](const std::string& axis) {
    return groups_of(
        "x:[1,8,4,4] -> y : k:[1,8,4,4] = Conv(x, K:float[8,8,1,1]);"
        "a:[1,?,?,4] = Slice(k, z:int64[1]={0}, e:int64[1]={9}, axis:int64[1]={" +
        axis +
        "}, t:int64[1]={2});"
        "b:[1,?,?,4] = Slice(k, o:int64[1]={1}, e, axis, t); y = Concat[axis=1](a, b)");
  };
  CHECK(kind("2").find("concat k -> [a] [b] -> y") == 0);
  CHECK(kind("-2").find("concat k -> [a] [b] -> y") == 0);
  CHECK(kind("1").find("split k -> [a] [b] -> y") == 0);
}
