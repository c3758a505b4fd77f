#include "passes/residual_streams.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "x -> [s1] [s2 linear: Conv] -> s2  4 paths: 1 2 1", one line per stream.
std::string streams_of(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"residual-streams"}});
  const Graph& graph = *analysed.graph;
  std::string all;
  for (const ResidualStream& stream : analysed.findings.streams) {
    all += (all.empty() ? "" : "\n") + graph[stream.start].name + " ->";
    for (const StreamBlock& block : stream.blocks) {
      all += " [" + graph[block.write].name;
      if (block.link != StreamLink::exact) all += " " + std::string(name_of(block.link));
      for (std::size_t i = 0; i < block.via.size(); ++i) all += (i == 0 ? ": " : " ") + block.via[i];
      all += "]";
    }
    all += " -> " + graph[stream.end].name + "  " + stream.paths + " paths:";
    for (const std::string& length : stream.path_lengths) all += " " + length;
  }
  return all;
}

const char* const kHeader = "x:[1,8,4,4] -> y : ";

// One head: queries from one value, keys and values from another; writes `name`.
std::string attention(const std::string& name, const std::string& from, const std::string& to) {
  const auto weight = [&](const char* role) { return "W" + name + role + ":float[8,8]); "; };
  return name + "q = MatMul(" + from + ", " + weight("q") + name + "k = MatMul(" + to + ", " + weight("k") + name +
         "v = MatMul(" + to + ", " + weight("v") + name + "t = Transpose[perm=[0,2,1]](" + name + "k); " + name +
         "s = MatMul(" + name + "q, " + name + "t); " + name + "p = Softmax[axis=-1](" + name + "s); " + name +
         "c = MatMul(" + name + "p, " + name + "v); " + name + " = MatMul(" + name + "c, " + weight("o");
}

std::string mlp(const std::string& name, const std::string& from) {
  return name + "i = MatMul(" + from + ", W" + name + "i:float[8,32]); " + name + "r = Relu(" + name + "i); " + name +
         " = MatMul(" + name + "r, W" + name + "o:float[32,8]); ";
}

// Two layers of self-attention, cross-attention to e and an MLP each, from t0 to t6.
std::string decoder() {
  return attention("f1", "t0", "t0") + "t1 = Add(t0, f1); " + attention("f2", "t1", "e") + "t2 = Add(t1, f2); " +
         mlp("f3", "t2") + "t3 = Add(t2, f3); " + attention("f4", "t3", "t3") + "t4 = Add(t3, f4); " +
         attention("f5", "t4", "e") + "t5 = Add(t4, f5); " + mlp("f6", "t5") + "t6 = Add(f6, t5); y = Relu(t6)";
}

}  // namespace

TEST_CASE("blocks that read the sum before them are one stream with exact links") {
  CHECK(streams_of(std::string(kHeader) +
                   "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); b = Conv(s1, B:float[8,8,3,3]); s2 = Add(s1, b);"
                   "c = Conv(s2, C:float[8,8,3,3]); s3 = Add(s2, c); y = Relu(s3)") ==
        "x -> [s1] [s2] [s3] -> s3  8 paths: 1 3 3 1");
}

TEST_CASE("a ReLU after the sum makes the link approximate, and is named") {
  CHECK(streams_of(std::string(kHeader) +
                   "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); r = Relu(s1); b = Conv(r, B:float[8,8,3,3]);"
                   "s2 = Add(r, b); y = Relu(s2)") == "x -> [s1] [s2 approximate: Relu] -> s2  4 paths: 1 2 1");
}

TEST_CASE("a stream goes on across a projection, which is linear") {
  CHECK(streams_of(std::string(kHeader) +
                   "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); b = Conv(s1, B:float[8,8,3,3]); q = Relu(b);"
                   "p = Conv(s1, P:float[8,8,1,1]); s2 = Add(q, p); y = Relu(s2)") ==
        "x -> [s1] [s2 linear: Conv] -> s2  4 paths: 1 2 1");
}

TEST_CASE("pooling between blocks is linear") {
  CHECK(streams_of(std::string(kHeader) +
                   "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); p = AveragePool(s1); b = Conv(p, B:float[8,8,3,3]);"
                   "s2 = Add(p, b); y = Relu(s2)") == "x -> [s1] [s2 linear: AveragePool] -> s2  4 paths: 1 2 1");
}

TEST_CASE("a convolution on the trunk ends one stream and begins the next") {
  CHECK(streams_of(std::string(kHeader) +
                   "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); k = Conv(s1, K:float[8,8,3,3]);"
                   "b = Conv(k, B:float[8,8,3,3]); s2 = Add(k, b); y = Relu(s2)") ==
        "x -> [s1] -> s1  2 paths: 1 1\nk -> [s2] -> s2  2 paths: 1 1");
}

TEST_CASE("where trunks fork, the stream goes on with the nearer sum, wherever in the file that stands") {
  const std::string far = "p = AveragePool(r); b = Conv(p, B:float[8,8,3,3]); s2 = Add(p, b);",
                    near = "c = Conv(r, C:float[8,8,3,3]); s3 = Add(r, c);";
  const auto text = [&](const std::string& blocks) {
    return std::string(kHeader) + "a = Conv(x, A:float[8,8,3,3]); s1 = Add(x, a); r = Relu(s1);" + blocks +
           "y = Concat(s2, s3)";
  };
  CHECK(streams_of(text(near + far)) ==
        "x -> [s1] [s3 approximate: Relu] -> s3  4 paths: 1 2 1\np -> [s2] -> s2  2 paths: 1 1");
  CHECK(streams_of(text(far + near)) == streams_of(text(near + far)));
}

TEST_CASE("sixty-four blocks have 2^64 paths, exactly") {
  std::string text = kHeader, last = "x";
  for (int i = 0; i < 64; ++i) {
    const std::string n = std::to_string(i);
    text += "f" + n + " = Conv(" + last + ", W" + n + ":float[8,8,1,1]); r" + n + " = Relu(f" + n + "); s" + n +
            " = Add(" + last + ", r" + n + ");";
    last = "s" + n;
  }
  const Analysed analysed = analyse(text + "y = Relu(" + last + ")", {.passes = {"residual-streams"}});
  REQUIRE(analysed.findings.streams.size() == 1);
  const ResidualStream& stream = analysed.findings.streams[0];
  CHECK(stream.paths == "18446744073709551616");
  CHECK(stream.path_lengths.size() == 65);
  CHECK(stream.path_lengths[32] == "1832624140942590534");  // 64 over 32
}

TEST_CASE("a block inside a block is a stream of its own") {
  CHECK(streams_of(std::string(kHeader) + "a = Conv(x, A:float[8,8,3,3]); b = Conv(a, B:float[8,8,3,3]); s = Add(a, b);"
                                          "c = Conv(s, C:float[8,8,3,3]); t = Add(x, c); y = Relu(t)") ==
        "a -> [s] -> s  2 paths: 1 1\nx -> [t] -> t  2 paths: 1 1");
}

TEST_CASE("SkipLayerNormalization is a sum, and the norm in it makes the link approximate") {
  CHECK(streams_of(
            "x:[1,4,8] -> y : a = MatMul(x, A:float[8,8]);"
            "s1 = com.microsoft::SkipLayerNormalization(a, x, g:float[8], b:float[8]); c = MatMul(s1, C:float[8,8]);"
            "s2 = com.microsoft::SkipLayerNormalization(c, s1, g, b); y = Relu(s2)") ==
        "x -> [s1/Add] [s2/Add approximate: LayerNormalization] -> s2/sum  4 paths: 1 2 1");
}

TEST_CASE("a stream that goes on from the sum before the norm is exact") {
  CHECK(streams_of("x:[1,4,8] -> y : a = MatMul(x, A:float[8,8]);"
                   "n1, _, _, s1 = com.microsoft::SkipSimplifiedLayerNormalization(a, x, g:float[8]) as add1;"
                   "c = MatMul(n1, C:float[8,8]);"
                   "n2, _, _, s2 = com.microsoft::SkipSimplifiedLayerNormalization(c, s1, g) as add2;"
                   "d = MatMul(n2, D:float[8,8]); y = Add(s2, d)") ==
        "x -> [add1/Add] [add2/Add] [y] -> y  8 paths: 1 3 3 1");
}

TEST_CASE("the sum that an EmbedLayerNormalization writes begins a stream") {
  CHECK(streams_of("i:[1,4] -> y : n, _, s = com.microsoft::EmbedLayerNormalization(i, _, E:float[10,8], P:float[4,8], "
                   "_, g:float[8], b:float[8]);"
                   "a = MatMul(n, A:float[8,8]); y = Add(a, s)") == "s -> [y] -> y  2 paths: 1 1");
}

TEST_CASE("no sum can be pushed through max pooling or rounding, so their links are not linear") {
  const auto link = [](const std::string& between) {
    return streams_of("x:[1,4,8,8] -> y : a = Conv(x, A:float[4,4,1,1]); s = Add(a, x); " + between +
                      " c = Conv(t, C:float[4,4,1,1]); y = Add(c, t)");
  };
  CHECK(link("t = AveragePool[kernel_shape=[2,2]](s);").find("y linear: AveragePool") != std::string::npos);
  CHECK(link("t = MaxPool[kernel_shape=[2,2]](s);").find("y approximate: MaxPool") != std::string::npos);
  CHECK(link("t = Div(s, k:float[]={2});").find("y linear: Div") != std::string::npos);
}

TEST_CASE("a decoder that attends to an encoder of the same input is one stream, and the encoder another") {
  CHECK(streams_of("x:[1,8,8] -> y : s = Slice(x, z:int64[1]={0}, h:int64[1]={4}, a:int64[1]={1});"
                   "t0 = Slice(x, h, n:int64[1]={8}, a);" +
                   attention("f", "s", "s") + "e1 = Add(s, f); " + mlp("g", "e1") + "e = Add(e1, g); " + decoder()) ==
        "s -> [e1] [e] -> e  4 paths: 1 2 1\n"
        "t0 -> [t1] [t2] [t3] [t4] [t5] [t6] -> t6  64 paths: 1 6 15 20 15 6 1");
}

TEST_CASE("queries that are expanded to the size of the input begin the stream of a decoder") {
  CHECK(streams_of("x:[1,8,8] -> y : n:int64[3] = Shape(x); t0 = Expand(Q:float[1,8,8], n); e0 = MatMul(x, "
                   "E:float[8,8]); e = Relu(e0); " +
                   decoder()) == "t0 -> [t1] [t2] [t3] [t4] [t5] [t6] -> t6  64 paths: 1 6 15 20 15 6 1");
}

TEST_CASE("queries that are constant are no data: the stream begins at the first sum that holds some") {
  CHECK(streams_of(
            "x:[1,8,8] -> y : t0 = Mul(Q:float[1,8,8], k:float[]={2}); e0 = MatMul(x, E:float[8,8]); e = Relu(e0);" +
            decoder()) == "t2 -> [t3] [t4] [t5] [t6] -> t6  16 paths: 1 4 6 4 1");
}

TEST_CASE("a layer with its activation in an arm begins a stream, a projection in front of blocks goes on with one") {
  const auto streams = [](const std::string& arm) {
    return streams_of(std::string(kHeader) +
                      "a = Conv(x, A:float[8,8,3,3]); s = Add(x, a); d = Conv(s, D:float[8,8,1,1]);" + arm +
                      "k = Conv(r, K:float[8,8,3,3]); t = Add(r, k); o = Conv(s, O:float[8,8,3,3]);"
                      "y = Concat[axis=1](t, o)");
  };
  CHECK(streams("r = Relu(d);") == "x -> [s] -> s  2 paths: 1 1\nr -> [t] -> t  2 paths: 1 1");
  CHECK(streams("r = BatchNormalization(d, g:float[8], b:float[8], m:float[8], v:float[8]={1});") ==
        "x -> [s] [t linear: Conv BatchNormalization] -> t  4 paths: 1 2 1");
}
