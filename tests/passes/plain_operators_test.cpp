// Quantised and fused operators stand for plain ones: the same branches, streams and weights.
#include "passes/plain_operators.hpp"

#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string normal_form(const std::string& text) {
  return to_text(*analyse(text, {.passes = {"explicit-branches"}}).graph);
}

std::vector<float> weight_of(const std::string& text, std::string_view node) {
  const Analysed analysed = analyse(text, {.passes = {"explicit-branches"}});
  const Graph& graph = *analysed.graph;
  const WeightView* weight = graph.parameter(graph[*graph.find_node(node)], 1);
  REQUIRE(weight != nullptr);
  return weight->decode_float().value();
}

}  // namespace

TEST_CASE("a value is the same before and after it is quantised") {
  CHECK(normal_form("a = Relu(x); q = QuantizeLinear(a, s:float[]={0.1}, z:uint8[]={3});"
                    "d = DequantizeLinear(q, s, z); y = Neg(d)") == "a = Relu(x)\ny = Neg(a)\n");
}

TEST_CASE("a weight behind DequantizeLinear is read with its scales") {
  CHECK(
      weight_of(
          "w = DequantizeLinear[axis=0](W:int8[2,1,1,1]={4,6}, s:float[2]={0.5,2.0}, z:int8[2]={0,1}); y = Conv(x, w)",
          "y") == std::vector<float>{2, 10});
}

TEST_CASE("QLinearConv is a convolution, QLinearAdd a sum: a residual block") {
  const std::string block =
      "c = QLinearConv(x, xs:float[]={0.1}, xz:uint8[]={1}, W:int8[2,2,3,3], ws:float[2]={0.5,2.0}, wz:int8[2]={0,0}, "
      "ys:float[]={0.1}, yz:uint8[]={1}, B:int32[2]={1,2});"
      "y = com.microsoft::QLinearAdd(c, ys, yz, x, xs, xz, zs:float[]={0.1}, zz:uint8[]={0})";
  CHECK(normal_form(block) == "c = Conv(x, W/dequantised, B)\ny = Add(c, x)\n");
  CHECK(groups_of(block) == "residual x -> [c] [] -> y");
}

TEST_CASE("QLinearConcat joins parts with a scale each") {
  CHECK(normal_form("a = Relu(x); b = Neg(x); y = com.microsoft::QLinearConcat[axis=1](s:float[]={0.1}, z:uint8[]={0}, "
                    "a, s, z, b, s, z)") == "a = Relu(x)\nb = Neg(x)\ny = Concat(a, b)\n");
}

TEST_CASE("dynamic quantisation leaves the product of the plain input") {
  const std::string product =
      "q, s, z = DynamicQuantizeLinear(x); m = MatMulInteger(q, W:int8[2,2]={1,2,3,4}, z, wz:int8[]={1});"
      "f = Cast[to=1](m); k = Mul(s, ws:float[]={0.5}); y = Mul(f, k)";
  CHECK(groups_of(product) == "");
  CHECK(weight_of(product, "m") == std::vector<float>{0, 1, 2, 3});
}

TEST_CASE("a matrix in blocks of four bits is turned and scaled") {
  // Rows 0..3 and 4..7 of one block each, low nibble first, zero point 8 where none is given.
  const auto weight = [](const std::string& zeros) {
    return weight_of(
        "y = com.microsoft::MatMulNBits[K=4, N=2, bits=4, block_size=4](x, B:uint8[2,1,2]={16,50,84,118}, "
        "s:float[2]={1.0,10.0}" +
            zeros + ")",
        "y");
  };
  CHECK(weight("") == std::vector<float>{-8, -40, -7, -30, -6, -20, -5, -10});
  CHECK(weight(", z:uint8[2]={0,4}") == std::vector<float>{0, 0, 1, 10, 2, 20, 3, 30});
}

TEST_CASE("a fused convolution with a sum is a convolution, a sum and an activation") {
  const std::string fused = "y = com.microsoft::FusedConv[activation=\"Relu\"](x, W:float[4,4,3,3], B:float[4], x)";
  CHECK(normal_form(fused) == "y/Conv = Conv(x, W, B)\ny/Add = Add(y/Conv, x)\ny = Relu(y/Add)\n");
  CHECK(groups_of(fused) == "residual x -> [y] [] -> y/Add");
}

TEST_CASE("a normalisation with a skip is a sum and a normalisation") {
  CHECK(groups_of("m = MatMul(x, W:float[4,4]); n, _, _, t = com.microsoft::SkipLayerNormalization(m, x, g:float[4], "
                  "b:float[4]);"
                  "k = MatMul(n, V:float[4,4]); y = Add(k, t)") ==
        "residual x -> [m] [] -> n/Add\nresidual t -> [n k] [] -> y");
}

TEST_CASE("weights in a processor's own layout are not read, and a note says so") {
  const Analysed analysed =
      analyse("y = com.microsoft.nchwc::Conv(x, W:float[8,8,1,1])", {.passes = {"explicit-branches"}});
  CHECK(analysed.graph->parameter(analysed.graph->nodes()[0], 1)->storage == WeightStorage::absent);
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].code == "blocked-weights");
}

TEST_CASE("what cannot be dequantised stays as it is") {
  const std::string computed =
      "y = QLinearConv(x, xs:float[]={0.1}, xz:uint8[]={1}, W:int8[2,2,3,3], s, wz:int8[]={0}, xs, xz)";
  CHECK(normal_form(computed).find("QLinearConv") != std::string::npos);
  CHECK(normal_form(
            "y = com.microsoft::MatMulNBits[K=9000000000, N=900000000, block_size=32](x, B:uint8[2,1,2], s:float[2])")
            .find("MatMulNBits") != std::string::npos);
}

TEST_CASE("an embedding without position ids adds the first rows of that table, as many as the ids have places") {
  const auto embedding = [](const std::string& header) {
    return normal_form(header +
                       "y, l = com.microsoft::EmbedLayerNormalization(i, _, E:float[10,8], P:float[6,8], _, "
                       "g:float[8], b:float[8])");
  };
  const std::string words = "y/sum/Gather = Gather(E, i)\n", norm = "y = LayerNormalization(y/sum, g, b)\n";
  CHECK(embedding("i:int64[1,4] -> y : ") == "y/sum/positions = Slice(P, P/begin, P/end, P/axis)\n" + words +
                                                 "y/sum = Add(y/sum/Gather, y/sum/positions)\n" + norm);
  const std::string whole = words + "y/sum = Add(y/sum/Gather, P)\n" + norm;
  CHECK(embedding("i:int64[1,6] -> y : ") == whole);
  CHECK(embedding("i:int64[1,?] -> y : ") == whole);
}
