#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

const char* const kTwoLayers =
    "x:[1,3,16,16] -> y : a = Conv[strides=[2,2]](x, A:float[6,3,3,3]); r = Relu(a); y = Conv(r, B:float[5,6,3,3])";

const UnitFeatures* features_of(const Analysed& analysed, const std::string& layer) {
  for (const UnitFeatures& features : analysed.findings.features) {
    if ((*analysed.graph)[features.layer].name == layer) return &features;
  }
  return nullptr;
}

std::string columns_of(const UnitFeatures& features) {
  std::string names;
  for (const FeatureColumn& column : features.columns) names += (names.empty() ? "" : " ") + column.name;
  return names;
}

Result<Analysed> with_features(const std::string& text, const std::vector<UserFeature>& features,
                               const std::vector<std::string>& passes = {}) {
  return run_passes(graph_from_text(text), {.passes = passes, .features = &features});
}

}  // namespace

TEST_CASE("the first layer has exact features of the image, those behind it linearised ones") {
  const Analysed analysed = analyse(kTwoLayers, {.passes = {"unit-features"}});
  const UnitFeatures &first = *features_of(analysed, "a"), &second = *features_of(analysed, "y");
  const std::string names =
      "colour frequency orientation orientation_selectivity verticality diagonality brightness fan_in_norm sparsity";
  CHECK(columns_of(first) == names);
  CHECK(columns_of(second) == names);
  CHECK_FALSE(first.linearised);
  CHECK(second.linearised);
  CHECK(first.field == std::array<std::int64_t, 2>{3, 3});
  CHECK(second.field == std::array<std::int64_t, 2>{7, 7});
  CHECK(second.find("colour")->values.size() == 5);
  CHECK(analysed.findings.notes.empty());
}

TEST_CASE("behind a layer that only repeats and reorders units, features are those of the units") {
  const Analysed analysed = analyse(
      "x:[1,3,16,16] -> y : a:[1,4,14,14] = Conv(x, A:float[4,3,3,3]); p = MaxPool[kernel_shape=[2,2], "
      "strides=[2,2]](a);"
      "y = Conv(p, B:float[2,4,1,1]={0,-2,0,0, 0,0,0,3})",
      {.passes = {"unit-features"}});
  for (const char* const name :
       {"colour", "frequency", "orientation", "orientation_selectivity", "verticality", "diagonality", "brightness"}) {
    const auto& units = features_of(analysed, "a")->find(name)->values;
    const auto& copies = features_of(analysed, "y")->find(name)->values;
    CHECK(copies[0] == doctest::Approx(units[1]));
    CHECK(copies[1] == doctest::Approx(units[3]));
  }
}

TEST_CASE("a layer without linearised kernels keeps its norms, and one note says why") {
  const Analysed analysed = analyse(kTwoLayers, {.passes = {"unit-features"}, .settings = {"unit-features.field=6"}});
  CHECK(columns_of(*features_of(analysed, "y")) == "fan_in_norm sparsity");
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].text ==
        "no linearised kernels, and so no features of the image, for 1 layer: fields beyond 6 pixels (1, 'y')");
  const Analysed none = analyse(kTwoLayers, {.passes = {"unit-features"}, .settings = {"unit-features.field=0"}});
  CHECK(none.findings.notes.empty());
}

TEST_CASE("features that a user gives reach the layer, its factors and its branches") {
  const std::string module =
      "x:[1,8,6,6] -> y : a = Conv(x, A:float[20,8,1,1]); b = Conv(x, B:float[12,8,3,3]); c = Concat[axis=1](a, b);"
      "y = Conv(c, C:float[16,32,1,1])";
  std::vector<double> numbers(32);
  for (std::size_t i = 0; i < 32; ++i) numbers[i] = i < 20 ? static_cast<double>(i) / 100 : 1 + static_cast<double>(i);
  const auto analysed = with_features(module, {{"f.json", "c", "curvature", numbers}});
  REQUIRE(analysed.has_value());
  CHECK(features_of(*analysed, "a")->find("curvature")->values[3] == 0.03);
  CHECK(features_of(*analysed, "b")->find("curvature")->values[0] == 21);
  CHECK(features_of(*analysed, "b")->find("curvature")->given);
  const auto& contrast = analysed->findings.specialization.at(0).branches.at(1).features.at(0);
  CHECK(contrast.feature == "curvature");
  CHECK(contrast.test.auc == 1);
  CHECK_FALSE(contrast.linearised);
  bool tested = false;
  for (const Factorization& factors : analysed->findings.factors) {
    for (const FactorMeaning& meaning : factors.meaning) {
      tested = tested || (meaning.feature == "curvature" && meaning.may_name);
    }
  }
  CHECK(tested);
}

TEST_CASE("features of a layer without weights of its own are used where they cover whole layers") {
  const auto half = with_features(
      "x:[1,8,6,6] -> y : a:[1,4,6,6] = Conv(x, A:float[4,8,1,1]);"
      "l:[1,2,6,6], r:[1,2,6,6] = Split[axis=1](a); y = Conv(l, B:float[3,2,1,1])",
      {{"f.json", "l", "curvature", {1, 2}}}, {"unit-features"});
  REQUIRE(half.has_value());
  CHECK(features_of(*half, "a")->find("curvature") == nullptr);
  REQUIRE(half->findings.notes.size() == 1);
  CHECK(half->findings.notes[0].code == "features-unused");
}

TEST_CASE("features that do not fit are errors that name file, layer, feature and the number of units") {
  const auto message = [](UserFeature feature) {
    const auto analysed = with_features(kTwoLayers, {std::move(feature)}, {"unit-features"});
    REQUIRE_FALSE(analysed.has_value());
    CHECK(analysed.error().kind == ErrorKind::usage);
    return analysed.error().message;
  };
  CHECK(message({"f.json", "conv9", "w", {1}}) ==
        "f.json: layer 'conv9': no value, node or group of the model has this name");
  CHECK(message({"f.json", "a", "w", {1, 2}}) ==
        "f.json: layer 'a': feature 'w': has 2 numbers; the layer has 6 units");
  CHECK(message({"f.json", "a", "colour", {1, 2, 3, 4, 5, 6}}) ==
        "f.json: layer 'a': feature 'colour': the layer has a feature of this name already");
  CHECK(message({"f.json", "a", "units", {1, 2, 3, 4, 5, 6}}) ==
        "f.json: layer 'a': feature 'units': a report has another use for this name");
}
