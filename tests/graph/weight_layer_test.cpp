#include "graph/weight_layer.hpp"

#include <doctest/doctest.h>

#include "tests/graph/graph_text.hpp"

namespace ramus::testing {
namespace {

struct Laid {
  Graph graph;
  WeightLayer layer;
  std::vector<float> values;

  float at(std::int64_t output, std::int64_t input, std::int64_t tap) const {
    return values[static_cast<std::size_t>(output * layer.output_stride + input * layer.input_stride +
                                           tap * layer.tap_stride)];
  }
};

Laid laid(std::string_view text) {
  Graph graph = graph_from_text(text);
  auto layer = find_weight_layer(graph, NodeId(0));
  REQUIRE(layer);
  auto values = graph[layer->weight].decode_float().value();
  return {std::move(graph), *layer, std::move(values)};
}

std::optional<std::int64_t> macs(std::string_view text) { return macs_of(graph_from_text(text), NodeId(0)); }

bool is_layer(std::string_view text) { return find_weight_layer(graph_from_text(text), NodeId(0)).has_value(); }

}  // namespace

TEST_CASE("a convolution's weight is [output, input, taps]") {
  const Laid conv = laid("x -> y : y = Conv(x, W:float[4,3,2,5])");
  CHECK(conv.layer.outputs == 4);
  CHECK(conv.layer.inputs == 3);
  CHECK(conv.layer.kernel == Dims{2, 5});
  CHECK(conv.layer.taps == 10);
  for (std::int64_t o = 0; o < 4; ++o) {
    for (std::int64_t i = 0; i < 3; ++i) {
      for (std::int64_t t = 0; t < 10; ++t) {
        CHECK(conv.at(o, i, t) == conv.values[static_cast<std::size_t>((o * 3 + i) * 10 + t)]);
      }
    }
  }
}

TEST_CASE("a grouped convolution has the inputs of one group in its weight") {
  const Laid conv = laid("x -> y : y = Conv[group=2](x, W:float[6,3,1])");
  CHECK(conv.layer.outputs == 6);
  CHECK(conv.layer.inputs == 6);
  CHECK(conv.layer.inputs_per_group() == 3);
  CHECK(conv.layer.outputs_per_group() == 3);
  CHECK_FALSE(conv.layer.is_depthwise());
  CHECK(conv.at(5, 2, 0) == conv.values[17]);
}

TEST_CASE("a depthwise convolution has a group for each input, and may have several outputs for each") {
  const Laid conv = laid("x -> y : y = Conv[group=3](x, W:float[6,1,3,3])");
  CHECK(conv.layer.is_depthwise());
  CHECK(conv.layer.inputs == 3);
  CHECK(conv.layer.outputs_per_group() == 2);
  CHECK_FALSE(laid("x -> y : y = Conv(x, W:float[6,1,3,3])").layer.is_depthwise());
}

TEST_CASE("a transposed convolution's weight is [input, output of a group, taps]") {
  const Laid conv = laid("x -> y : y = ConvTranspose[group=2](x, W:float[4,3,2])");
  CHECK(conv.layer.transposed);
  CHECK(conv.layer.inputs == 4);
  CHECK(conv.layer.outputs == 6);
  const std::int64_t group = 1, input = 1, output = 2, tap = 1;
  const std::int64_t first_input = group * conv.layer.inputs_per_group();
  CHECK(conv.at(output, first_input + input, tap) == conv.values[static_cast<std::size_t>((3 * 3 + 2) * 2 + 1)]);
}

TEST_CASE("Gemm's weight is [input, output], or the other way round with transB") {
  const Laid plain = laid("x -> y : y = Gemm(x, W:float[3,4])");
  CHECK(plain.layer.inputs == 3);
  CHECK(plain.layer.outputs == 4);
  CHECK(plain.layer.kernel.empty());
  CHECK(plain.at(2, 1, 0) == plain.values[1 * 4 + 2]);
  const Laid transposed = laid("x -> y : y = Gemm[transB=1](x, W:float[4,3])");
  CHECK(transposed.layer.inputs == 3);
  CHECK(transposed.layer.outputs == 4);
  CHECK(transposed.at(2, 1, 0) == transposed.values[2 * 3 + 1]);
}

TEST_CASE("MatMul's weight may stand on either side") {
  const Laid right = laid("x -> y : y = MatMul(x, W:float[3,4])");
  CHECK(right.layer.inputs == 3);
  CHECK(right.at(2, 1, 0) == right.values[1 * 4 + 2]);
  const Laid left = laid("x -> y : y = MatMul(W:float[4,3], x)");
  CHECK(left.layer.inputs == 3);
  CHECK(left.layer.outputs == 4);
  CHECK(left.graph[left.layer.input].name == "x");
  CHECK(left.at(2, 1, 0) == left.values[2 * 3 + 1]);
}

TEST_CASE("Gemm's weight may stand first, and either operand may be turned") {
  const Laid first = laid("x:[3,7] -> y : y = Gemm(W:float[4,3], x)");
  CHECK(first.layer.inputs == 3);
  CHECK(first.layer.outputs == 4);
  CHECK(first.layer.input_axis == 0);
  CHECK(first.layer.output_axis == 0);
  CHECK(first.at(2, 1, 0) == first.values[2 * 3 + 1]);
  const Laid turned = laid("x:[7,3] -> y : y = Gemm[transA=1, transB=1](W:float[3,4], x)");
  CHECK(turned.layer.inputs == 3);
  CHECK(turned.layer.outputs == 4);
  CHECK(turned.layer.input_axis == 1);
  CHECK(turned.at(2, 1, 0) == turned.values[1 * 4 + 2]);
  const Laid data = laid("x:[3,7] -> y : y = Gemm[transA=1](x, W:float[3,4])");
  CHECK(data.layer.inputs == 3);
  CHECK(data.layer.input_axis == 0);
  CHECK(data.layer.output_axis == 1);
}

TEST_CASE("a stack of matrices is one layer for each slice") {
  const Graph graph = graph_from_text("x:[2,5,3] -> y : y = MatMul(x, W:float[2,3,4])");
  CHECK(find_weight_layer(graph, NodeId(0)) == std::nullopt);
  const auto layers = find_weight_layers(graph, NodeId(0));
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].part == "[0]");
  CHECK(layers[1].part == "[1]");
  CHECK(layers[1].offset == 12);
  CHECK(layers[1].inputs == 3);
  CHECK(layers[1].outputs == 4);
  CHECK(layers[1].output_axis == 2);
  CHECK_FALSE(layers[0].has_weights_of(layers[1]));
  CHECK(find_weight_layers(graph_from_text("x -> y : y = MatMul(x, W:float[5000,1,1]=absent)"), NodeId(0)).empty());
}

TEST_CASE("a recurrent operator is a layer for each gate and direction, of the input and of the state") {
  const Graph graph = graph_from_text("x:[7,1,3] -> y, h : y, h = LSTM(x, W:float[2,16,3], R:float[2,16,4])");
  const auto layers = find_weight_layers(graph, NodeId(0));
  std::string parts;
  for (const WeightLayer& layer : layers) parts += layer.part + " ";
  CHECK(parts == ".Wi .Wo .Wf .Wc .WBi .WBo .WBf .WBc .Ri .Ro .Rf .Rc .RBi .RBo .RBf .RBc ");
  REQUIRE(layers.size() == 16);
  CHECK(layers[6].offset == (16 + 2 * 4) * 3);
  CHECK(layers[6].inputs == 3);
  CHECK(layers[6].outputs == 4);
  CHECK_FALSE(layers[6].reads_its_own_state());
  CHECK(layers[9].offset == 4 * 4);
  CHECK(layers[9].inputs == 4);
  CHECK(layers[9].reads_its_own_state());
  CHECK(
      find_weight_layers(graph_from_text("x -> y : y = LSTM(x, W:float[1,15,3], R:float[1,15,4])"), NodeId(0)).empty());
  CHECK(find_weight_layers(graph_from_text("x -> y : y = GRU(x, W:float[1,12,3])"), NodeId(0)).empty());
}

TEST_CASE("what is not a layer") {
  CHECK_FALSE(is_layer("x -> y : y = Relu(x)"));
  CHECK_FALSE(is_layer("x, W -> y : y = Conv(x, W)"));
  CHECK_FALSE(is_layer("x -> y : y = Conv(x)"));
  CHECK_FALSE(is_layer("-> y : y = Conv(x:float[1,3,8,8], W:float[4,3,1,1])"));
  CHECK_FALSE(is_layer("x -> y : y = MatMul(x, W:float[2,3,4])"));
  CHECK_FALSE(is_layer("x, z -> y : y = MatMul(x, z)"));
  CHECK_FALSE(is_layer("x -> y : y = com.example::Conv(x, W:float[4,3,1,1])"));
}

TEST_CASE("weights and attributes that do not fit together make no layer") {
  CHECK_FALSE(is_layer("x -> y : y = Conv[group=4](x, W:float[6,1,1])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv[group=0](x, W:float[6,1,1])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv[group=-1](x, W:float[6,1,1])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv[group=9223372036854775807](x, W:float[6,1,1])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv(x, W:float[6,1])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv(x, W:float[6,0,3])"));
  CHECK_FALSE(is_layer("x -> y : y = Conv(x, W:float[4,1,4611686018427387904,4611686018427387904,0]=absent)"));
}

TEST_CASE("a convolution multiplies once per output position, a transposed one once per input position") {
  CHECK(macs("x -> y : y:[1,4,5,6] = Conv(x, W:float[4,3,3,3])") == 4 * 3 * 9 * 5 * 6);
  CHECK(macs("x -> y : y:[8,6,5] = Conv[group=2](x, W:float[6,2,3])") == 6 * 2 * 3 * 5);
  CHECK(macs("x:[1,3,5,6] -> y : y:[1,4,10,12] = ConvTranspose(x, W:float[3,4,2,2])") == 3 * 4 * 4 * 5 * 6);
}

TEST_CASE("a matrix multiplies once for each position beside the units") {
  CHECK(macs("x -> y : y:[1,4] = Gemm(x, W:float[3,4])") == 12);
  CHECK(macs("x -> y : y:[2,7,4] = MatMul(x, W:float[3,4])") == 7 * 12);
  CHECK(macs("x -> y : y:[2,4,7] = MatMul(W:float[4,3], x)") == 7 * 12);
  CHECK(macs("x -> y : y:[4,7] = MatMul(W:float[4,3], x)") == 7 * 12);
}

TEST_CASE("without a shape, or with one beyond all measure, there is no number") {
  CHECK(macs("x -> y : y = Conv(x, W:float[4,3,3,3])") == std::nullopt);
  CHECK(macs("x -> y : y:[1,4,?,6] = Conv(x, W:float[4,3,3,3])") == std::nullopt);
  CHECK(macs("x -> y : y:[1,4,9223372036854775807,9223372036854775807] = Conv(x, W:float[4,3,3,3])") == std::nullopt);
  CHECK(macs("x -> y : y = Relu(x)") == 0);
}

}  // namespace ramus::testing
