#include "passes/wiring.hpp"

#include <doctest/doctest.h>

#include "passes/wiring_gains.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

struct Wirings {
  Graph graph;
  ChannelFlow flow;
  WeightLayer layer;
  std::vector<Wiring> wirings;

  Wirings(const std::string& text, std::string_view to)
      : graph(graph_from_text(text)),
        flow(graph),
        layer(find_weight_layer(graph, *graph.find_node(to)).value()),
        wirings(find_wirings(graph, flow, layer)) {}

  std::string ids() const {
    std::string text;
    for (const Wiring& wiring : wirings)
      text += (text.empty() ? "" : " ") + wiring.id(graph) + (wiring.joint ? "*" : "");
    return text;
  }
  Eigen::MatrixXd matrix(std::size_t wiring, KernelReduction reduction = KernelReduction::l2) const {
    return wiring_matrix(graph, read_reduced(graph, flow, layer, reduction, {}).value(), wirings.at(wiring),
                         input_scales(graph, flow, wirings.at(wiring)), {})
        .value();
  }
  // The weight at its plain indices.
  double weight(const std::vector<std::int64_t>& at) const {
    const WeightView& view = graph[layer.weight];
    std::int64_t place = 0;
    for (std::size_t i = 0; i < at.size(); ++i) place = place * view.dims[i] + at[i];
    return view.decode_double().value()[static_cast<std::size_t>(place)];
  }
};

}  // namespace

TEST_CASE("a layer reads the layer before it, through what keeps channels apart") {
  const Wirings found(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,3,3]); r = Relu(a); p = MaxPool(r);"
      "y = Conv(p, B:float[5,4,3,3])",
      "y");
  CHECK(found.ids() == "a->y");
  const Eigen::MatrixXd m = found.matrix(0);
  REQUIRE(m.rows() == 5);
  REQUIRE(m.cols() == 4);
  double sum = 0;
  for (std::int64_t h = 0; h < 3; ++h) {
    for (std::int64_t w = 0; w < 3; ++w) sum += found.weight({2, 3, h, w}) * found.weight({2, 3, h, w});
  }
  CHECK(m(2, 3) == doctest::Approx(std::sqrt(sum)).epsilon(1e-12));
}

TEST_CASE("the first layer reads the image, which is no layer") {
  CHECK(Wirings("x:[1,3,8,8] -> y : y = Conv(x, A:float[4,3,3,3])", "y").ids() == "");
}

TEST_CASE("behind a concatenation there is a wiring from each arm and one from the join") {
  const Wirings found(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); b = Conv(x, B:float[3,3,1,1]);"
      "c = Concat[axis=1](a, b); r = Relu(c); y = Conv(r, D:float[4,5,1,1])",
      "y");
  CHECK(found.ids() == "a->y b->y c->y*");
  CHECK(found.matrix(1)(3, 2) == doctest::Approx(std::abs(found.weight({3, 4, 0, 0}))));
  CHECK(found.matrix(2).cols() == 5);
  CHECK(found.matrix(2).rightCols(3) == found.matrix(1));
}

TEST_CASE("a flattened channel is a run of columns, reduced to its norm") {
  const Wirings found(
      "x:[1,3,2,2] -> y : a:[1,4,2,2] = Conv(x, A:float[4,3,1,1]); f = Flatten(a);"
      "y = Gemm[transB=1](f, B:float[3,16])",
      "y");
  CHECK(found.ids() == "a->y");
  const Eigen::MatrixXd m = found.matrix(0);
  REQUIRE(m.cols() == 4);
  double sum = 0;
  for (std::int64_t i = 8; i < 12; ++i) sum += found.weight({1, i}) * found.weight({1, i});
  CHECK(m(1, 2) == doctest::Approx(std::sqrt(sum)).epsilon(1e-12));
}

TEST_CASE("a grouped convolution is block-diagonal") {
  const Wirings found("x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); y = Conv[group=2](a, B:float[6,2,1,1])", "y");
  const Eigen::MatrixXd m = found.matrix(0);
  CHECK(m.topRightCorner(3, 2).isZero());
  CHECK(m.bottomLeftCorner(3, 2).isZero());
  CHECK(m(4, 3) == doctest::Approx(std::abs(found.weight({4, 1, 0, 0}))));
}

TEST_CASE("a transposed convolution keeps its inputs first") {
  const Wirings found(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); y = ConvTranspose[group=2](a, B:float[4,3,1,1])", "y");
  const Eigen::MatrixXd m = found.matrix(0);
  REQUIRE(m.rows() == 6);
  CHECK(m(4, 3) == doctest::Approx(std::abs(found.weight({3, 1, 0, 0}))));
  CHECK(m(0, 3) == 0);
}

TEST_CASE("MatMul has its weight on either side") {
  const Wirings right("x:[1,3] -> y : a = MatMul(x, A:float[3,4]); y = MatMul(a, B:float[4,5])", "y");
  CHECK(right.matrix(0)(4, 2) == doctest::Approx(std::abs(right.weight({2, 4}))));
  const Wirings left("x:[3,7] -> y : a = MatMul(A:float[4,3], x); y = MatMul(B:float[5,4], a)", "y");
  CHECK(left.matrix(0)(4, 2) == doctest::Approx(std::abs(left.weight({4, 2}))));
}

TEST_CASE("the batch norm after a layer scales its rows") {
  const Wirings found(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); b = Conv(a, B:float[2,2,1,1]);"
      "y = BatchNormalization[epsilon=0.0](b, g:float[2]={2,-3}, o:float[2], m:float[2], v:float[2]={4,1})",
      "b");
  CHECK(found.matrix(0)(0, 1) == doctest::Approx(std::abs(found.weight({0, 1, 0, 0}))));
  CHECK(found.matrix(0)(1, 1) == doctest::Approx(3 * std::abs(found.weight({1, 1, 0, 0}))));
}

TEST_CASE("a batch norm scales columns only where no nonlinearity follows it") {
  const char* const norm =
      "BatchNormalization[epsilon=0.0](a, g:float[2]={2,5}, o:float[2], m:float[2], v:float[2]={1,1})";
  const Wirings linear(
      std::string("x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); n = ") + norm + "; y = Conv(n, B:float[2,2,1,1])",
      "y");
  CHECK(linear.matrix(0)(0, 1) == doctest::Approx(5 * std::abs(linear.weight({0, 1, 0, 0}))));
  const Wirings bent(std::string("x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); n = ") + norm +
                         "; r = Relu(n); y = Conv(r, B:float[2,2,1,1])",
                     "y");
  CHECK(bent.matrix(0)(0, 1) == doctest::Approx(std::abs(bent.weight({0, 1, 0, 0}))));
}

TEST_CASE("a batch norm between the join and the layer scales the joint wiring, one inside an arm does not") {
  const Wirings found(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[2,3,1,1]); b = Conv(x, B:float[2,3,1,1]);"
      "na = BatchNormalization[epsilon=0.0](a, h:float[2]={7,7}, p:float[2], q:float[2], w:float[2]={1,1});"
      "c = Concat[axis=1](na, b);"
      "n = BatchNormalization[epsilon=0.0](c, g:float[4]={2,5,3,11}, o:float[4], m:float[4], v:float[4]={1,1,1,1});"
      "y = Conv(n, D:float[4,4,1,1])",
      "y");
  REQUIRE(found.ids() == "a->y b->y c->y*");
  const Eigen::MatrixXd arm = found.matrix(0), other = found.matrix(1), joint = found.matrix(2);
  CHECK(arm(3, 1) == doctest::Approx(7 * 5 * std::abs(found.weight({3, 1, 0, 0}))));
  CHECK(other(3, 1) == doctest::Approx(11 * std::abs(found.weight({3, 3, 0, 0}))));
  CHECK(joint(3, 1) == doctest::Approx(5 * std::abs(found.weight({3, 1, 0, 0}))));
  CHECK(joint(3, 3) == doctest::Approx(11 * std::abs(found.weight({3, 3, 0, 0}))));
}

TEST_CASE("a batch norm over time steps does not scale the units of a layer, though there are as many") {
  const Wirings found(
      "x:[1,4,3] -> y : a:[1,4,3] = MatMul(x, A:float[3,3]); b:[1,4,4] = MatMul(a, B:float[3,4]);"
      "y:[1,4,4] = BatchNormalization[epsilon=0.0](b, g:float[4]={2,5,3,11}, o:float[4], m:float[4], "
      "v:float[4]={1,1,1,1})",
      "b");
  CHECK(found.matrix(0)(1, 2) == doctest::Approx(std::abs(found.weight({2, 1}))));
}

TEST_CASE("a sum leaves a wiring from each of its terms") {
  CHECK(Wirings("x:[1,4,8,8] -> y : a = Conv(x, A:float[4,4,1,1]); b = Conv(a, B:float[4,4,1,1]); s = Add(a, b);"
                "y = Conv(s, C:float[2,4,1,1])",
                "y")
            .ids() == "a->y b->y");
}

TEST_CASE("a unit that has columns all over a flattened image takes the norm of them all, each with its own gain") {
  const Wirings found(
      "x:[1,3,1,2] -> y : a:[1,2,1,2] = Conv(x, A:float[2,3,1,1]); t:[1,1,2,2] = Transpose[perm=[0,2,3,1]](a);"
      "f:[1,4] = Reshape(t, s:int64[2]={1,4});"
      "n = BatchNormalization[epsilon=0.0](f, g:float[4]={2,5,3,11}, o:float[4], m:float[4], v:float[4]={1,1,1,1});"
      "y = Gemm[transB=1](n, B:float[3,4])",
      "y");
  REQUIRE(found.ids() == "a->y");
  const Eigen::MatrixXd m = found.matrix(0);
  CHECK(m(1, 0) == doctest::Approx(std::hypot(2 * found.weight({1, 0}), 3 * found.weight({1, 2}))));
  CHECK(m(2, 1) == doctest::Approx(std::hypot(5 * found.weight({2, 1}), 11 * found.weight({2, 3}))));
}

TEST_CASE("a layer reads along its own axis only") {
  const Wirings found("x:[4,4] -> y : a:[4,4] = MatMul(A:float[4,4], x); y = MatMul(a, B:float[4,5])", "y");
  CHECK(found.ids() == "");
  CHECK(why_no_wirings(found.graph, found.flow, found.layer) ==
        "the layer reads along another axis than that of the channels");
}

TEST_CASE("what only the image feeds has no wirings, and needs no reason") {
  const Wirings found("x:[1,3,8,8] -> y : y = Conv(x, A:float[4,3,3,3])", "y");
  CHECK(why_no_wirings(found.graph, found.flow, found.layer) == "");
}

TEST_CASE("the output projection of attention reads the values, head by head") {
  const Wirings found(
      "x:[1,5,6] -> y : q = MatMul(x, Q:float[6,4]); k = MatMul(x, K:float[6,4]); v:[1,5,4] = MatMul(x, V:float[6,4]);"
      "qs:[1,5,2,2] = Reshape(q, sq:int64[4]={1,5,2,2}); qh:[1,2,5,2] = Transpose[perm=[0,2,1,3]](qs);"
      "ks:[1,5,2,2] = Reshape(k, sk:int64[4]={1,5,2,2}); kh:[1,2,2,5] = Transpose[perm=[0,2,3,1]](ks);"
      "vs:[1,5,2,2] = Reshape(v, sv:int64[4]={1,5,2,2}); vh:[1,2,5,2] = Transpose[perm=[0,2,1,3]](vs);"
      "l:[1,2,5,5] = MatMul(qh, kh); p:[1,2,5,5] = Softmax[axis=-1](l); c:[1,2,5,2] = MatMul(p, vh);"
      "m:[1,5,2,2] = Transpose[perm=[0,2,1,3]](c); o:[1,5,4] = Reshape(m, so:int64[3]={1,5,4});"
      "y = MatMul(o, B:float[4,3])",
      "y");
  CHECK(found.ids() == "");
  const auto values = find_value_wirings(found.graph, find_attention(found.graph), found.layer);
  REQUIRE(values.size() == 1);
  CHECK(values[0].id(found.graph) == "v->y");
  CHECK(values[0].gated);
  const auto reduced = read_reduced(found.graph, found.flow, found.layer, KernelReduction::l2, {}).value();
  const Eigen::MatrixXd m =
      wiring_matrix(found.graph, reduced, values[0], input_scales(found.graph, found.flow, values[0]), {}).value();
  CHECK(m(2, 3) == doctest::Approx(std::abs(found.weight({3, 2}))));
}

TEST_CASE("a matrix that is nearly all zeros between groups is refused before it is made") {
  const Wirings found("x:[1,4,1,1] -> y : a = Conv(x, A:float[64,4,1,1]); y = Conv[group=32](a, B:float[64,2,1,1])",
                      "y");
  const auto reduced = read_reduced(found.graph, found.flow, found.layer, KernelReduction::l2, {}).value();
  const auto matrix = [&](std::int64_t blank) {
    Limits limits;
    limits.blank_entries = blank;
    return wiring_matrix(found.graph, reduced, found.wirings[0],
                         input_scales(found.graph, found.flow, found.wirings[0]), limits);
  };
  CHECK(matrix(64 * 62));
  CHECK(matrix(64 * 62 - 1).error().message == "wiring 'a->y': 64 x 64 entries, most of which no weight stands behind");
}
