// One network in every form in which its weights may stand: all give the same factors.
//
//     x ──▶ first ──▶ relu ──▶ second ──▶ y        second [20 x 16]: plain, turned, as a convolution, with its norm folded
//                                                  or not, in 8 bits, as a slice of a stack …
#include <doctest/doctest.h>

#include <cmath>

#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

constexpr std::int64_t kIn = 24, kMiddle = 16, kOut = 20;

using Values = std::vector<float>;

// [rows x columns], two blocks of units that read each other more than the rest.
Values block_matrix(std::int64_t rows, std::int64_t columns) {
  RandomStream random(11, "weight forms " + std::to_string(rows));
  Values values;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const bool same = (2 * r < rows) == (2 * c < columns);
      values.push_back((same ? 1.0f : 0.3f) * static_cast<float>(2 * random.unit() - 1));
    }
  }
  return values;
}

const Values& first() {  // [kMiddle x kIn]
  static const Values kValues = block_matrix(kMiddle, kIn);
  return kValues;
}
const Values& second() {  // [kOut x kMiddle]
  static const Values kValues = block_matrix(kOut, kMiddle);
  return kValues;
}

Values turned(const Values& matrix, std::int64_t rows) {
  const std::int64_t columns = static_cast<std::int64_t>(matrix.size()) / rows;
  Values values(matrix.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      values[static_cast<std::size_t>(c * rows + r)] = matrix[static_cast<std::size_t>(r * columns + c)];
    }
  }
  return values;
}

// Each row times its scale.
Values scaled_rows(Values matrix, const Values& scales) {
  const std::size_t columns = matrix.size() / scales.size();
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] *= scales[i / columns];
  return matrix;
}
Values scaled_columns(Values matrix, const Values& scales) {
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] *= scales[i % scales.size()];
  return matrix;
}

Values gains(std::size_t count) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.push_back((i % 2 == 0 ? 1.0f : -1.0f) * (0.5f + 0.1f * float(i)));
  return values;
}

template <class T>
WeightView integers_as(ElementType type, Dims dims, std::vector<T> values) {
  auto kept = std::make_shared<const std::vector<T>>(std::move(values));
  WeightView view;
  view.type = type;
  view.storage = WeightStorage::dense;
  view.dims = std::move(dims);
  view.bytes = std::as_bytes(std::span<const T>(*kept));
  view.owned = std::move(kept);
  return view;
}

struct Int8 {
  std::vector<std::int8_t> values;
  Values scales;  // by row
};

Int8 quantised(const Values& matrix, std::size_t rows, bool one_scale) {
  Int8 result;
  const std::size_t columns = matrix.size() / rows;
  float most = 0;
  for (const float value : matrix) most = std::max(most, std::abs(value));
  for (std::size_t r = 0; r < rows; ++r) {
    float largest = 0;
    for (std::size_t c = 0; c < columns; ++c) largest = std::max(largest, std::abs(matrix[r * columns + c]));
    result.scales.push_back((one_scale ? most : largest) / 127);
    for (std::size_t c = 0; c < columns; ++c) {
      result.values.push_back(static_cast<std::int8_t>(std::lround(matrix[r * columns + c] / result.scales[r])));
    }
  }
  return result;
}

struct Net {
  GraphBuilder builder{"net"};
  bool image = false;

  explicit Net(bool convolutions = false) : image(convolutions) {
    builder.add_input("x", ElementType::float32, image ? Dims{1, kIn, 6, 6} : Dims{5, kIn});
    if (image) {
      weight("A", {kMiddle, kIn, 1, 1}, first());
      node("Conv", {"x", "A"}, "a", {}, "first");
    } else {
      weight("A", {kIn, kMiddle}, turned(first(), kMiddle));
      node("MatMul", {"x", "A"}, "a", {}, "first");
    }
    shape("a", kMiddle);
    node("Relu", {"a"}, "r");
    shape("r", kMiddle);
  }

  void shape(const std::string& value, std::int64_t channels) {
    builder.set_type(value, ElementType::float32, image ? Dims{1, channels, 6, 6} : Dims{5, channels});
  }
  void weight(const std::string& name, Dims dims, Values values) {
    builder.add_parameter(name, make_weight(name, std::move(dims), std::move(values)));
  }
  void weight(const std::string& name, WeightView view) {
    view.name = name;
    builder.add_parameter(name, std::move(view));
  }
  void node(const std::string& op, std::vector<std::string> inputs, const std::string& output,
            std::vector<Attribute> attributes = {}, const std::string& name = {}, const std::string& domain = {}) {
    GraphBuilder::NewNode made{op, std::move(inputs), {output}, name.empty() ? output : name, domain};
    made.attributes = std::move(attributes);
    builder.add_node(std::move(made));
  }
  void norm(const std::string& from, const std::string& to, const Values& gamma, float variance) {
    const auto n = static_cast<std::int64_t>(gamma.size());
    weight(to + ".g", {n}, gamma);
    weight(to + ".b", {n}, Values(gamma.size(), 0.3f));
    weight(to + ".m", {n}, Values(gamma.size(), 0.1f));
    weight(to + ".v", {n}, Values(gamma.size(), variance));
    node("BatchNormalization", {from, to + ".g", to + ".b", to + ".m", to + ".v"}, to, {{"epsilon", 0.0f}});
  }

  std::vector<Factorization> factors() {
    builder.add_output("y");
    auto analysed =
        run_passes(builder.finish().value(), {.passes = {"factors"}, .settings = {"factors.permutations=9"}});
    REQUIRE(analysed.has_value());
    return std::move(analysed->findings.factors);
  }
  // Of the one wiring between the two layers.
  Factorization between() {
    auto found = factors();
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == "first->second");
    return std::move(found[0]);
  }
};

const Attribute kTransA{"transA", std::int64_t{1}}, kTransB{"transB", std::int64_t{1}};

Factorization as_product(const Values& matrix) {  // [kOut x kMiddle]
  Net net;
  net.weight("B", {kMiddle, kOut}, turned(matrix, kOut));
  net.node("MatMul", {"r", "B"}, "y", {}, "second");
  return net.between();
}

void check_alike(const Factorization& found, const Factorization& expected, double tolerance) {
  REQUIRE(found.factors->sigma.size() == expected.factors->sigma.size());
  CHECK((found.factors->sigma - expected.factors->sigma).cwiseAbs().maxCoeff() <
        tolerance * expected.factors->sigma[0]);
  REQUIRE(found.raw.sigma.size() == 2);
  CHECK(std::abs(found.raw.sigma[0] - expected.raw.sigma[0]) < tolerance * expected.raw.sigma[0]);
  CHECK(std::abs(found.raw.sigma[1] - expected.raw.sigma[1]) < tolerance * expected.raw.sigma[0]);
  CHECK((found.factors->right.col(0) - expected.factors->right.col(0)).cwiseAbs().maxCoeff() < tolerance);
  CHECK((found.factors->left.col(0) - expected.factors->left.col(0)).cwiseAbs().maxCoeff() < tolerance);
}

constexpr double kRounding = 1e-5, kEightBits = 0.02, kFourBits = 0.15;

}  // namespace

TEST_CASE("a matrix gives the same factors on either side of a product, turned or not, and as a convolution") {
  const Factorization expected = as_product(second());
  const Values forwards = turned(second(), kOut);  // [kMiddle x kOut]
  SUBCASE("Gemm") {
    Net net;
    net.weight("B", {kMiddle, kOut}, forwards);
    net.node("Gemm", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("Gemm, its weight turned") {
    Net net;
    net.weight("B", {kOut, kMiddle}, second());
    net.node("Gemm", {"r", "B"}, "y", {kTransB}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("Gemm, its data turned") {
    Net net;
    net.weight("B", {kMiddle, kOut}, forwards);
    net.node("Transpose", {"r"}, "t", {{"perm", std::vector<std::int64_t>{1, 0}}});
    net.node("Gemm", {"t", "B"}, "y", {kTransA}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("Gemm, its weight first") {
    Net net;
    net.weight("B", {kOut, kMiddle}, second());
    net.node("Gemm", {"B", "r"}, "y", {kTransB}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("Gemm, its weight first and turned") {
    Net net;
    net.weight("B", {kMiddle, kOut}, forwards);
    net.node("Gemm", {"B", "r"}, "y", {kTransA, kTransB}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("MatMul behind a Transpose of the weight") {
    Net net;
    net.weight("B", {kOut, kMiddle}, second());
    net.node("Transpose", {"B"}, "t", {{"perm", std::vector<std::int64_t>{1, 0}}});
    net.node("MatMul", {"r", "t"}, "y", {}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("a stack of one") {
    Net net;
    net.weight("B", {1, kMiddle, kOut}, forwards);
    net.node("MatMul", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("a convolution of 1 x 1") {
    Net net(true);
    net.weight("B", {kOut, kMiddle, 1, 1}, second());
    net.node("Conv", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), expected, kRounding);
  }
  SUBCASE("a transposed convolution of 1 x 1") {
    Net net(true);
    net.weight("B", {kMiddle, kOut, 1, 1}, forwards);
    net.node("ConvTranspose", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), expected, kRounding);
  }
}

TEST_CASE("a norm behind a layer is folded: as batch normalisation, as product and sum, behind the bias") {
  const Values scales = gains(kOut);
  Values halved = scales;
  for (float& scale : halved) scale /= 2;  // variance 4
  const Factorization expected = as_product(scaled_rows(second(), halved));
  Net net(true);
  net.weight("B", {kOut, kMiddle, 1, 1}, second());
  SUBCASE("BatchNormalization") {
    net.node("Conv", {"r", "B"}, "z", {}, "second");
    net.shape("z", kOut);
    net.norm("z", "y", scales, 4);
  }
  SUBCASE("Mul and Add") {
    net.weight("g", {kOut, 1, 1}, halved);
    net.weight("b", {1, kOut, 1, 1}, scales);
    net.node("Conv", {"r", "B"}, "z", {}, "second");
    net.shape("z", kOut);
    net.node("Mul", {"z", "g"}, "s");
    net.shape("s", kOut);
    net.node("Add", {"s", "b"}, "y");
  }
  SUBCASE("behind the bias, in two factors") {
    net.weight("b", {kOut, 1, 1}, scales);
    net.weight("two", {}, {2});
    net.node("Conv", {"r", "B"}, "z", {}, "second");
    net.shape("z", kOut);
    net.node("Add", {"z", "b"}, "s");
    net.shape("s", kOut);
    net.node("Div", {"s", "two"}, "d");
    net.shape("d", kOut);
    net.norm("d", "y", scales, 1);
  }
  check_alike(net.between(), expected, kRounding);
}

TEST_CASE("a norm before a layer is folded where no nonlinearity stands between") {
  const Values scales = gains(kMiddle);
  const Factorization expected = as_product(scaled_columns(second(), scales));
  Net net(true);
  net.weight("B", {kOut, kMiddle, 1, 1}, second());
  SUBCASE("BatchNormalization, padded by hand") {
    net.norm("r", "n", scales, 1);
    net.shape("n", kMiddle);
    net.weight("pads", make_weight("pads", {8}, std::vector<std::int64_t>{0, 0, 1, 1, 0, 0, 1, 1}));
    net.node("Pad", {"n", "pads"}, "p");
    net.node("Conv", {"p", "B"}, "y", {}, "second");
  }
  SUBCASE("Mul and Add") {
    net.weight("g", {kMiddle, 1, 1}, scales);
    net.weight("b", {kMiddle, 1, 1}, scales);
    net.node("Mul", {"g", "r"}, "s");
    net.shape("s", kMiddle);
    net.node("Add", {"s", "b"}, "n");
    net.node("Conv", {"n", "B"}, "y", {}, "second");
  }
  SUBCASE("the gain of a norm per instance") {
    net.weight("g", {kMiddle}, scales);
    net.weight("b", {kMiddle}, scales);
    net.node("InstanceNormalization", {"r", "g", "b"}, "n");
    net.node("Conv", {"n", "B"}, "y", {}, "second");
  }
  check_alike(net.between(), expected, kRounding);
}

TEST_CASE("the gain of layer normalisation belongs to the layer that reads it") {
  const Values scales = gains(kMiddle);
  Net net;
  net.weight("B", {kMiddle, kOut}, turned(second(), kOut));
  net.weight("g", {kMiddle}, scales);
  net.node("LayerNormalization", {"r", "g"}, "n", {{"axis", std::int64_t{-1}}});
  net.node("MatMul", {"n", "B"}, "y", {}, "second");
  check_alike(net.between(), as_product(scaled_columns(second(), scales)), kRounding);
}

TEST_CASE("weights in 8 bits give the factors of the plain model, up to rounding") {
  const Factorization expected = as_product(second());
  const Int8 rows = quantised(second(), kOut, false), whole = quantised(second(), kOut, true);
  const auto scale_of_all = [&](Net& net) { net.weight("s", {}, {whole.scales[0]}); };
  const auto columns_of = [&](const Int8& from) {  // [kMiddle x kOut]
    std::vector<std::int8_t> values(from.values.size());
    for (std::size_t r = 0; r < kOut; ++r) {
      for (std::size_t c = 0; c < kMiddle; ++c) values[c * kOut + r] = from.values[r * kMiddle + c];
    }
    return values;
  };
  const auto quantise_data = [](Net& net) {
    net.weight("xs", {}, {0.1f});
    net.weight("xz", integers_as<std::uint8_t>(ElementType::uint8, {}, {0}));
    net.node("QuantizeLinear", {"r", "xs", "xz"}, "rq");
    net.shape("rq", kMiddle);
  };
  SUBCASE("DequantizeLinear, one scale") {
    Net net;
    scale_of_all(net);
    net.weight("Bq", integers_as(ElementType::int8, {kMiddle, kOut}, columns_of(whole)));
    net.node("DequantizeLinear", {"Bq", "s"}, "B");
    net.node("MatMul", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), expected, kEightBits);
  }
  SUBCASE("DequantizeLinear by channel, then Transpose") {
    Net net;
    net.weight("s", {kOut}, rows.scales);
    net.weight("Bq", integers_as(ElementType::int8, {kOut, kMiddle}, rows.values));
    net.node("DequantizeLinear", {"Bq", "s"}, "B", {{"axis", std::int64_t{0}}});
    net.node("Transpose", {"B"}, "t");
    net.node("MatMul", {"r", "t"}, "y", {}, "second");
    check_alike(net.between(), expected, kEightBits);
  }
  SUBCASE("QLinearConv by channel") {
    Net net(true);
    quantise_data(net);
    net.weight("s", {kOut}, rows.scales);
    net.weight("z", integers_as(ElementType::int8, {kOut}, std::vector<std::int8_t>(kOut, 0)));
    net.weight("Bq", integers_as(ElementType::int8, {kOut, kMiddle, 1, 1}, rows.values));
    net.node("QLinearConv", {"rq", "xs", "xz", "Bq", "s", "z", "xs", "xz"}, "yq", {}, "second");
    net.node("DequantizeLinear", {"yq", "xs", "xz"}, "y");
    check_alike(net.between(), expected, kEightBits);
  }
  SUBCASE("QLinearMatMul by column") {
    Net net;
    quantise_data(net);
    net.weight("s", {kOut}, rows.scales);
    net.weight("z", integers_as(ElementType::int8, {kOut}, std::vector<std::int8_t>(kOut, 0)));
    net.weight("Bq", integers_as(ElementType::int8, {kMiddle, kOut}, columns_of(rows)));
    net.node("QLinearMatMul", {"rq", "xs", "xz", "Bq", "s", "z", "xs", "xz"}, "yq", {}, "second");
    net.node("DequantizeLinear", {"yq", "xs", "xz"}, "y");
    check_alike(net.between(), expected, kEightBits);
  }
  SUBCASE("MatMulInteger, its scales behind it") {
    Net net;
    GraphBuilder::NewNode dynamic{"DynamicQuantizeLinear", {"r"}, {"rq", "rs", "rz"}, "dynamic"};
    net.builder.add_node(std::move(dynamic));
    net.shape("rq", kMiddle);
    net.weight("s", {kOut}, rows.scales);
    net.weight("Bq", integers_as(ElementType::int8, {kMiddle, kOut}, columns_of(rows)));
    net.node("MatMulInteger", {"rq", "Bq", "rz"}, "yi", {}, "second");
    net.builder.set_type("yi", ElementType::int32, Dims{5, kOut});
    net.node("Cast", {"yi"}, "yf", {{"to", std::int64_t{1}}});
    net.shape("yf", kOut);
    net.node("Mul", {"rs", "s"}, "ss");
    net.node("Mul", {"yf", "ss"}, "y");
    check_alike(net.between(), expected, kEightBits);
  }
  SUBCASE("float8 with a scale for each column") {
    // Powers of two are exact in e4m3: sign, 4 bits of exponent with bias 7, 3 of mantissa.
    Values powers;
    std::vector<std::uint8_t> bits;
    for (std::size_t i = 0; i < second().size(); ++i) {
      const int exponent = static_cast<int>((i * 7 + i / kOut) % 5);
      powers.push_back(std::ldexp(1.0f, exponent - 2));
      bits.push_back(static_cast<std::uint8_t>((exponent + 5) << 3));
    }
    Values scales = gains(kOut);
    Net net;
    net.weight("s", {kOut}, scales);
    net.weight("Bq", integers_as(ElementType::float8e4m3fn, {kMiddle, kOut}, bits));
    net.node("DequantizeLinear", {"Bq", "s"}, "B", {{"axis", std::int64_t{1}}});
    net.node("MatMul", {"r", "B"}, "y", {}, "second");
    check_alike(net.between(), as_product(scaled_rows(turned(powers, kMiddle), scales)), kRounding);
  }
}

TEST_CASE("weights in blocks of 4 bits give the factors of the plain model, up to rounding") {
  constexpr std::int64_t kBlock = 8;
  const Factorization expected = as_product(second());
  Values scales;
  std::vector<std::uint8_t> packed;
  for (std::size_t begin = 0; begin < second().size(); begin += kBlock) {  // along the rows
    float largest = 0;
    for (std::size_t i = begin; i < begin + kBlock; ++i) largest = std::max(largest, std::abs(second()[i]));
    scales.push_back(largest / 7);
    for (std::size_t i = begin; i < begin + kBlock; i += 2) {
      const auto stored = [&](std::size_t at) { return std::lround(second()[at] / scales.back()) + 8; };
      packed.push_back(static_cast<std::uint8_t>(stored(i) | stored(i + 1) << 4));
    }
  }
  Net net;
  net.weight("s", {kOut * kMiddle / kBlock}, scales);
  SUBCASE("MatMulNBits") {
    net.weight("Bq", integers_as(ElementType::uint8, {kOut, kMiddle / kBlock, kBlock / 2}, packed));
    net.node("MatMulNBits", {"r", "Bq", "s"}, "y",
             {{"K", kMiddle}, {"N", kOut}, {"bits", std::int64_t{4}}, {"block_size", kBlock}}, "second",
             "com.microsoft");
  }
  SUBCASE("DequantizeLinear") {
    net.weight("bs", {kOut, kMiddle / kBlock}, scales);
    net.weight("z", integers_as(ElementType::uint4, {kOut, kMiddle / kBlock}, std::vector<std::uint8_t>(kOut, 0x88)));
    net.weight("Bq", integers_as(ElementType::uint4, {kOut, kMiddle}, packed));
    net.node("DequantizeLinear", {"Bq", "bs", "z"}, "B", {{"axis", std::int64_t{1}}, {"block_size", kBlock}});
    net.node("Gemm", {"r", "B"}, "y", {kTransB}, "second");
  }
  check_alike(net.between(), expected, kFourBits);
}

TEST_CASE("each slice of a stack is a layer, and reads the same slice of the stack before it") {
  Values stack = turned(second(), kOut);
  const Values other = block_matrix(kMiddle, kOut);
  stack.insert(stack.end(), other.begin(), other.end());
  Net net;
  net.weight("U", {2, kMiddle, kMiddle}, block_matrix(2 * kMiddle, kMiddle));
  net.weight("B", {2, kMiddle, kOut}, stack);
  net.node("MatMul", {"r", "U"}, "u", {}, "up");
  net.builder.set_type("u", ElementType::float32, Dims{2, 5, kMiddle});
  net.node("MatMul", {"u", "B"}, "y", {}, "second");
  const auto found = net.factors();
  REQUIRE(found.size() == 4);
  CHECK(found[0].id == "first->up[0]");
  CHECK(found[1].id == "first->up[1]");
  CHECK(found[2].id == "up[0]->second[0]");
  CHECK(found[3].id == "up[1]->second[1]");
  check_alike(found[2], as_product(second()), kRounding);
  check_alike(found[3], as_product(turned(other, kMiddle)), kRounding);
}

TEST_CASE("each gate of a recurrent layer reads the input, and the state") {
  // Gates z, r, h of a GRU with kOut units: W [1, 3 kOut, kMiddle].
  Values input = block_matrix(kOut, kMiddle);
  input.insert(input.end(), second().begin(), second().end());
  input.insert(input.end(), second().begin(), second().end());
  Net net;
  net.weight("W", {1, 3 * kOut, kMiddle}, input);
  net.weight("R", {1, 3 * kOut, kOut}, block_matrix(3 * kOut, kOut));
  net.weight("axes", make_weight("axes", {1}, std::vector<std::int64_t>{1}));
  net.node("Unsqueeze", {"r", "axes"}, "u");
  net.node("GRU", {"u", "W", "R"}, "g", {{"hidden_size", kOut}}, "gru");
  net.weight("C", {kOut, 8}, block_matrix(kOut, 8));
  net.node("Squeeze", {"g", "axes"}, "q");
  net.node("MatMul", {"q", "C"}, "y", {}, "third");
  const auto found = net.factors();
  std::string ids;
  for (const Factorization& factors : found) ids += factors.id + " ";
  CHECK(ids == "first->gru.Wz first->gru.Wr first->gru.Wh gru->gru.Rz gru->gru.Rr gru->gru.Rh gru->third ");
  REQUIRE(found.size() == 7);
  check_alike(found[1], as_product(second()), kRounding);
  check_alike(found[2], as_product(second()), kRounding);
}

TEST_CASE("gates that the graph puts in another order are read where they lie") {
  Values input = block_matrix(kOut, kMiddle);
  input.insert(input.end(), second().begin(), second().end());
  Net net;
  net.weight("V", {2 * kOut, kMiddle}, input);
  for (const std::int64_t place : {0, 1}) {
    const std::string name = "g" + std::to_string(place);
    net.weight(name + ".b", make_weight("", {1}, std::vector<std::int64_t>{place * kOut}));
    net.weight(name + ".e", make_weight("", {1}, std::vector<std::int64_t>{(place + 1) * kOut}));
    net.node("Slice", {"V", name + ".b", name + ".e"}, name);
  }
  net.weight("axes", make_weight("axes", {1}, std::vector<std::int64_t>{0}));
  net.node("Concat", {"g1", "g0", "g1"}, "w", {{"axis", std::int64_t{0}}});
  net.node("Unsqueeze", {"w", "axes"}, "W");
  net.weight("R", {1, 3 * kOut, kOut}, block_matrix(3 * kOut, kOut));
  net.node("Unsqueeze", {"r", "axes"}, "u");
  net.node("GRU", {"u", "W", "R"}, "y", {{"hidden_size", kOut}}, "gru");
  const auto found = net.factors();
  REQUIRE(found.size() == 6);
  CHECK(found[0].id == "first->gru.Wz");
  check_alike(found[0], as_product(second()), kRounding);
  check_alike(found[1], as_product(block_matrix(kOut, kMiddle)), kRounding);
}

TEST_CASE("a table of embeddings is a producer, and so is each of several that are added") {
  Net net;
  net.builder.add_input("ids", ElementType::int64, Dims{1, 5});
  net.builder.add_input("places", ElementType::int64, Dims{1, 5});
  net.weight("T", {30, kMiddle}, block_matrix(30, kMiddle));
  net.weight("P", {9, kMiddle}, block_matrix(9, kMiddle));
  net.weight("B", {kMiddle, kOut}, turned(second(), kOut));
  net.node("Gather", {"T", "ids"}, "t", {}, "words");
  net.node("Gather", {"P", "places"}, "p", {}, "positions");
  net.node("Add", {"t", "p"}, "e");
  net.node("MatMul", {"e", "B"}, "y", {}, "second");
  const auto found = net.factors();
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == "words->second");
  CHECK(found[1].id == "positions->second");
  CHECK(found[0].wiring.summed);
  CHECK(found[0].factors == found[1].factors);
  check_alike(found[0], as_product(second()), kRounding);
}

TEST_CASE("weights that two nodes share are decomposed once") {
  Net net;
  net.weight("B", {kMiddle, kOut}, turned(second(), kOut));
  net.node("MatMul", {"x", "A"}, "c", {}, "again");
  net.node("MatMul", {"r", "B"}, "v", {}, "second");
  net.node("MatMul", {"c", "B"}, "w", {}, "twin");
  net.node("Concat", {"v", "w"}, "y", {{"axis", std::int64_t{0}}});
  const auto found = net.factors();
  REQUIRE(found.size() == 2);
  CHECK(found[1].id == "again->twin");
  CHECK(found[0].factors == found[1].factors);
}
