#include <doctest/doctest.h>

#include <map>

#include "passes/factor_meaning.hpp"
#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

using Weights = std::map<std::string, std::pair<Dims, std::vector<float>>>;

// conv1 of 24 filters on RGB, the first half coloured and the second grey; conv2 reads coloured and grey units apart.
Weights colour_split() {
  RandomStream random(7, "colour split");
  const auto draw = [&] { return static_cast<float>(2 * random.unit() - 1); };
  std::vector<float> first, second;
  for (int unit = 0; unit < 24; ++unit) {
    for (int channel = 0; channel < 3; ++channel) {
      for (int tap = 0; tap < 9; ++tap) {
        const bool coloured = unit < 12;
        first.push_back(coloured ? draw() : (channel == 0 ? draw() : first[first.size() - 9]));
      }
    }
  }
  for (int output = 0; output < 32; ++output) {
    for (int input = 0; input < 24; ++input) {
      const bool same = (output < 16) == (input < 12);
      second.push_back((same ? 1.0f : 0.2f) * (0.5f + 0.5f * draw()));
    }
  }
  return {{"A", {{24, 3, 3, 3}, first}}, {"B", {{32, 24, 1, 1}, second}}};
}

Graph two_layers(const Weights& weights) {
  GraphBuilder builder("test");
  builder.add_input("x", ElementType::float32, Dims{1, 3, 8, 8});
  for (const auto& [name, weight] : weights)
    builder.add_parameter(name, make_weight(name, weight.first, weight.second));
  builder.add_node({"Conv", {"x", "A"}, {"a"}, "conv1"});
  builder.add_node({"Relu", {"a"}, {"r"}, "relu"});
  builder.add_node({"Conv", {"r", "B"}, {"y"}, "conv2"});
  builder.add_output("y");
  return builder.finish().value();
}

Factorization factors_of(const Weights& weights, const std::vector<std::string>& settings = {}) {
  auto analysed = run_passes(two_layers(weights), {.passes = {"factors"}, .settings = settings});
  REQUIRE(analysed.has_value());
  REQUIRE(analysed->findings.factors.size() == 1);
  return analysed->findings.factors[0];
}

}  // namespace

TEST_CASE("a planted axis between coloured and grey units is found and named") {
  const Factorization found = factors_of(colour_split());
  CHECK(found.id == "conv1->conv2");
  CHECK(found.factors->null.significant >= 1);
  CHECK(name_of_factor(found.meaning, 0) == "colour");
  for (std::size_t unit = 1; unit < 24; ++unit) {
    const bool same_half = unit < 12;
    CHECK((found.factors->inputs[unit].pole == found.factors->inputs[0].pole) == same_half);
  }
}

TEST_CASE("a unit's scale is a free gauge: it changes no factor") {
  Weights weights = colour_split();
  const Factorization before = factors_of(weights);
  for (int unit = 0; unit < 24; ++unit) {
    const float scale = 0.1f + static_cast<float>(unit);
    for (int tap = 0; tap < 27; ++tap) weights["A"].second[static_cast<std::size_t>(unit * 27 + tap)] *= scale;
    for (int output = 0; output < 32; ++output)
      weights["B"].second[static_cast<std::size_t>(output * 24 + unit)] /= scale;
  }
  const Factorization after = factors_of(weights);
  CHECK((before.factors->sigma - after.factors->sigma).cwiseAbs().maxCoeff() < 1e-6 * before.factors->sigma[0]);
  CHECK((before.factors->right.col(0) - after.factors->right.col(0)).cwiseAbs().maxCoeff() < 1e-5);
  CHECK(before.factors->null.p == after.factors->null.p);
  CHECK(before.factors->null.significant == after.factors->null.significant);
  for (std::size_t unit = 0; unit < 24; ++unit) {
    CHECK(before.factors->inputs[unit].factor == after.factors->inputs[unit].factor);
  }
  for (std::size_t i = 0; i < before.meaning.size(); ++i) {
    if (!before.meaning[i].may_name) continue;
    CHECK(before.meaning[i].q == doctest::Approx(after.meaning[i].q));
    CHECK(before.meaning[i].partial.value_or(9) == doctest::Approx(after.meaning[i].partial.value_or(9)).epsilon(1e-4));
  }
  CHECK(name_of_factor(before.meaning, 0) == name_of_factor(after.meaning, 0));
}

TEST_CASE("the raw matrix's first vector has one sign") {
  const Factorization found = factors_of(colour_split());
  CHECK(found.raw.one_signed);
  CHECK_FALSE(found.centred.one_signed);
}

TEST_CASE("options reach the numbers") {
  const Factorization found =
      factors_of(colour_split(), {"factors.k=2", "factors.normalise=none", "factors.centring=none"});
  CHECK(found.factors->sigma.size() == 2);
  CHECK(found.normalise == "none");
  CHECK(found.factors->sigma[0] == doctest::Approx(found.raw.sigma[0]));
}

TEST_CASE("layers without training have no factors, and the report says so") {
  const Analysed analysed = analyse(
      "x:[1,3,8,8] -> y : w = ConstantOfShape(s:int64[4]={4,3,3,3}); a = Conv(x, w);"
      "v = ConstantOfShape(t:int64[4]={4,4,3,3}); y = Conv(a, v)",
      {.passes = {"factors"}});
  CHECK(analysed.findings.factors.empty());
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].code == "untrained");
}

TEST_CASE("a weight that is not finite is a note, not a number") {
  Weights weights = colour_split();
  weights["B"].second[5] = std::numeric_limits<float>::infinity();
  auto analysed = run_passes(two_layers(weights), {.passes = {"factors"}});
  REQUIRE(analysed.has_value());
  CHECK(analysed->findings.factors.empty());
  CHECK_FALSE(analysed->findings.notes.empty());
}

TEST_CASE("of many that write into one sum, the nearest are compared, and the rest are counted") {
  std::string text = "x:[1,3,4,4] -> y : s0 = Conv(x, W:float[4,3,1,1]); ";
  for (int block = 1; block <= 5; ++block) {
    const std::string b = std::to_string(block), before = std::to_string(block - 1);
    text += "c" + b + " = Conv(s" + before + ", W" + b + ":float[4,4,1,1]); s" + b + " = Add(s" + before + ", c" + b +
            "); ";
  }
  text += "y = Conv(s5, V:float[4,4,1,1])";
  Wanted wanted{.passes = {"factors"}, .settings = {"factors.permutations=19"}};
  const Analysed all = analyse(text, wanted);
  CHECK(all.findings.factors.size() == 1 + 2 + 3 + 4 + 5 + 6);
  wanted.limits.wirings_of_layer = 2;
  const Analysed some = analyse(text, wanted);
  REQUIRE(some.findings.factors.size() == 1 + 5 * 2);
  CHECK(some.findings.factors.at(9).id == "c4->y");
  CHECK(some.findings.factors.at(10).id == "c5->y");
  REQUIRE_FALSE(some.findings.notes.empty());
  CHECK(some.findings.notes.back().text.rfind("10 pairs of layers are left out", 0) == 0);
}

TEST_CASE("what a join hands on has the features of the layers behind it") {
  const Analysed analysed = analyse(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,3,3]); b = Conv[pads=[1,1,1,1]](x, B:float[5,3,5,5]);"
      "r = Relu(b); c = Concat[axis=1](r, a); y = Conv(c, C:float[6,9,1,1])",
      {.passes = {"factors"}, .settings = {"factors.permutations=19"}});
  const Wiring& wiring = analysed.findings.factors.back().wiring;
  REQUIRE(wiring.joint);
  const auto read = features_read(analysed.findings, *analysed.graph, analysed.analyses->channel_flow(), wiring);
  REQUIRE(read.has_value());
  const auto &a = analysed.findings.features[0].find("colour")->values,
             &b = analysed.findings.features[1].find("colour")->values;
  std::vector<double> joined = b;
  joined.insert(joined.end(), a.begin(), a.end());
  CHECK(read->find("colour")->values == joined);
  CHECK_FALSE(read->linearised);
}

TEST_CASE("what a join holds may be read by a layer with several parts") {
  const auto ids = [](const std::string& reader) {
    const Analysed analysed = analyse(
        "x:[3,5,12] -> y : a = MatMul(x, A:float[12,10]); b = MatMul(x, B:float[12,10]);"
        "c = Concat[axis=2](a, b); y = " +
            reader,
        {.passes = {"factors"}});
    std::string text;
    for (const Factorization& factors : analysed.findings.factors) text += factors.id + " ";
    return text;
  };
  CHECK(ids("MatMul(c, S:float[3,20,9])").find("c->y[2]") != std::string::npos);
  CHECK(ids("LSTM[hidden_size=4](c, W:float[1,16,20], R:float[1,16,4])").find("c->y.Wc") != std::string::npos);
}
