#include "passes/modularity.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"
#include "tests/passes/two_modules.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

Findings found_in(Graph graph, std::vector<std::string> settings = {}) {
  auto analysed = run_passes(std::move(graph), {.passes = {"modularity"}, .settings = std::move(settings)});
  REQUIRE_MESSAGE(analysed.has_value(), analysed.error().message);
  return std::move(analysed->findings);
}

const PartitionModularity* find(const Findings& findings, std::size_t groups) {
  for (const PartitionModularity& each : findings.modularity) {
    if (each.groups.size() == groups) return &each;
  }
  return nullptr;
}

// Two convolutions of 24 units with 1 x 1 kernels, the second in groups.
Graph grouped(std::int64_t group, float scale = 1) {
  GraphBuilder builder("test");
  builder.add_input("x", ElementType::float32, Dims{1, 3, 8, 8});
  builder.add_parameter("A", make_weight("A", {24, 3, 1, 1}, noise(72, "A")));
  std::vector<float> second = noise(24 * 24 / group, "B");
  for (float& weight : second) weight *= scale;
  builder.add_parameter("B", make_weight("B", {24, 24 / group, 1, 1}, second));
  builder.add_node({"Conv", {"x", "A"}, {"a"}, "conv1"});
  builder.add_node({"Relu", {"a"}, {"r"}, "relu"});
  builder.add_node({"Conv", {"r", "B"}, {"y"}, "conv2", "", {{"group", group}}});
  builder.add_output("y");
  return builder.finish().value();
}

bool says(const Findings& findings, const std::string& text) {
  for (const Note& note : findings.notes) {
    if (note.text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("nothing leaves the branches of a grouped convolution") {
  const Findings found = found_in(grouped(4));
  const PartitionModularity* branches = find(found, 1);
  REQUIRE(branches != nullptr);
  CHECK(branches->k == 4);
  CHECK(branches->units == 48);
  CHECK(branches->matrices == 1);
  CHECK(branches->found.n_cut == 0);
  CHECK(branches->found.q == doctest::Approx(0.75).epsilon(0.05));
  CHECK(branches->n_cut.mean == doctest::Approx(3).epsilon(0.05));
  CHECK(*branches->n_cut.p == doctest::Approx(0.01));
  CHECK(*branches->q.p == doctest::Approx(0.01));
}

TEST_CASE("the groups of a grouped convolution are the clusters of all units") {
  const Findings found = found_in(grouped(3));
  const PartitionModularity* clusters = find(found, 0);
  REQUIRE(clusters != nullptr);
  CHECK(clusters->k == 3);
  CHECK(clusters->found.n_cut == doctest::Approx(0));
  REQUIRE(clusters->layers.size() == 2);
  for (const PartitionModularity::Layer& layer : clusters->layers) {
    REQUIRE(layer.clusters.size() == 24);
    for (std::size_t unit = 0; unit < 24; ++unit) CHECK(layer.clusters[unit] == static_cast<int>(unit / 8));
  }
  CHECK(found_in(grouped(3), {"modularity.clusters=2"}).modularity.back().k == 2);
}

TEST_CASE("the scale of a layer's weights changes nothing where it is the only one") {
  const Findings once = found_in(grouped(2)), often = found_in(grouped(2, 8));
  REQUIRE(once.modularity.size() == often.modularity.size());
  for (std::size_t i = 0; i < once.modularity.size(); ++i) {
    CHECK(once.modularity[i].found.n_cut == doctest::Approx(often.modularity[i].found.n_cut).epsilon(1e-7));
    CHECK(once.modularity[i].found.q == doctest::Approx(often.modularity[i].found.q).epsilon(1e-7));
    CHECK(once.modularity[i].n_cut.p == often.modularity[i].n_cut.p);
  }
}

TEST_CASE("a fork of whole layers cannot be cut, and has no entry of its own") {
  const Findings found =
      found_in(graph_from_text("x:[1,8,16,16] -> y : a = Conv(x, A:float[20,8,1,1]); b = Conv(x, B:float[12,8,5,5]); "
                               "c = Concat[axis=1](a, b); y = Conv(c, C:float[8,32,1,1])"));
  CHECK(find(found, 1) == nullptr);
}

TEST_CASE("modules in a row: the parts follow who reads whom, and planted ones are found") {
  const Findings found = found_in(two_modules({.crossed = true}));
  const PartitionModularity* row = find(found, 2);
  REQUIRE(row != nullptr);
  CHECK(row->k == 2);
  CHECK(row->parts == std::vector<std::vector<int>>{{0, 1}, {1, 0}});
  CHECK(row->units == 2 * (12 + 20));
  CHECK(*row->n_cut.p == doctest::Approx(0.01));
  CHECK(*row->q.p == doctest::Approx(0.01));
  CHECK(row->found.n_cut < row->n_cut.mean);
}

TEST_CASE("modules that read each other without preference are no better than permuted ones") {
  int low = 0;
  for (int seed = 0; seed < 40; ++seed) {
    const Findings found =
        found_in(two_modules({.ratio = 1, .seed = seed}), {"modularity.permutations=19", "modularity.entries=64"});
    low += *find(found, 2)->n_cut.p <= 0.1;
  }
  CHECK(low <= 10);  // 4 on average
}

TEST_CASE("graphs with too many pairs of units have no clusters, and a note says so") {
  const Findings found = found_in(grouped(4), {"modularity.entries=64"});
  CHECK(find(found, 0) == nullptr);
  CHECK(find(found, 1) != nullptr);
  CHECK(says(found, "144 pairs of units, more than modularity.entries") == false);
  CHECK(says(found, "576 pairs of units, more than modularity.entries"));
}

TEST_CASE("edges by the matrix 1-norm of each kernel") {
  const std::string text =
      "x:[1,3,16,16] -> y : a = Conv(x, A:float[12,3,1,1]); r = Relu(a); y = Conv[group=2](r, B:float[12,6,3,3])";
  const Findings one = found_in(graph_from_text(text), {"modularity.reduction=one_norm"});
  const Findings two = found_in(graph_from_text(text));
  REQUIRE(find(one, 1) != nullptr);
  CHECK(find(one, 1)->reduction == "one_norm");
  CHECK(find(one, 1)->found.n_cut == 0);
  CHECK(find(one, 1)->n_cut.mean != find(two, 1)->n_cut.mean);
}

TEST_CASE("only entries other than zero move where that is asked: the blocks of a grouped convolution stay") {
  const Findings found = found_in(grouped(4), {"modularity.null=nonzeros"});
  REQUIRE(find(found, 1) != nullptr);
  CHECK(find(found, 1)->n_cut.mean == doctest::Approx(0));
  CHECK_FALSE(find(found, 1)->n_cut.p);
}
