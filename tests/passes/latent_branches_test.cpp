#include <doctest/doctest.h>

#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// Inputs and outputs in `groups` equal shares; weights are larger inside by `ratio`, with signs of no importance.
std::vector<float> planted(std::int64_t outputs, std::int64_t inputs, std::int64_t groups, float ratio) {
  RandomStream random(7, "planted");
  std::vector<float> weights;
  for (std::int64_t i = 0; i < outputs; ++i) {
    for (std::int64_t j = 0; j < inputs; ++j) {
      const bool inside = i * groups / outputs == j * groups / inputs;
      weights.push_back((inside ? ratio : 1) * static_cast<float>(2 * random.unit() - 1));
    }
  }
  return weights;
}

// conv1 of 24 filters, then conv2 with these weights, in `group` groups.
Graph two_layers(const std::vector<float>& second, std::int64_t outputs, std::int64_t group = 1) {
  GraphBuilder builder("test");
  builder.add_input("x", ElementType::float32, Dims{1, 3, 8, 8});
  builder.add_parameter("A", make_weight("A", {24, 3, 1, 1}, planted(24, 3, 1, 1)));
  builder.add_parameter("B", make_weight("B", {outputs, 24 / group, 1, 1}, second));
  builder.add_node({"Conv", {"x", "A"}, {"a"}, "conv1"});
  builder.add_node({"Relu", {"a"}, {"r"}, "relu"});
  builder.add_node({"Conv", {"r", "B"}, {"y"}, "conv2", "", {{"group", group}}});
  builder.add_output("y");
  return builder.finish().value();
}

Findings findings_of(Graph graph, const std::vector<std::string>& settings = {}) {
  auto analysed = run_passes(std::move(graph), {.passes = {"latent-branches"}, .settings = settings});
  REQUIRE(analysed.has_value());
  return std::move(analysed->findings);
}

bool says(const Findings& findings, const std::string& text) {
  for (const Note& note : findings.notes) {
    if (note.text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("weights that keep two halves apart are two latent branches") {
  const Findings found = findings_of(two_layers(planted(32, 24, 2, 5), 32));
  REQUIRE(found.latent.size() == 1);
  const LatentBranches& latent = found.latent[0];
  CHECK(latent.id == "conv1->conv2");
  CHECK(latent.clustering.status == CoClusteringStatus::found);
  CHECK(latent.clustering.groups == 2);
  for (std::size_t unit = 0; unit < 24; ++unit) CHECK(latent.clustering.inputs[unit] == (unit < 12 ? 0 : 1));
  for (std::size_t unit = 0; unit < 32; ++unit) CHECK(latent.clustering.outputs[unit] == (unit < 16 ? 0 : 1));
  CHECK(latent.clustering.energy == doctest::Approx(25.0 / 26).epsilon(0.02));
  CHECK(latent.clustering.saved == doctest::Approx(0.5));
}

TEST_CASE("the groups of a grouped convolution are its latent branches, and a grouped convolution loses nothing") {
  const Findings found = findings_of(two_layers(planted(36, 8, 1, 1), 36, 3));
  REQUIRE(found.latent.size() == 1);
  const CoClustering& clustering = found.latent[0].clustering;
  CHECK(clustering.status == CoClusteringStatus::found);
  CHECK(clustering.groups == 3);
  for (std::size_t unit = 0; unit < 36; ++unit) CHECK(clustering.outputs[unit] == static_cast<int>(unit / 12));
  CHECK(clustering.energy == doctest::Approx(1));
  CHECK(clustering.saved == doctest::Approx(2.0 / 3));
}

TEST_CASE("weights without structure have no latent branches, and the entry says so") {
  const Findings found = findings_of(two_layers(planted(32, 24, 1, 1), 32));
  REQUIRE(found.latent.size() == 1);
  CHECK(found.latent[0].clustering.status == CoClusteringStatus::none);
  CHECK(found.latent[0].clustering.p > 0.05);
}

TEST_CASE("pairs that are too small or too large are counted in a note") {
  const Findings small = findings_of(two_layers(planted(6, 24, 2, 5), 6));
  CHECK(small.latent.empty());
  CHECK(says(small, "1 pair of layers was not searched for latent branches: fewer than 8 units"));
  const Findings large = findings_of(two_layers(planted(32, 24, 2, 5), 32), {"latent-branches.entries=700"});
  CHECK(large.latent.empty());
  CHECK(says(large, "1 pair of layers was not searched for latent branches: they have more than"));
}

TEST_CASE("layers that write into one sum share what is found in the weights that read it") {
  Graph graph = [] {
    GraphBuilder builder("test");
    builder.add_input("x", ElementType::float32, Dims{1, 3, 8, 8});
    builder.add_parameter("A", make_weight("A", {24, 3, 1, 1}, planted(24, 3, 1, 1)));
    builder.add_parameter("B", make_weight("B", {32, 24, 1, 1}, planted(32, 24, 2, 5)));
    builder.add_node({"Conv", {"x", "A"}, {"a"}, "conv1"});
    builder.add_node({"Conv", {"x", "A"}, {"b"}, "conv2"});
    builder.add_node({"Add", {"a", "b"}, {"s"}, "sum"});
    builder.add_node({"Conv", {"s", "B"}, {"y"}, "conv3"});
    builder.add_output("y");
    return builder.finish().value();
  }();
  const Findings found = findings_of(std::move(graph));
  REQUIRE(found.latent.size() >= 2);
  CHECK(found.latent[0].clustering.p == found.latent[1].clustering.p);
  CHECK(found.latent[0].clustering.inputs == found.latent[1].clustering.inputs);
  CHECK(found.latent[0].clustering.status == CoClusteringStatus::found);
}
