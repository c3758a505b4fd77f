#include "passes/fuse_operators.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "Swish(x)", one operator after the other.
std::string fused(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  const Graph& graph = *analysed.graph;
  std::string all;
  for (const NodeId id : graph.topological_order()) {
    all += (all.empty() ? "" : " ") + graph[id].op + "(";
    for (std::size_t i = 0; i < graph[id].inputs.size(); ++i) {
      all += (i == 0 ? "" : " ") + (graph[id].inputs[i].exists() ? graph[graph[id].inputs[i]].name : "-");
    }
    all += ")";
  }
  return all;
}

}  // namespace

TEST_CASE("SiLU, hard swish and Mish, however they are written") {
  CHECK(fused("x -> y : s = Sigmoid(x); y = Mul(x, s)") == "Swish(x)");
  CHECK(fused("x -> y : h = HardSigmoid[alpha=0.16666667,beta=0.5](x); y = Mul(h, x)") == "HardSwish(x)");
  CHECK(fused("x -> y : a = Add(x, t:float[]={3}); c = Clip[min=0.0,max=6.0](a); m = Mul(x, c);"
              "y = Div(m, s:float[]={6})") == "HardSwish(x)");
  CHECK(
      fused("x -> y : a = Add(x, t:float[]={3}); c = Clip(a, l:float[]={0}, h:float[]={6}); d = Div(c, s:float[]={6});"
            "y = Mul(x, d)") == "HardSwish(x)");
  CHECK(fused("x -> y : e = Exp(x); a = Add(e, o:float[]={1}); l = Log(a); t = Tanh(l); y = Mul(x, t)") == "Mish(x)");
}

TEST_CASE("GELU by erf, by tanh and by the sigmoid") {
  CHECK(fused("x -> y : d = Div(x, r:float[]={1.4142135}); e = Erf(d); a = Add(e, o:float[]={1}); m = Mul(x, a);"
              "y = Mul(m, h:float[]={0.5})") == "Gelu(x)");
  CHECK(fused("x -> y : p = Pow(x, t:float[]={3}); q = Mul(p, c:float[]={0.044715}); s = Add(x, q);"
              "u = Mul(s, k:float[]={0.7978846}); v = Tanh(u); w = Add(v, o:float[]={1}); z = Mul(x, h:float[]={0.5});"
              "y = Mul(z, w)") == "Gelu(x)");
  CHECK(fused("x -> y : m = Mul(x, k:float[]={1.702}); s = Sigmoid(m); y = Mul(x, s)") == "Gelu(x)");
}

TEST_CASE("PReLU from two rectifiers and a slope per channel") {
  CHECK(fused("x -> y : r = Relu(x); n = Neg(x); s = Relu(n); m = Mul(s, a:float[4,1,1]); y = Sub(r, m)") ==
        "PRelu(x a)");
  CHECK(fused("x -> y : r = Relu(x); n = Min(x, z:float[]={0}); m = Mul(a:float[4,1,1], n); y = Add(r, m)") ==
        "PRelu(x a)");
  CHECK(fused("x -> y : r = Relu(x); n = Neg(x); s = Relu(n); m = Mul(s, a:float[4,1,1]); y = Add(r, m)") ==
        "PRelu(x)");
}

TEST_CASE("layer norm, with and without scale and shift") {
  const std::string core =
      "x:[2,5,8] -> y : m = ReduceMean[axes=[-1]](x); c = Sub(x, m); q = Pow(c, t:float[]={2});"
      "v = ReduceMean[axes=[-1]](q); e = Add(v, i:float[]={0.00001}); s = Sqrt(e); ";
  CHECK(fused(core + "y = Div(c, s)") == "LayerNormalization(x)");
  CHECK(fused(core + "n = Div(c, s); g = Mul(n, G:float[8]); y = Add(g, B:float[8])") == "LayerNormalization(x G B)");
  CHECK(fused(core + "r = Reciprocal(s); g = Mul(r, G:float[8]); n = Mul(x, g); o = Mul(m, g); p = Sub(B:float[8], o);"
                     "y = Add(n, p)") == "LayerNormalization(x G B)");
}

TEST_CASE("RMS norm, norms over space, and a softmax taken apart") {
  CHECK(
      fused(
          "x:[2,5,8] -> y : q = Mul(x, x); v = ReduceMean[axes=[2]](q); e = Add(v, i:float[]={0.000001}); s = Sqrt(e);"
          "d = Div(x, s); y = Mul(d, G:float[8])") == "RMSNormalization(x G)");
  CHECK(fused("x:[2,5,8,8] -> y : m = ReduceMean[axes=[2,3]](x); c = Sub(x, m); q = Mul(c, c);"
              "v = ReduceMean[axes=[2,3]](q); e = Add(v, i:float[]={0.00001}); s = Sqrt(e); y = Div(c, s)") ==
        "InstanceNormalization(x)");
  CHECK(fused("x:[2,5,8] -> y : m = ReduceMax[axes=[-1]](x); c = Sub(x, m); e = Exp(c); s = ReduceSum[axes=[-1]](e);"
              "y = Div(e, s)") == "Softmax(x)");
}

TEST_CASE("one slope for all channels, and rectifiers by Max") {
  CHECK(fused("x -> y : r = Relu(x); n = Min(x, z:float[]={0}); m = Mul(n, a:float[]={0.1}); y = Add(r, m)") ==
        "LeakyRelu(x)");
  CHECK(fused("x -> y : m = Mul(x, a:float[]={0.1}); y = Max(x, m)") == "LeakyRelu(x)");
}

TEST_CASE("a sum over known axes divided by their number is a mean; norms over other axes have another name") {
  CHECK(fused("x:[2,5,8] -> y : q = Mul(x, x); t = ReduceSum[axes=[2]](q); v = Div(t, c:float[]={8});"
              "e = Add(v, i:float[]={0.000001}); s = Sqrt(e); y = Div(x, s)") == "RMSNormalization(x)");
  CHECK(fused("x:[2,5,8,8] -> y : m = ReduceMean[axes=[1]](x); c = Sub(x, m); q = Mul(c, c);"
              "v = ReduceMean[axes=[1]](q); e = Add(v, i:float[]={0.00001}); s = Sqrt(e); y = Div(c, s)") ==
        "MeanVarianceNormalization(x)");
}

TEST_CASE("formulas that part only far out are told apart") {
  CHECK(fused("x -> y : c = Min(x, k:float[]={9}); s = Sigmoid(x); y = Mul(c, s)").find("Swish") == std::string::npos);
}

TEST_CASE("what is read elsewhere, or is another function, stays") {
  CHECK(fused("x -> y, s : s = Sigmoid(x); y = Mul(x, s)") == "Sigmoid(x) Mul(x s)");
  CHECK(fused("x -> y : s = Tanh(x); y = Mul(x, s)") == "Tanh(x) Mul(x s)");
  CHECK(fused("x, z -> y : s = Sigmoid(z); y = Mul(x, s)") == "Sigmoid(z) Mul(x s)");
  CHECK(fused("x -> y : c = Conv(x, W:float[4,4,1,1]); s = Sigmoid(c); y = Mul(x, s)") ==
        "Conv(x W) Sigmoid(c) Mul(x s)");
}

TEST_CASE("a SiLU is no gate, a layer norm no end of a stream") {
  CHECK(groups_of("x -> y : s = Sigmoid(x); y = Mul(x, s)") == "");
  const Analysed analysed = analyse(
      "x:[2,5,8] -> y : f = MatMul(x, F:float[8,8]); a = Add(x, f); m = ReduceMean[axes=[-1]](a); c = Sub(a, m);"
      "q = Mul(c, c); v = ReduceMean[axes=[-1]](q); e = Add(v, i:float[]={0.00001}); s = Sqrt(e); n = Div(c, s);"
      "g = Gemm(n, H:float[8,8]); y = Add(n, g)",
      {.passes = {"residual-streams"}});
  REQUIRE(analysed.findings.streams.size() == 1);
  CHECK(analysed.findings.streams[0].blocks.at(1).link == StreamLink::approximate);
  CHECK(analysed.findings.streams[0].blocks.at(1).via == std::vector<std::string>{"LayerNormalization"});
}

TEST_CASE("a fused operator keeps the nodes that it stands for") {
  const Analysed analysed = analyse("x -> y : s = Sigmoid(x); y = Mul(x, s)", {.passes = {"branch-tree"}});
  CHECK(analysed.graph->nodes()[0].name == "y");
  CHECK(analysed.graph->nodes()[0].origins == std::vector<std::uint32_t>{0, 1});
}
