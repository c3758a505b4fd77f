#include "passes/attention.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "4 heads q[0,16)k[16,32) …" is spelt out: role, layer, and the first two ranges of each layer, then how many there are.
std::string text_of(const Graph& graph, const Attention& attention) {
  std::string text = std::to_string(attention.heads) + (attention.heads == 1 ? " head" : " heads");
  for (const HeadLayer& layer : attention.layers) {
    text += "; " + std::string(name_of(layer.role)) + " " + graph[layer.layer].name;
    for (std::size_t h = 0; h < std::min<std::size_t>(layer.ranges.size(), 4); ++h) {
      text += " " + std::to_string(layer.ranges[h].begin) + "-" + std::to_string(layer.ranges[h].end);
    }
  }
  for (const std::string& reason : attention.left_out) text += "; " + reason;
  return text;
}

std::string attention_in(const std::string& text) {
  const Graph graph = graph_from_text(text);
  std::string all;
  for (const Attention& attention : find_attention(graph).all) {
    all += (all.empty() ? "" : "\n") + text_of(graph, attention);
  }
  return all;
}

std::string inside(const std::string& text) {
  const Graph graph = graph_from_text(text);
  const AttentionCores cores = find_attention(graph);
  std::string names;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    if (cores.holds(NodeId(n))) names += (names.empty() ? "" : " ") + graph.nodes()[n].name;
  }
  return names;
}

// Queries, keys, values [B, S, 8] as two heads of four; the core's text goes between, and o reads `m`.
const char* const kProjections =
    "x:[?,?,8], mask, m1, m2, cos, sin -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]);"
    "v = MatMul(x, Wv:float[8,8]);";
const char* const kSplit =
    "q1 = Reshape(q, R:int64[4]={0,-1,2,4}); qh = Transpose[perm=[0,2,1,3]](q1);"
    "k1 = Reshape(k, R); kt = Transpose[perm=[0,2,3,1]](k1); v1 = Reshape(v, R); vh = Transpose[perm=[0,2,1,3]](v1);";
const char* const kMerge = "t = Transpose[perm=[0,2,1,3]](c); m = Reshape(t, M:int64[3]={0,-1,8});";
const char* const kOutput = "y = MatMul(m, Wo:float[8,8])";
const char* const kTwoHeads = "2 heads; query q 0-4 4-8; key k 0-4 4-8; value v 0-4 4-8; output y 0-4 4-8";

std::string with_core(const std::string& core) { return std::string(kProjections) + kSplit + core + kMerge + kOutput; }

// One layer for queries, keys and values, cut by `cut` into q, k, v of heads.
std::string fused(const std::string& cut) {
  return "x:[?,?,8] -> y : f = MatMul(x, W:float[8,24]);" + cut +
         "kt = Transpose[perm=[0,1,3,2]](k); s = MatMul(q, kt); p = Softmax[axis=-1](s); c = MatMul(p, v);" + kMerge +
         kOutput;
}

}  // namespace

TEST_CASE("scale after the product, as PyTorch writes it") {
  CHECK(attention_in(with_core("s = MatMul(qh, kt); d = Div(s, two:float[]={2}); p = Softmax[axis=-1](d);"
                               "c = MatMul(p, vh);")) == kTwoHeads);
}

TEST_CASE("the root of the scale on queries and on keys, as scaled_dot_product_attention is written") {
  CHECK(attention_in(with_core("qs = Mul(qh, r:float[]={1}); ks = Mul(kt, r); s = MatMul(qs, ks);"
                               "p = Softmax[axis=-1](s); c = MatMul(p, vh);")) == kTwoHeads);
}

TEST_CASE("a mask is added, and dropout and a cast follow") {
  CHECK(attention_in(std::string(kProjections) + kSplit +
                     "s = MatMul(qh, kt); d = Mul(s, h:float[]={1}); a = Add(d, mask); p = Softmax[axis=-1](a);"
                     "z = Cast(p); w = Dropout(z); c = MatMul(w, vh);" +
                     kMerge + kOutput) == kTwoHeads);
}

TEST_CASE("a mask chooses, before the softmax and after it") {
  const std::string core =
      "s = MatMul(qh, kt); d = Where(mask, low:float[]={-9}, s); p = Softmax[axis=3](d);"
      "w = Where(mask, zero:float[]={0}, p); c = MatMul(w, vh);";
  CHECK(attention_in(with_core(core)) == kTwoHeads);
  CHECK(inside(with_core(core)) == "q1 qh k1 kt v1 vh s d p w c");
}

TEST_CASE("a mask is multiplied and its complement added, as in GPT-2") {
  CHECK(inside(with_core("s = MatMul(qh, kt); a = Mul(s, m1); b = Sub(a, m2); p = Softmax(b); c = MatMul(p, vh);")) ==
        "q1 qh k1 kt v1 vh s a b p c");
}

TEST_CASE("a softmax taken apart") {
  const std::string core =
      "s = MatMul(qh, kt); g = ReduceMax[axes=[-1]](s); h = Sub(s, g); e = Exp(h); n = ReduceSum[axes=[-1]](e);"
      "p = Div(e, n); c = MatMul(p, vh);";
  CHECK(attention_in(with_core(core)) == kTwoHeads);
  CHECK(inside(with_core(core)) == "q1 qh k1 kt v1 vh s g h e n p c");
}

TEST_CASE("a bias of each projection, and heads split by a shape that is put together") {
  CHECK(attention_in(
            "x, b:int64[1] -> y : q = MatMul(x, Wq:float[8,8]); qb = Add(bq:float[8], q); k = MatMul(x, Wk:float[8,8]);"
            "v = MatMul(x, Wv:float[8,8]); R = Concat[axis=0](b, n:int64[1]={-1}, h:int64[1]={2}, d:int64[1]={4});"
            "R1 = Cast(R); q1 = Reshape(qb, R1); qh = Transpose[perm=[0,2,1,3]](q1); k1 = Reshape(k, R1);"
            "kt = Transpose[perm=[0,2,3,1]](k1); v1 = Reshape(v, R1); vh = Transpose[perm=[0,2,1,3]](v1);"
            "s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, vh); t = Transpose[perm=[0,2,1,3]](c);"
            "M = Concat[axis=0](b, n, e:int64[1]={8}); m = Reshape(t, M); y = MatMul(m, Wo:float[8,8])") == kTwoHeads);
}

TEST_CASE("heads merged with the batch, as nn.MultiheadAttention writes them") {
  CHECK(attention_in(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
            "q1 = Reshape(q, R:int64[3]={0,-1,4}); qh = Transpose[perm=[1,0,2]](q1); k1 = Reshape(k, R);"
            "kt = Transpose[perm=[1,2,0]](k1); v1 = Reshape(v, R); vh = Transpose[perm=[1,0,2]](v1);"
            "s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, vh); t = Transpose[perm=[1,0,2]](c);"
            "m = Reshape(t, M:int64[3]={0,-1,8}); y = MatMul(m, Wo:float[8,8])") == kTwoHeads);
}

TEST_CASE("projections by 1x1 convolutions over images") {
  CHECK(
      attention_in("x:[1,8,4,4] -> y : q = Conv(x, Wq:float[8,8,1,1]); k = Conv(x, Wk:float[8,8,1,1]);"
                   "v = Conv(x, Wv:float[8,8,1,1]); q1 = Reshape(q, R:int64[4]={1,2,4,16});"
                   "qt = Transpose[perm=[0,1,3,2]](q1); k1 = Reshape(k, R); v1 = Reshape(v, R);"
                   "s = MatMul(qt, k1); p = Softmax[axis=-1](s); pt = Transpose[perm=[0,1,3,2]](p); c = MatMul(v1, pt);"
                   "m = Reshape(c, M:int64[4]={1,8,4,4}); y = Conv(m, Wo:float[8,8,1,1])") == kTwoHeads);
}

TEST_CASE("one layer for all three, cut by Split") {
  CHECK(attention_in(fused("a, b, d = Split[axis=2](f, sizes:int64[3]={8,8,8}); q1 = Reshape(a, R:int64[4]={0,0,2,4});"
                           "q = Transpose[perm=[0,2,1,3]](q1); k1 = Reshape(b, R); k = Transpose[perm=[0,2,1,3]](k1);"
                           "v1 = Reshape(d, R); v = Transpose[perm=[0,2,1,3]](v1);")) ==
        "2 heads; query f 0-4 4-8; key f 8-12 12-16; value f 16-20 20-24; output y 0-4 4-8");
}

TEST_CASE("one layer for all three, cut by Gather after the heads") {
  CHECK(attention_in(fused("r = Reshape(f, R:int64[5]={0,-1,3,2,4}); t0 = Transpose[perm=[2,0,3,1,4]](r);"
                           "q = Gather[axis=0](t0, g0:int64[]={0}); k = Gather[axis=0](t0, g1:int64[]={1});"
                           "v = Gather[axis=0](t0, g2:int64[]={2});")) ==
        "2 heads; query f 0-4 4-8; key f 8-12 12-16; value f 16-20 20-24; output y 0-4 4-8");
}

TEST_CASE("one layer for all three, cut by Slice") {
  CHECK(attention_in(fused(
            "a = Slice(f, i0:int64[1]={0}, i1:int64[1]={8}, ax:int64[1]={2}); b = Slice(f, i1, i2:int64[1]={16}, ax);"
            "d = Slice(f, i2, i3:int64[1]={24}, ax); q1 = Reshape(a, R:int64[4]={0,0,2,4});"
            "q = Transpose[perm=[0,2,1,3]](q1); k1 = Reshape(b, R); k = Transpose[perm=[0,2,1,3]](k1);"
            "v1 = Reshape(d, R); v = Transpose[perm=[0,2,1,3]](v1);")) ==
        "2 heads; query f 0-4 4-8; key f 8-12 12-16; value f 16-20 20-24; output y 0-4 4-8");
}

TEST_CASE("queries, keys and values of one head side by side, as in GPT-NeoX") {
  CHECK(attention_in(fused("r = Reshape(f, R:int64[4]={0,0,2,12}); a, b, d = Split[axis=3](r, z:int64[3]={4,4,4});"
                           "q = Transpose[perm=[0,2,1,3]](a); k = Transpose[perm=[0,2,1,3]](b);"
                           "v = Transpose[perm=[0,2,1,3]](d);")) ==
        "2 heads; query f 0-4 12-16; key f 4-8 16-20; value f 8-12 20-24; output y 0-4 4-8");
}

TEST_CASE("heads that take every second unit are no ranges, and it is said") {
  CHECK(attention_in(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
            "q1 = Reshape(q, R:int64[4]={0,0,4,2}); qh = Transpose[perm=[0,3,1,2]](q1); k1 = Reshape(k, R);"
            "kt = Transpose[perm=[0,3,2,1]](k1); v1 = Reshape(v, R); vh = Transpose[perm=[0,3,1,2]](v1);"
            "s = MatMul(qh, kt); p = Softmax(s); y = MatMul(p, vh)") ==
        "2 heads; query q; key k; value v; query: the units of one head do not lie side by side;"
        " key: the units of one head do not lie side by side; value: the units of one head do not lie side by side");
}

TEST_CASE("keys and values repeated by Expand are shared by a group of queries") {
  CHECK(attention_in(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,4]); v = MatMul(x, Wv:float[8,4]);"
            "q1 = Reshape(q, R:int64[4]={0,0,4,2}); qh = Transpose[perm=[0,2,1,3]](q1);"
            "k1 = Reshape(k, K:int64[4]={0,0,2,2}); k2 = Transpose[perm=[0,2,1,3]](k1); k3 = Unsqueeze(k2, "
            "u:int64[1]={2});"
            "k4 = Expand(k3, E:int64[5]={1,1,2,1,1}); k5 = Reshape(k4, G:int64[4]={0,4,-1,2});"
            "kt = Transpose[perm=[0,1,3,2]](k5);"
            "v1 = Reshape(v, K); v2 = Transpose[perm=[0,2,1,3]](v1); v3 = Unsqueeze(v2, u);"
            "v4 = Expand(v3, E); v5 = Reshape(v4, G);"
            "s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, v5);" +
            std::string(kMerge) + kOutput) ==
        "4 heads; query q 0-2 2-4 4-6 6-8; key k 0-2 0-2 2-4 2-4; value v 0-2 0-2 2-4 2-4; output y 0-2 2-4 4-6 6-8");
}

TEST_CASE("keys shared by all heads are broadcast") {
  CHECK(attention_in(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,4]); v = MatMul(x, Wv:float[8,4]);"
            "q1 = Reshape(q, R:int64[4]={0,0,2,4}); qh = Transpose[perm=[0,2,1,3]](q1);"
            "k1 = Transpose[perm=[0,2,1]](k); k2 = Unsqueeze(k1, u:int64[1]={1}); v2 = Unsqueeze(v, u);"
            "s = MatMul(qh, k2); p = Softmax(s); c = MatMul(p, v2);" +
            std::string(kMerge) + kOutput) ==
        "2 heads; query q 0-4 4-8; key k 0-4 0-4; value v 0-4 0-4; output y 0-4 4-8");
}

TEST_CASE("a rotary embedding on the way is part of attention") {
  const std::string core =
      "qc = Mul(qh, cos); q2 = Slice(qh, a:int64[1]={2}, b:int64[1]={4}, ax:int64[1]={3}); q0 = Slice(qh, "
      "z:int64[1]={0}, a, ax);"
      "qn = Neg(q2); qr = Concat[axis=3](qn, q0); qs = Mul(qr, sin); qx = Add(qc, qs);"
      "s = MatMul(qx, kt); p = Softmax(s); c = MatMul(p, vh);";
  CHECK(attention_in(with_core(core)) == kTwoHeads);
  CHECK(inside(with_core(core)) == "q1 qh k1 kt v1 vh qc q2 q0 qn qr qs qx s p c");
}

TEST_CASE("a rotary embedding of two halves apart") {
  CHECK(attention_in(with_core("a1, a2 = Split[axis=3](qh); c1 = Mul(a1, cos); s2 = Mul(a2, sin); o1 = Sub(c1, s2);"
                               "c2 = Mul(a2, cos); s1 = Mul(a1, sin); o2 = Add(c2, s1); qx = Concat[axis=3](o1, o2);"
                               "s = MatMul(qx, kt); p = Softmax(s); c = MatMul(p, vh);")) == kTwoHeads);
}

TEST_CASE("Einsum for both products, and for the projections, as Keras writes them") {
  CHECK(attention_in("x:[?,?,8] -> y : q = Einsum[equation=\"abc,cde->abde\"](x, Wq:float[8,2,4]);"
                     "k = Einsum[equation=\"abc,cde->abde\"](x, Wk:float[8,2,4]);"
                     "v = Einsum[equation=\"abc,cde->abde\"](x, Wv:float[8,2,4]); qs = Mul(q, half:float[]={1});"
                     "s = Einsum[equation=\"aecd,abcd->acbe\"](k, qs); p = Softmax[axis=-1](s);"
                     "c = Einsum[equation=\"acbe,aecd->abcd\"](p, v); y = Einsum[equation=\"abcd,cde->abe\"](c, "
                     "Wo:float[2,4,8])") == kTwoHeads);
}

TEST_CASE("one head is attention too, of projections or of none") {
  CHECK(attention_in(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
            "kt = Transpose[perm=[0,2,1]](k); s = MatMul(q, kt); p = Softmax(s); c = MatMul(p, v);"
            "y = MatMul(c, Wo:float[8,8])") == "1 head; query q 0-8; key k 0-8; value v 0-8; output y 0-8");
  CHECK(attention_in("a:[2,3], b:[3,2] -> y : s = MatMul(a, b); p = Softmax(s); y = MatMul(p, a)") == "1 head");
}

TEST_CASE("Gemm and FusedMatMul are products as well") {
  CHECK(attention_in(
            std::string(kProjections) + kSplit +
            "kh = Transpose[perm=[0,2,1,3]](k1); s = com.microsoft::FusedMatMul[transB=1](qh, kh); p = Softmax(s);"
            "c = com.microsoft::FusedMatMul(p, vh);" +
            kMerge + kOutput) == kTwoHeads);
  CHECK(attention_in("a:[2,3], b:[2,3] -> y : s = Gemm[transB=1](a, b); p = Softmax(s); y = Gemm(p, b)") == "1 head");
}

TEST_CASE("keys and values of another value, and a cache before them") {
  CHECK(attention_in(
            "x:[?,?,8], z:[?,?,8], past -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(z, Wk:float[8,8]);"
            "v = MatMul(z, Wv:float[8,8]); q1 = Reshape(q, R:int64[4]={0,0,2,4}); qh = Transpose[perm=[0,2,1,3]](q1);"
            "k1 = Reshape(k, R); kh = Transpose[perm=[0,2,1,3]](k1); kc = Concat[axis=2](past, kh);"
            "kt = Transpose[perm=[0,1,3,2]](kc); v1 = Reshape(v, R); vh = Transpose[perm=[0,2,1,3]](v1);"
            "s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, vh);" +
            std::string(kMerge) + kOutput) == kTwoHeads);
}

TEST_CASE("com.microsoft Attention holds its projections") {
  CHECK(attention_in(
            "x:[?,?,8], mask -> y : a = com.microsoft::Attention[num_heads=2](x, W:float[8,24], b:float[24], mask);"
            "y = MatMul(a, Wo:float[8,8])") ==
        "2 heads; query a 0-4 4-8; key a 8-12 12-16; value a 16-20 20-24; output y 0-4 4-8");
  CHECK(attention_in(
            "x:[?,?,8] -> y : a = com.microsoft::Attention[num_heads=2, qkv_hidden_sizes=[4,4,8]](x, W:float[8,16]);"
            "y = MatMul(a, Wo:float[8,8])") ==
        "2 heads; query a 0-2 2-4; key a 4-6 6-8; value a 8-12 12-16; output y 0-4 4-8");
}

TEST_CASE("MultiHeadAttention reads a projection each, or one packed") {
  CHECK(attention_in(std::string(kProjections) + "m = com.microsoft::MultiHeadAttention[num_heads=2](q, k, v);" +
                     kOutput) == kTwoHeads);
  CHECK(attention_in("x:[?,?,8] -> y : f = MatMul(x, W:float[8,24]); g = Reshape(f, R:int64[5]={0,0,2,3,4});"
                     "m = com.microsoft::MultiHeadAttention[num_heads=2](g);" +
                     std::string(kOutput)) ==
        "2 heads; query f 0-4 12-16; key f 4-8 16-20; value f 8-12 20-24; output y 0-4 4-8");
}

TEST_CASE("GroupQueryAttention shares keys and values, and may read all packed in one") {
  const std::string shared =
      "4 heads; query f 0-2 2-4 4-6 6-8; key f 8-10 8-10 10-12 10-12; value f 12-14 12-14 14-16 14-16;"
      " output y 0-2 2-4 4-6 6-8";
  CHECK(attention_in(
            "x:[?,?,8], past_k, past_v, n, t -> y : f = MatMul(x, W:float[8,16]);"
            "m = com.microsoft::GroupQueryAttention[num_heads=4, kv_num_heads=2](f, _, _, past_k, past_v, n, t);" +
            std::string(kOutput)) == shared);
}

TEST_CASE("the Attention of ai.onnx reads three or four dims") {
  CHECK(attention_in(std::string(kProjections) + "m = Attention[q_num_heads=2, kv_num_heads=2](q, k, v, mask);" +
                     kOutput) == kTwoHeads);
  CHECK(attention_in(
            "x:[1,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
            "q1 = Reshape(q, R:int64[4]={1,-1,2,4}); qh = Transpose[perm=[0,2,1,3]](q1); k1 = Reshape(k, R);"
            "kh = Transpose[perm=[0,2,1,3]](k1); v1 = Reshape(v, R); vh = Transpose[perm=[0,2,1,3]](v1);"
            "c = Attention(qh, kh, vh);" +
            std::string(kMerge) + kOutput) == kTwoHeads);
}

TEST_CASE("a product of two matrices, a classifier and a gate are no attention") {
  CHECK(attention_in("a, b -> y : s = MatMul(a, b); r = Relu(s); y = MatMul(r, b)") == "");
  CHECK(attention_in("x -> y : h = MatMul(x, W:float[8,10]); y = Softmax(h)") == "");
  CHECK(attention_in("x -> y : h = MatMul(x, W:float[8,8]); g = Softmax(h); y = Mul(x, g)") == "");
  CHECK(attention_in("x -> y : h = MatMul(x, W:float[8,8]); g = Softmax(h); y = MatMul(g, x)") == "");
  CHECK(attention_in("a, b -> y : s = MatMul(a, b); y = Softmax(s)") == "");
}

TEST_CASE("the sum of a residual stays outside, although keys are made of it") {
  CHECK(inside("x:[?,4,8] -> y : h = MatMul(x, W:float[8,8]); r = Add(x, h); kt = Transpose[perm=[0,2,1]](r);"
               "q = MatMul(r, Wq:float[8,8]); s = MatMul(q, kt); p = Softmax(s); c = MatMul(p, r); y = Add(r, c)") ==
        "kt s p c");
}

TEST_CASE("hostile numbers of heads are not believed") {
  CHECK(attention_in("x:[?,?,8] -> y : y = com.microsoft::Attention[num_heads=4611686018427387904](x, W:float[8,24])")
            .substr(0, 6) == "1 head");
  CHECK(attention_in("x:[?,?,8] -> y : y = com.microsoft::Attention[num_heads=7](x, W:float[8,24])").substr(0, 7) ==
        "7 heads");
  CHECK(attention_in(std::string(kProjections) +
                     "m = com.microsoft::GroupQueryAttention[num_heads=-3, kv_num_heads=0](q, k, v);" + kOutput)
            .substr(0, 6) == "1 head");
}

TEST_CASE("a graph that asks for too many steps is not walked to its end") {
  std::string text = "x:[?,?,8] -> y : q = MatMul(x, W:float[8,8]); s0 = MatMul(q, x); v0 = MatMul(x, W);";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    text += "s" + next + " = Add(s" + n + ", s" + n + "); v" + next + " = Mul(v" + n + ", v" + n + ");";
  }
  std::string sum = "y = Sum(";
  for (int i = 0; i < 2000; ++i) {
    const std::string n = std::to_string(i);
    text += "p" + n + " = Softmax(s40); c" + n + " = MatMul(p" + n + ", v40);";
    sum += (i == 0 ? "c" : ", c") + n;
  }
  const Graph graph = graph_from_text(text + sum + ")");
  const AttentionCores cores = find_attention(graph);
  CHECK_FALSE(cores.complete);
  CHECK(cores.all.size() > 100);
  CHECK(cores.all.size() < 2000);
}

TEST_CASE("operators put together at random, with numbers that make no sense, break nothing") {
  std::mt19937 random(1);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  static const std::array<const char*, 12> kNumbers{
      "0", "1", "-1", "2", "3", "4", "8", "-2", "64", "1000000007", "9223372036854775807", "-9223372036854775808"};
  const auto number = [&] { return std::string(kNumbers[pick(kNumbers.size())]); };
  std::size_t found = 0;
  for (int graph = 0; graph < 400; ++graph) {
    std::vector<std::string> values{"x"};
    std::string text = "x:[?,4,8] -> y : ";
    int parameters = 0;
    const auto value = [&] { return values[values.size() - 1 - pick(std::min<std::size_t>(values.size(), 5))]; };
    const auto list = [&](std::size_t count) {
      std::string numbers = "P" + std::to_string(parameters++) + ":int64[" + std::to_string(count) + "]={";
      for (std::size_t i = 0; i < count; ++i) numbers += (i == 0 ? "" : ",") + number();
      return numbers + "}";
    };
    for (int node = 0; node < 40; ++node) {
      const std::string name = "n" + std::to_string(node);
      const std::array<std::string, 20> forms{
          name + " = MatMul(" + value() + ", P" + std::to_string(parameters++) + ":float[8,8])",
          name + " = MatMul(" + value() + ", " + value() + ")",
          name + " = Softmax(" + value() + ")",
          name + " = Reshape(" + value() + ", " + list(3) + ")",
          name + " = Reshape(" + value() + ", " + list(4) + ")",
          name + " = Transpose[perm=[0,2,1,3]](" + value() + ")",
          name + " = Transpose[perm=[1," + std::to_string(pick(3)) + ",2]](" + value() + ")",
          name + " = Slice(" + value() + ", " + list(1) + ", " + list(1) + ", " + list(1) + ", " + list(1) + ")",
          name + ", " + name + "b = Split[axis=" + number() + "](" + value() + ", " + list(2) + ")",
          name + " = Gather[axis=" + number() + "](" + value() + ", " + list(2) + ")",
          name + " = Concat[axis=" + number() + "](" + value() + ", " + value() + ")",
          name + " = Expand(" + value() + ", " + list(4) + ")",
          name + " = Tile(" + value() + ", " + list(3) + ")",
          name + " = Unsqueeze(" + value() + ", " + list(1) + ")",
          name + " = Squeeze(" + value() + ", " + list(1) + ")",
          name + " = Add(" + value() + ", " + value() + ")",
          name + " = ReduceSum[axes=[-1]](" + value() + ")",
          name + " = com.microsoft::Attention[num_heads=" + number() + ", qkv_hidden_sizes=[" + number() + "," +
              number() + "," + number() + "]](" + value() + ", P" + std::to_string(parameters++) + ":float[8,24])",
          name + " = com.microsoft::GroupQueryAttention[num_heads=" + number() + ", kv_num_heads=" + number() + "](" +
              value() + ")",
          name + " = Attention[q_num_heads=" + number() + "](" + value() + ", " + value() + ", " + value() + ")"};
      text += forms[pick(forms.size())] + "; ";
      values.push_back(name);
    }
    const Analysed analysed = analyse(text + "y = Relu(" + values.back() + ")", {.passes = {"residual-streams"}});
    for (const Attention& attention : analysed.analyses->attention().all) {
      ++found;
      for (const HeadLayer& layer : attention.layers) {
        const bool one_each = layer.ranges.empty() || static_cast<std::int64_t>(layer.ranges.size()) == attention.heads;
        CHECK(one_each);
        for (const HeadRange& range : layer.ranges) CHECK((0 <= range.begin && range.begin < range.end));
      }
    }
  }
  CHECK(found > 500);
}
