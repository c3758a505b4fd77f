#include "passes/specialization.hpp"

#include <doctest/doctest.h>

#include "passes/label_enrichment.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

const char* const kModule =
    "x:[1,8,16,16] -> y : a = Conv(x, A:float[20,8,1,1]); b = Conv(x, B:float[12,8,5,5]); c = Concat[axis=1](a, b) as "
    "m;"
    "y = Relu(c)";

LabelsFile labels(std::string layer, std::vector<LabelFamily> families) {
  return {"labels.json", {{std::move(layer), std::move(families)}}};
}

Result<Analysed> specialize(const LabelsFile& file) {
  return run_passes(graph_from_text(kModule), {.passes = {"specialization"}, .labels = &file});
}

const FamilyEnrichment& cell(const Analysed& analysed, std::size_t branch, std::size_t place) {
  return analysed.findings.specialization.at(0).branches.at(branch).enrichment.at(place);
}

}  // namespace

TEST_CASE("labels of the join count by its ranges") {
  for (const char* const key : {"c", "y", "m"}) {  // a value, the value after the activation, the node
    const LabelsFile file = labels(key, {{"curves", {20, 21, 22, 23}}, {"rest", {0, 1, 2, 24}}});
    const auto analysed = specialize(file);
    REQUIRE(analysed.has_value());
    const FamilyEnrichment& curves = cell(*analysed, 1, 0);
    CHECK(curves.cell.hits == 4);
    CHECK(curves.cell.family == 4);
    CHECK(curves.cell.branch == 12);
    CHECK(curves.cell.population == 32);
    CHECK(curves.test.p == doctest::Approx(495.0 / 35960.0).epsilon(1e-12));  // C(12,4) / C(32,4)
    CHECK(cell(*analysed, 0, 0).cell.hits == 0);
    CHECK(cell(*analysed, 0, 0).test.p == 1);
  }
}

TEST_CASE("q corrects over every family and branch") {
  const LabelsFile file = labels("c", {{"curves", {20, 21, 22, 23}}, {"rest", {0, 1, 2, 24}}});
  const auto analysed = specialize(file);
  REQUIRE(analysed.has_value());
  CHECK(cell(*analysed, 1, 0).q == doctest::Approx(4 * cell(*analysed, 1, 0).test.p));
}

TEST_CASE("a family that is a union of others is tested and kept out of the score") {
  const LayerLabels layer{"c", {{"a", {0, 1}}, {"b", {2, 3}}, {"a or b", {0, 1, 2, 3}}, {"c", {4, 5}}}};
  CHECK(overlapping_families(layer) == std::vector<std::size_t>{2});
}

TEST_CASE("branches that hold their families alone score near one, mixed ones near zero") {
  std::vector<std::int64_t> first(20), second(12), even, odd;
  for (std::int64_t i = 0; i < 32; ++i) {
    (i < 20 ? first[static_cast<std::size_t>(i)] : second[static_cast<std::size_t>(i - 20)]) = i;
    (i % 2 == 0 ? even : odd).push_back(i);
  }
  const LabelsFile split = labels("c", {{"p", first}, {"q", second}}), mixed = labels("c", {{"p", even}, {"q", odd}});
  const auto apart = specialize(split), together = specialize(mixed);
  REQUIRE(apart.has_value());
  REQUIRE(together.has_value());
  const auto& score = apart->findings.specialization.at(0).score;
  REQUIRE(score.has_value());
  CHECK(score->score == doctest::Approx(1));
  CHECK(score->p == doctest::Approx(0.001));
  CHECK(score->units == 32);
  CHECK(together->findings.specialization.at(0).score->score < 0.1);
}

TEST_CASE("the parts of a split own units as well") {
  const LabelsFile file = labels("y", {{"p", {0, 1, 2, 3}}, {"q", {4, 5, 6, 7}}});
  const auto analysed = run_passes(
      graph_from_text("x:[1,8,4,4] -> y : a = Conv(x, A:float[8,8,1,1]); l:[1,4,4,4], r:[1,4,4,4] = Split[axis=1](a);"
                      "m:[1,4,4,4] = Conv(r, B:float[4,4,1,1]); y:[1,8,4,4] = Concat[axis=1](l, m)"),
      {.passes = {"specialization"}, .labels = &file});
  REQUIRE(analysed.has_value());
  REQUIRE(analysed->findings.groups.at(0).kind == BranchKind::split);
  CHECK(cell(*analysed, 0, 0).cell.hits == 4);
  CHECK(cell(*analysed, 1, 0).cell.hits == 0);
}

TEST_CASE("labels of a layer that no group divides say so") {
  const LabelsFile file = labels("x", {{"p", {0, 1}}});
  const auto analysed = specialize(file);
  REQUIRE(analysed.has_value());
  CHECK(analysed->findings.notes.at(0).code == "labels-unused");
  CHECK(analysed->findings.notes.at(0).where == "x");
}

TEST_CASE("fewer than sixteen labelled units give no score") {
  const LabelsFile file = labels("c", {{"p", {0, 1}}, {"q", {20, 21}}});
  const auto analysed = specialize(file);
  REQUIRE(analysed.has_value());
  CHECK_FALSE(analysed->findings.specialization.at(0).score.has_value());
}

TEST_CASE("labels that do not fit are errors that name what is wrong") {
  const LabelsFile nothing = labels("conv9", {});
  CHECK(specialize(nothing).error().message ==
        "labels.json: layer 'conv9': no value, node or group of the model has this name");
  CHECK(specialize(nothing).error().kind == ErrorKind::usage);
  const LabelsFile beyond = labels("c", {{"curves", {3, 32}}});
  CHECK(specialize(beyond).error().message ==
        "labels.json: layer 'c': family 'curves': unit 32 is out of range; the layer has units 0 to 31");
  const LabelsFile twice = labels("c", {{"curves", {3, 3}}});
  CHECK(specialize(twice).error().message == "labels.json: layer 'c': family 'curves': unit 3 stands twice");
}

TEST_CASE("branches that differ in kernel size carry that as a confounder") {
  const LabelsFile file = labels("c", {{"p", {0, 1}}});
  CHECK(specialize(file)->findings.specialization.at(0).kernels_differ);
}

TEST_CASE("grouped convolutions are scored at the layers that they split") {
  const LabelsFile file = labels("a", {{"p", {0, 1, 2, 3}}, {"q", {4, 5, 6, 7}}});
  auto analysed = run_passes(graph_from_text("x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); r = Relu(a);"
                                             "y = Conv[group=2](r, B:float[8,4,1,1])"),
                             {.passes = {"specialization"}, .labels = &file});
  REQUIRE(analysed.has_value());
  CHECK(cell(*analysed, 0, 0).cell.hits == 4);
  CHECK(cell(*analysed, 1, 0).cell.hits == 0);
}
