#include "passes/expert_branches.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

const std::string kRouter = "r = MatMul(x, Wr:float[8,2]); g = Softmax(r);";
const std::string kExperts =
    "a1 = MatMul(x, Wa:float[8,16]); a2 = Relu(a1); a3 = MatMul(a2, Va:float[16,8]);"
    "b1 = MatMul(x, Wb:float[8,16]); b2 = Relu(b1); b3 = MatMul(b2, Vb:float[16,8]);";
const std::string kSlices =
    "ga = Slice(g, O:int64[1]={0}, P:int64[1]={1}, A:int64[1]={1}); gb = Slice(g, P, Q:int64[1]={2}, A);";
const std::string kWeighed = "p = Mul(a3, ga); q = Mul(gb, b3);";

// Mixtures where the experts and their weights stand one by one, all with the same arms.
std::string one_by_one(const std::string& gates) { return "x:[?,8] -> y : " + kRouter + kExperts + gates; }

const BranchGroup* experts_in(const Analysed& analysed) {
  const BranchGroup* found = nullptr;
  for (const BranchGroup& group : analysed.findings.groups) {
    if (group.kind == BranchKind::experts) found = &group;
  }
  return found;
}

std::string layers_of(const Analysed& analysed, std::size_t branch) {
  std::string text;
  for (const UnitRange& range : experts_in(analysed)->branches.at(branch).layers) {
    text += (text.empty() ? "" : " ") + (*analysed.graph)[range.layer].name + " " + std::to_string(range.begin) + "-" +
            std::to_string(range.end);
  }
  return text;
}

std::string shared_in(const Analysed& analysed) {
  std::string text;
  for (const NodeId node : experts_in(analysed)->shared) {
    text += (text.empty() ? "" : " ") + (*analysed.graph)[node].name;
  }
  return text;
}

Analysed branches_of(const std::string& text) { return analyse(text, {.passes = {"branch-tree"}}); }

}  // namespace

TEST_CASE("a sum of arms, each weighed by its part of one softmax, is a mixture of experts") {
  const Analysed analysed = branches_of(one_by_one(kSlices + kWeighed + "y = Add(p, q)"));
  CHECK(groups_of(analysed) == "experts x -> [a1 a2 a3 ga p] [b1 b2 b3 gb q] -> y");
  CHECK(shared_in(analysed) == "r g");
  CHECK(experts_in(analysed)->branches[0].parameters == 2 * 128);
}

TEST_CASE("the parts of the softmax may come from Split or Gather") {
  CHECK(groups_of(one_by_one("ga, gb = Split[axis=1](g); p = Mul(a3, ga); q = Mul(gb, b3); y = Add(p, q)")) ==
        "experts x -> [a1 a2 a3 p] [b1 b2 b3 q] -> y");
  CHECK(groups_of(one_by_one("gA = Gather[axis=1](g, I:int64[]={0}); ga = Unsqueeze(gA, U:int64[1]={-1});"
                             "gB = Gather[axis=1](g, J:int64[]={1}); gb = Unsqueeze(gB, U);" +
                             kWeighed + "y = Sum(p, q)")) == "experts x -> [a1 a2 a3 gA ga p] [b1 b2 b3 gB gb q] -> y");
}

TEST_CASE("three experts in a chain of sums are one group") {
  CHECK(groups_of("x:[?,8] -> y : r = MatMul(x, Wr:float[8,3]); g = Softmax(r); ga, gb, gc = Split[axis=1](g);"
                  "a = MatMul(x, Wa:float[8,8]); b = MatMul(x, Wb:float[8,8]); c = MatMul(x, Wc:float[8,8]);"
                  "p = Mul(a, ga); q = Mul(b, gb); s = Mul(c, gc); t = Add(p, q); y = Add(t, s)") ==
        "experts x -> [a p] [b q] [c s] -> y");
}

TEST_CASE("experts side by side are summed over their axis") {
  const std::string stack = "ua = Unsqueeze(a3, U:int64[1]={1}); ub = Unsqueeze(b3, U); c = Concat[axis=1](ua, ub);";
  CHECK(groups_of(one_by_one(stack + "u = Unsqueeze(g, V:int64[1]={-1}); m = Mul(c, u);"
                                     "y = ReduceSum[keepdims=0](m, U)")) ==
        "experts x -> [a1 a2 a3 ua] [b1 b2 b3 ub] -> y");
  CHECK(groups_of(one_by_one(stack + "u = Unsqueeze(g, U); y = MatMul(u, c)")) ==
        "experts x -> [a1 a2 a3 ua] [b1 b2 b3 ub] -> y");
  CHECK(groups_of(one_by_one(stack + "y = Einsum[equation=\"be,bed->bd\"](g, c)")) ==
        "experts x -> [a1 a2 a3 ua] [b1 b2 b3 ub] -> y");
}

TEST_CASE("masks of what TopK chose weigh experts too") {
  const std::string top =
      "x:[?,8] -> y : r = MatMul(x, Wr:float[8,2]); t, i = TopK(r, K:int64[1]={1}); w = Softmax(t);" + kExperts;
  CHECK(groups_of(top +
                  "ea = Equal(i, I:int64[1]={0}); ca = Cast[to=1](ea); ga = Mul(ca, w);"
                  "eb = Equal(i, J:int64[1]={1}); cb = Cast[to=1](eb); gb = Mul(cb, w);" +
                  kWeighed + "y = Add(p, q)") == "experts x -> [a1 a2 a3 ea ca ga p] [b1 b2 b3 eb cb gb q] -> y");
  CHECK(groups_of(top + "ea = Equal(i, I:int64[1]={0}); p = Where(ea, a3, Z:float[]={0});"
                        "eb = Equal(i, J:int64[1]={1}); q = Where(eb, b3, Z); y = Add(p, q)") ==
        "experts x -> [a1 a2 a3 ea p] [b1 b2 b3 eb q] -> y");
}

TEST_CASE("stacked weights hold one expert in each slice") {
  const Analysed analysed = branches_of(
      "x:[?,8] -> y:[?,8] : r = MatMul(x, Wr:float[8,4]); g = Softmax(r); e = Unsqueeze(x, U:int64[1]={0});"
      "h = MatMul(e, W1:float[4,8,16]); a = Relu(h); o:[4,?,8] = MatMul(a, W2:float[4,16,8]);"
      "t = Transpose[perm=[1,0]](g); u = Unsqueeze(t, V:int64[1]={-1}); m:[4,?,8] = Mul(o, u);"
      "y = ReduceSum[keepdims=0](m, U)");
  CHECK(groups_of(analysed) == "experts x -> [e h a o] [e h a o] [e h a o] [e h a o] -> y");
  CHECK(layers_of(analysed, 0) == "h 0-16 o 0-8");
  CHECK(layers_of(analysed, 3) == "h 48-64 o 24-32");
  CHECK(shared_in(analysed) == "r g t u m");
  CHECK(experts_in(analysed)->branches[1].parameters == 2 * 128);
  CHECK(analysed.findings.tree->entries.front().branch_names[2] == "y/expert2");
}

TEST_CASE("stacked experts may be gated linear units, whose own gate stays a group") {
  const Analysed analysed = branches_of(
      "x:[?,8] -> y:[?,8] : r = MatMul(x, Wr:float[8,4]); g = Softmax(r); e = Unsqueeze(x, U:int64[1]={0});"
      "h = MatMul(e, W1:float[4,8,16]); s = Sigmoid(h); a = Mul(h, s); k = MatMul(e, W3:float[4,8,16]);"
      "b = Mul(a, k); o:[4,?,8] = MatMul(b, W2:float[4,16,8]);"
      "t = Transpose[perm=[1,0]](g); u = Unsqueeze(t, V:int64[1]={-1}); m:[4,?,8] = Mul(o, u);"
      "y = ReduceSum[keepdims=0](m, U)");
  CHECK(layers_of(analysed, 1) == "h 16-32 k 16-32 o 8-16");
  CHECK(groups_of(analysed).find("gate e ->") != std::string::npos);
}

TEST_CASE("weights gathered for the experts that TopK chose are stacked weights") {
  const Analysed analysed = branches_of(
      "x:[?,8] -> y:[?,8] : r = MatMul(x, Wr:float[8,4]); t, i = TopK(r, K:int64[1]={2}); g = Softmax(t);"
      "e = Unsqueeze(x, U:int64[2]={1,2}); w1 = Gather(W1:float[4,8,16], i); w2 = Gather(W2:float[4,16,8], i);"
      "h = MatMul(e, w1); a = Relu(h); o = MatMul(a, w2); s = Squeeze(o, S:int64[1]={2});"
      "u = Unsqueeze(g, V:int64[1]={-1}); m = Mul(s, u); y = ReduceSum[keepdims=0](m, B:int64[1]={1})");
  CHECK(experts_in(analysed)->branches.size() == 4);
  CHECK(layers_of(analysed, 1) == "h 16-32 o 8-16");
}

TEST_CASE("the operators MoE and QMoE hold all experts") {
  const Analysed plain = branches_of(
      "x:[?,8] -> y : r = MatMul(x, Wr:float[8,4]);"
      "y = com.microsoft::MoE[k=2](x, r, W1:float[4,16,8], B1:float[4,16], W2:float[4,8,16], B2:float[4,8])");
  CHECK(groups_of(plain) == "experts x -> [y] [y] [y] [y] -> y");
  CHECK(layers_of(plain, 1) == "y 16-32 y 8-16");
  CHECK(shared_in(plain) == "r");
  CHECK(experts_in(plain)->branches[0].parameters == 128 + 16 + 128 + 8);
  CHECK(experts_in(plain)->branches[0].macs == 256);
  const Analysed packed = branches_of(
      "x:[?,8] -> y : r = MatMul(x, Wr:float[8,4]);"
      "y = com.microsoft::QMoE[expert_weight_bits=4](x, r, W1:uint8[4,16,4], S1:float[4,16], _, W2:uint8[4,8,8], "
      "S2:float[4,8], _)");
  CHECK(layers_of(packed, 3) == "y 48-64 y 24-32");
  CHECK(experts_in(packed)->branches[0].macs == 256);
}

namespace {

// Replaces each # by the expert's number; parameters that all experts read come from the router's text.
std::string numbered(std::string text, int number) {
  for (std::size_t at = text.find('#'); at != std::string::npos; at = text.find('#')) {
    text.replace(at, 1, std::to_string(number));
  }
  return text;
}

// Mixtral as PyTorch exports it: for each expert the tokens that chose it, and their rows written back.
std::string mixtral_expert(int number, const std::string& before) {
  return numbered(
      "m# = Gather(mask, I#:int64[]={#}); n# = NonZero(m#); k#, t# = Split[axis=0](n#);"
      "ts# = Squeeze(t#, zero); ks# = Squeeze(k#, zero); xu# = Unsqueeze(x, zero); h# = Gather[axis=1](xu#, ts#);"
      "hr# = Reshape(h#, rows); u# = MatMul(hr#, U#:float[8,16]); s# = Relu(u#); d# = MatMul(s#, D#:float[16,8]);"
      "pt# = Unsqueeze(ts#, last); pk# = Unsqueeze(ks#, last); at# = Concat[axis=1](pt#, pk#);"
      "w# = GatherND(g, at#); wu# = Unsqueeze(w#, last); o# = Mul(d#, wu#); sh# = Shape(o#); ex# = Expand(pt#, sh#);"
      "y# = ScatterElements[axis=0, reduction=\"add\"](" +
          before + ", ex#, o#);",
      number);
}

const std::string kMixtralRouter =
    "r = MatMul(x, Wr:float[8,3]); f = Softmax(r); g, i = TopK(f, K:int64[1]={2});"
    "hot = OneHot(i, N:int64[]={3}, V:int64[2]={0,1}); mask = Transpose[perm=[2,1,0]](hot);"
    "zero = Identity(Zero:int64[1]={0}); last = Identity(Last:int64[1]={-1}); rows = Identity(Rows:int64[2]={-1,8});"
    "shape = Shape(x); zeros = ConstantOfShape(shape);";
const std::string kMixtral =
    kMixtralRouter + mixtral_expert(0, "zeros") + mixtral_expert(1, "y0") + mixtral_expert(2, "y1");

}  // namespace

TEST_CASE("experts that write their tokens one after the other are one group") {
  const Analysed analysed = branches_of("x:[?,8] -> y2 : " + kMixtral);
  CHECK(groups_of(analysed) ==
        numbered("experts x -> [m# n# k# ts# ks# xu# h# hr# u# s# d# pt# pk# at# w# wu# o# sh# ex# y#]", 0) +
            numbered(" [m# n# k# ts# ks# xu# h# hr# u# s# d# pt# pk# at# w# wu# o# sh# ex# y#]", 1) +
            numbered(" [m# n# k# ts# ks# xu# h# hr# u# s# d# pt# pk# at# w# wu# o# sh# ex#] -> y#", 2));
  CHECK(shared_in(analysed) == "r f g hot mask");
  CHECK(experts_in(analysed)->branches[2].parameters == 2 * 128);
}

TEST_CASE("a Scatter that does not add is given the sum with the rows it replaces") {
  std::string chain = kMixtral;
  for (int e = 0; e < 3; ++e) {
    const std::string before = e == 0 ? "zeros" : numbered("y#", e - 1);
    const std::string adding = numbered("y# = ScatterElements[axis=0, reduction=\"add\"](" + before + ", ex#, o#)", e);
    const std::size_t at = chain.find(adding);
    REQUIRE(at != std::string::npos);
    chain.replace(at, adding.size(),
                  numbered("old# = GatherND(" + before + ", pt#); new# = Add(old#, o#); y# = ScatterND(" + before +
                               ", pt#, new#)",
                           e));
  }
  const std::string groups = groups_of("x:[?,8] -> y2 : " + chain);
  CHECK(groups.substr(0, 14) == "experts x -> [");
  CHECK(groups.find('\n') == std::string::npos);
}

TEST_CASE("experts that write into zeros are summed") {
  const std::string groups = groups_of("x:[?,8] -> y : " + kMixtralRouter + mixtral_expert(0, "zeros") +
                                       mixtral_expert(1, "zeros") + "y = Sum(zeros, y0, y1)");
  CHECK(groups.substr(0, 14) == "experts x -> [");
  CHECK(groups.find('\n') == std::string::npos);
}

TEST_CASE("a mixture in a residual block is one of its two arms, and the sum is the join of both") {
  const std::string block =
      "x:[?,8] -> z:[?,8] : n = LayerNormalization(x, s:float[8]); r = MatMul(n, Wr:float[8,2]); g = Softmax(r);"
      "a = MatMul(n, Wa:float[8,8]); b = MatMul(n, Wb:float[8,8]);" +
      kSlices + "p:float[?,8] = Mul(a, ga); q:float[?,8] = Mul(b, gb);";
  const Analysed flat = branches_of(block + "z = Sum(x, p, q)");
  CHECK(groups_of(flat) ==
        "residual x -> [] [n r g a b ga gb p q] -> z\n"
        "  experts n -> [a ga p] [b gb q] -> z");
  CHECK(analyse(block + "z = Sum(x, p, q)").findings.streams.size() == 1);
  CHECK(groups_of(block + "t = LeakyRelu(p); u = LeakyRelu(q); y = Add(p, q); z = Add(x, y)").find("experts") !=
        std::string::npos);
}

TEST_CASE("experts that write their tokens lie in the arm of the residual around them") {
  const Analysed analysed =
      analyse("x0:float[?,8] -> z : x:float[?,8] = LayerNormalization(x0, s:float[8]);" + kMixtral + "z = Add(x0, y2)");
  CHECK(groups_of(analysed).substr(0, 24) == "residual x0 -> [] [x r f");
  CHECK(groups_of(analysed).find("-> z\n  experts x -> [") != std::string::npos);
  CHECK(analysed.findings.streams.size() == 1);
}

TEST_CASE("an expert that is always on is an arm beside the mixture") {
  CHECK(groups_of("x:[?,8] -> z : " + kRouter + kExperts + kSlices + kWeighed + "c = MatMul(x, Wc:float[8,8]);" +
                  "z = Sum(c, p, q)") ==
        "sum x -> [c] [r g a1 a2 a3 b1 b2 b3 ga gb p q] -> z\n"
        "  experts x -> [a1 a2 a3 ga p] [b1 b2 b3 gb q] -> z open");
}

TEST_CASE("an expert may be the skip, and experts may hold groups") {
  CHECK(groups_of("x:[?,8] -> y : " + kRouter + "a = MatMul(x, Wa:float[8,8]);" + kSlices +
                  "p = Mul(a, ga); q = Mul(gb, x); y = Add(p, q)") == "experts x -> [a ga p] [gb q] -> y");
  CHECK(groups_of("x:[?,8] -> y : " + kRouter +
                  "a1:[?,8] = MatMul(x, Wa:float[8,8]); a2 = Relu(a1); a3:[?,8] = MatMul(a2, Va:float[8,8]);"
                  "a = Add(a1, a3); b3 = MatMul(x, Wb:float[8,8]);" +
                  kSlices + "p = Mul(a, ga); q = Mul(gb, b3); y = Add(p, q)") ==
        "experts x -> [a1 a2 a3 a ga p] [b3 gb q] -> y\n"
        "  residual a1 -> [] [a2 a3] -> a");
}

TEST_CASE("a router that is read elsewhere keeps the experts open") {
  const Analysed analysed =
      branches_of("x:[?,8] -> y, g : " + kRouter + kExperts + kSlices + kWeighed + "y = Add(p, q)");
  REQUIRE(experts_in(analysed) != nullptr);
  CHECK(!experts_in(analysed)->closed);
  REQUIRE(experts_in(analysed)->crossing.size() == 1);
  CHECK((*analysed.graph)[experts_in(analysed)->crossing.front()].name == "g");
}

TEST_CASE("gates are no routers") {
  const auto none = [](const std::string& text) { return groups_of(text).find("experts") == std::string::npos; };
  const std::string arms =
      "x:[1,8,4,4] -> y : a:[1,8,4,4] = Conv(x, A:float[8,8,1,1]);"
      "b:[1,8,4,4] = Conv(x, B:float[8,8,1,1]);";
  // A selective kernel: weights for each channel, from the sum of the arms.
  CHECK(none(arms + "u = Add(a, b); m = GlobalAveragePool(u); f = Conv(m, F:float[16,8,1,1]);"
                    "s:[1,2,8,1] = Reshape(f, R:int64[4]={1,2,8,1}); g = Softmax[axis=1](s); ga, gb = Split[axis=1](g);"
                    "ra:[1,8,1,1] = Reshape(ga, T:int64[4]={1,8,1,1}); rb:[1,8,1,1] = Reshape(gb, T);"
                    "p = Mul(a, ra); q = Mul(b, rb); y = Add(p, q)"));
  // The same, from what the arms read: still one weight for each channel.
  CHECK(none(arms + "m = GlobalAveragePool(x); f = Conv(m, F:float[16,8,1,1]); s:[1,2,8,1] = Reshape(f, "
                    "R:int64[4]={1,2,8,1}); g = Softmax[axis=1](s); ga, gb = Split[axis=1](g);"
                    "ra:[1,8,1,1] = Reshape(ga, T:int64[4]={1,8,1,1}); rb:[1,8,1,1] = Reshape(gb, T);"
                    "p = Mul(a, ra); q = Mul(b, rb); y = Add(p, q)"));
  // One weight for each arm and pixel, but from the arms (adaptive fusion of a pyramid).
  CHECK(none(arms + "c = Concat[axis=1](a, b); f = Conv(c, F:float[2,16,1,1]); g = Softmax[axis=1](f);"
                    "ga:[1,1,4,4], gb:[1,1,4,4] = Split[axis=1](g); p = Mul(a, ga); q = Mul(b, gb); y = Add(p, q)"));
  // Squeeze and excite, a gated linear unit, and two sigmoids.
  CHECK(
      none("x:[1,8,4,4] -> y : m = GlobalAveragePool(x); f = Conv(m, F:float[8,8,1,1]); g = Softmax[axis=1](f);"
           "y = Mul(x, g)"));
  CHECK(none("x:[?,8] -> y : a = MatMul(x, A:float[8,8]); b = MatMul(x, B:float[8,8]); s = Sigmoid(a); y = Mul(s, b)"));
  CHECK(
      none("x:[?,8] -> y : r = MatMul(x, R:float[8,2]); g = Sigmoid(r); ga, gb = Split[axis=1](g);"
           "a = MatMul(x, A:float[8,8]); b = MatMul(x, B:float[8,8]); p = Mul(a, ga); q = Mul(b, gb); y = Add(p, q)"));
  // A softmax for each arm, and one weight for both.
  CHECK(
      none(one_by_one("h = MatMul(x, Wh:float[8,2]); k = Softmax(h); ga = Slice(g, O:int64[1]={0}, P:int64[1]={1}, "
                      "A:int64[1]={1}); gb = Slice(k, O, P, A);" +
                      kWeighed + "y = Add(p, q)")));
  CHECK(
      none(one_by_one("ga = Slice(g, O:int64[1]={0}, P:int64[1]={1}, A:int64[1]={1}); p = Mul(a3, ga);"
                      "q = Mul(b3, ga); y = Add(p, q)")));
}

TEST_CASE("pooling by attention sums over tokens, not over experts") {
  CHECK(groups_of("x:[?,5,8] -> y : r = MatMul(x, R:float[8,1]); g = Softmax[axis=1](r); v = MatMul(x, V:float[8,8]);"
                  "m = Mul(v, g); y = ReduceSum(m, A:int64[1]={1})")
            .find("experts") == std::string::npos);
}

TEST_CASE("dense stacked experts, weighed by what TopK chose and zeros elsewhere") {
  const Analysed analysed = branches_of(
      "x:[?,8] -> y:[?,8] : r = MatMul(x, Wr:float[8,4]); t, i = TopK(r, K:int64[1]={2}); w = Softmax(t);"
      "shape = Shape(r); z = ConstantOfShape(shape); s = ScatterElements[axis=1](z, i, w);"
      "tile = Tile(x, T:int64[2]={4,1}); e = Reshape(tile, R:int64[3]={4,-1,8}); h = MatMul(e, W1:float[4,8,32]);"
      "hb = Add(h, B1:float[4,1,32]); gate = Slice(hb, O:int64[1]={0}, P:int64[1]={32}, A:int64[1]={2}, "
      "S:int64[1]={2});"
      "up = Slice(hb, Q:int64[1]={1}, P, A, S); act = Sigmoid(gate); swish = Mul(gate, act); c = Clip(up, "
      "L:float[]={0});"
      "glu = Mul(c, swish); d = MatMul(glu, W2:float[4,16,8]); o:[4,?,8] = Add(d, B2:float[4,1,8]);"
      "g = Transpose[perm=[1,0]](s); u = Unsqueeze(g, V:int64[1]={-1}); m:[4,?,8] = Mul(o, u);"
      "y = ReduceSum[keepdims=0](m, X:int64[1]={0})");
  REQUIRE(experts_in(analysed) != nullptr);
  CHECK(layers_of(analysed, 3) == "h 96-128 d 24-32");
  CHECK(experts_in(analysed)->branches[0].parameters == 8 * 32 + 32 + 16 * 8 + 8);
  CHECK(shared_in(analysed) == "r t w shape z s g u m");
}

TEST_CASE("what TopK chose of may be sigmoids") {
  CHECK(groups_of(
            "x:[?,8] -> y : r = MatMul(x, Wr:float[8,2]); f = Sigmoid(r); t, i = TopK(f, K:int64[1]={1});"
            "w = GatherElements[axis=1](f, i);" +
            kExperts +
            "ea = Equal(i, I:int64[1]={0}); ca = Cast[to=1](ea); ma = Mul(ca, w); ga = ReduceSum(ma, X:int64[1]={1});"
            "eb = Equal(i, J:int64[1]={1}); cb = Cast[to=1](eb); mb = Mul(cb, w); gb = ReduceSum(mb, X);" +
            kWeighed + "y = Add(p, q)") == "experts x -> [a1 a2 a3 ea ca ma ga p] [b1 b2 b3 eb cb mb gb q] -> y");
}

TEST_CASE("a chain of Where that chooses by ArgMax is one group") {
  CHECK(groups_of("x:[?,8] -> y : r = MatMul(x, Wr:float[8,2]); i = ArgMax[axis=1](r);" + kExperts +
                  "ea = Equal(i, I:int64[1]={0}); p = Where(ea, a3, Z:float[]={0}); eb = Equal(i, J:int64[1]={1});"
                  "y = Where(eb, b3, p)") == "experts x -> [a1 a2 a3 ea p] [b1 b2 b3 eb] -> y");
}

TEST_CASE("more experts than any model has are left out with a note") {
  const Analysed analysed = branches_of(
      "x:[?,1] -> y : r = MatMul(x, Wr:float[1,5000]);"
      "y = com.microsoft::MoE(x, r, W1:float[5000,1,1], _, W2:float[5000,1,1])");
  CHECK(experts_in(analysed) == nullptr);
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].text == "more than 1024 experts are not listed");
}

TEST_CASE("operators without the inputs that they need are passed over") {
  CHECK(groups_of("x -> y : g = Softmax(x); c = Gather(g); p = Mul(x, c); q = Mul(x, g); y = Add(p, q)")
            .find("experts") == std::string::npos);
  CHECK(groups_of("x -> y : i = TopK(x); a = Slice(i); s = Add(x); u = Gather(); y = ScatterND(u, a, s)")
            .find("experts") == std::string::npos);
  CHECK(groups_of("x -> y : g = Softmax(x); c = Cast(); u = Gather(W:float[4,8,8]); h = MatMul(x, u); m = Mul(h, g);"
                  "r = ReduceSum(m); s = ReduceSum(c); y = com.microsoft::MoE(_, r, s, _, x)")
            .find("experts") == std::string::npos);
}
