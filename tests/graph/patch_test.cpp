#include "graph/patch.hpp"

#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "graph/verify.hpp"
#include "tests/graph/graph_text.hpp"

namespace ramus::testing {
namespace {

// Drops the named nodes; what read their first output reads their first input instead.
Patch bypass(const Graph& graph, const std::vector<std::string>& names) {
  Patch patch;
  for (const std::string& name : names) {
    const NodeId id = graph.find_node(name).value();
    patch.drop.insert(id);
    patch.redirect[graph[id].outputs[0]] = graph[id].inputs[0];
  }
  return patch;
}

Graph patched(const Graph& graph, const Patch& patch) {
  auto result = apply(graph, patch);
  REQUIRE(result);
  CHECK(verify(*result));
  return std::move(*result);
}

std::vector<std::uint32_t> origins(const Graph& graph, std::string_view node) {
  return graph[graph.find_node(node).value()].origins;
}

}  // namespace

TEST_CASE("an empty patch changes nothing") {
  const Graph graph = graph_from_text("x:[1,3,8,8] -> y : a:[1,3,8,8] = Relu(x); y = Conv(a, W:float[4,3,1,1])");
  CHECK(Patch{}.empty());
  const Graph same = patched(graph, {});
  CHECK(to_text(same) == to_text(graph));
  CHECK(same[*same.find_value("a")].shape == Dims{1, 3, 8, 8});
  CHECK(same[*same.find_value("x")].shape == Dims{1, 3, 8, 8});
}

TEST_CASE("a chain of Identity nodes is dropped, and the node before them stands for all") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); i = Identity(a); j = Identity(i); y = Tanh(j)");
  const Graph without = patched(graph, bypass(graph, {"i", "j"}));
  CHECK(to_text(without) == "a = Relu(x)\ny = Tanh(a)\n");
  CHECK(origins(without, "a") == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(origins(without, "y") == std::vector<std::uint32_t>{3});
}

TEST_CASE("behind a graph input, the first reader stands for what was dropped, also through dropped nodes") {
  const Graph graph = graph_from_text("x -> y, z : i = Identity(x); j = Identity(i); y = Tanh(j); z = Relu(j)");
  const Graph without = patched(graph, bypass(graph, {"i", "j"}));
  CHECK(to_text(without) == "y = Tanh(x)\nz = Relu(x)\n");
  CHECK(origins(without, "y") == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(origins(without, "z") == std::vector<std::uint32_t>{3});
}

TEST_CASE("a reader that an output depends on stands for what was dropped rather than one before it that is dead") {
  const Graph graph = graph_from_text("x -> y : i = Identity(x); dead = Relu(i); y = Tanh(i)");
  const Graph without = patched(graph, bypass(graph, {"i"}));
  CHECK(origins(without, "dead") == std::vector<std::uint32_t>{1});
  CHECK(origins(without, "y") == std::vector<std::uint32_t>{0, 2});
}

TEST_CASE("origins stay ascending and each once over several rewrites") {
  const Graph graph = graph_from_text("x -> y : i = Identity(a); a = Relu(x); j, mask = Dropout(i); y = Tanh(j)");
  const Graph once = patched(graph, bypass(graph, {"i"}));
  CHECK(origins(once, "a") == std::vector<std::uint32_t>{0, 1});
  Patch both = bypass(once, {"j"});
  both.redirect[*once.find_value("mask")] = *once.find_value("a");
  CHECK(origins(patched(once, both), "a") == std::vector<std::uint32_t>{0, 1, 2});
}

TEST_CASE("an output of the graph is redirected as well") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); y = Identity(a)");
  const Graph without = patched(graph, bypass(graph, {"y"}));
  REQUIRE(without.outputs().size() == 1);
  CHECK(without[without.outputs()[0]].name == "a");
  CHECK(without[without.outputs()[0]].is_output);
}

TEST_CASE("a computed value becomes a parameter when its producer is dropped") {
  const Graph graph = graph_from_text("x -> y : W = Constant(); y = MatMul(x, W)");
  Patch patch;
  patch.drop.insert(NodeId(0));
  patch.parameters.emplace(*graph.find_value("W"), make_weight("W", {2, 1}, std::vector<float>{1, 2}));
  const Graph folded = patched(graph, patch);
  CHECK(to_text(folded) == "y = MatMul(x, W)\n");
  CHECK(folded.parameter(folded.nodes()[0], 1)->decode_float().value() == std::vector<float>{1, 2});
  CHECK(folded[*folded.find_value("W")].shape == Dims{2, 1});
}

TEST_CASE("a value may be redirected to a parameter") {
  const Graph graph = graph_from_text("x -> y : i = Identity(W:float[2,1]); y = MatMul(x, i)");
  const Graph without = patched(graph, bypass(graph, {"i"}));
  CHECK(without.parameter(without.nodes()[0], 1) != nullptr);
  CHECK(origins(without, "y") == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("a parameter that the caller may replace stays one") {
  GraphBuilder builder("g");
  builder.add_input("x");
  builder.add_input("W");
  builder.add_parameter("W", make_weight("W", {1}, std::vector<float>{1}));
  builder.add_node("Add", {"x", "W"}, {"y"});
  builder.add_output("y");
  const Graph same = patched(builder.finish().value(), {});
  CHECK(same[*same.find_value("W")].may_be_fed);
  CHECK(same.inputs().size() == 1);
}

TEST_CASE("captures follow a redirect, each once") {
  const Graph graph =
      graph_from_text("c, x -> y : i = Identity(x); j = Identity(x); y = If[then_branch={-> t : t = Add(i, j)}](c)");
  const Graph without = patched(graph, bypass(graph, {"i", "j"}));
  CHECK(without.nodes()[0].captures == std::vector<ValueId>{*without.find_value("x")});
}

TEST_CASE("redirects in a circle, and a dropped node that is still read, are errors") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); b = Relu(a); y = Add(a, b)");
  Patch circle;
  circle.redirect[*graph.find_value("a")] = *graph.find_value("b");
  circle.redirect[*graph.find_value("b")] = *graph.find_value("a");
  const auto round = apply(graph, circle);
  REQUIRE_FALSE(round);
  CHECK(round.error().message == "value 'a' is redirected in a circle");
  Patch own;
  own.redirect[*graph.find_value("a")] = *graph.find_value("a");
  CHECK_FALSE(apply(graph, own));
  Patch read;
  read.drop.insert(NodeId(1));
  CHECK_FALSE(apply(graph, read));
  Patch undropped;
  undropped.parameters.emplace(*graph.find_value("b"), make_weight("b", {1}, std::vector<float>{1}));
  CHECK_FALSE(apply(graph, undropped));
}

TEST_CASE("an added node takes the place, the outputs and the origins of those it stands for") {
  const Graph graph = graph_from_text("x, u, v -> y : r = Relu(x); s = Add(r, u); t = Add(s, v); y = Tanh(t)");
  Patch patch;
  patch.drop = {NodeId(1), NodeId(2)};
  patch.add.push_back({"Sum", {"r", "u", "v"}, {"t"}, {NodeId(2), NodeId(1)}, "t"});
  CHECK_FALSE(patch.empty());
  const Graph summed = patched(graph, patch);
  CHECK(to_text(summed) == "r = Relu(x)\nt = Sum(r, u, v)\ny = Tanh(t)\n");
  CHECK(origins(summed, "t") == std::vector<std::uint32_t>{1, 2});
  CHECK_FALSE(summed[*summed.find_node("t")].place);
  CHECK(summed[*summed.find_node("y")].place == 3);
}

TEST_CASE("added nodes may read each other, added parameters, and values through the redirects") {
  const Graph graph = graph_from_text("x -> y : i = Identity(x); y = Relu(i)");
  Patch patch = bypass(graph, {"i"});
  patch.drop.insert(NodeId(1));
  patch.add.push_back({"Mul", {"i", "two"}, {"m"}, {NodeId(1)}, "", {{"alpha", 1.5f}}});
  patch.add.push_back({"Relu", {"m"}, {"y"}, {NodeId(1)}});
  patch.add_parameters.emplace("two", make_weight("two", {1}, std::vector<float>{2}));
  const Graph scaled = patched(graph, patch);
  CHECK(to_text(scaled) == "m = Mul(x, two)\ny = Relu(m)\n");
  CHECK(scaled.parameter(scaled.nodes()[0], 1)->decode_float().value() == std::vector<float>{2});
  CHECK(scaled.nodes()[0].float_attribute("alpha", 0) == 1.5f);
  CHECK(scaled.nodes()[0].name == "#0:Mul");
}

TEST_CASE("what an earlier patch added stays an added node") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); i = Identity(a); y = Tanh(i)");
  Patch patch;
  patch.drop.insert(NodeId(0));
  patch.add.push_back({"Abs", {"x"}, {"a"}, {NodeId(0)}});
  const Graph once = patched(graph, patch);
  const Graph twice = patched(once, bypass(once, {"i"}));
  CHECK(to_text(twice) == "a = Abs(x)\ny = Tanh(a)\n");
  CHECK_FALSE(twice.nodes()[0].place);
  CHECK(twice.nodes()[0].origins == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("an added node that stands for nothing, writes what another writes or reads nothing known is an error") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); y = Tanh(a)");
  for (const AddedNode& added :
       {AddedNode{"Abs", {"x"}, {"b"}, {}}, AddedNode{"Abs", {"x"}, {"b"}, {NodeId(9)}},
        AddedNode{"Abs", {"x"}, {"a"}, {NodeId(0)}}, AddedNode{"Abs", {"nowhere"}, {"b"}, {NodeId(0)}}}) {
    Patch patch;
    patch.add.push_back(added);
    CHECK_FALSE(apply(graph, patch));
  }
}

TEST_CASE("fresh names are used by no value, node or body, and never given twice") {
  const Graph graph =
      graph_from_text("c, x -> y : a = Relu(x); y = If[then_branch={-> t : t = Relu(a) as inner}](c) as branch");
  FreshNames names(graph);
  CHECK(names.take("a") == "a.1");
  CHECK(names.take("a") == "a.2");
  CHECK(names.take("t") == "t.1");
  CHECK(names.take("inner") == "inner.1");
  CHECK(names.take("branch") == "branch.1");
  CHECK(names.take("new") == "new");
  CHECK(names.take("new") == "new.1");
}

TEST_CASE("a long chain of Identity nodes is dropped in one sweep") {
  constexpr int kLength = 100'000;
  GraphBuilder builder("chain");
  builder.add_input("v0");
  for (int i = 0; i < kLength; ++i) {
    builder.add_node(i + 1 == kLength ? "Relu" : "Identity", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
  }
  builder.add_output("v" + std::to_string(kLength));
  const Graph graph = builder.finish().value();
  Patch patch;
  for (std::size_t n = 0; n + 1 < kLength; ++n) {
    patch.drop.insert(NodeId(n));
    patch.redirect[graph.nodes()[n].outputs[0]] = graph.nodes()[n].inputs[0];
  }
  const Graph relu = patched(graph, patch);
  REQUIRE(relu.nodes().size() == 1);
  CHECK(relu.nodes()[0].origins.size() == kLength);
}

TEST_CASE("a node may be replaced by several, which stand for the same place in the file") {
  const Graph graph = graph_from_text("i = Identity(x); c = Fused(i, W:float[2]); y = Relu(c)");
  Patch patch;
  patch.drop = {NodeId(0), NodeId(1)};
  patch.redirect.emplace(*graph.find_value("i"), *graph.find_value("x"));
  patch.add_parameters.emplace("V", make_weight("V", {1}, std::vector<float>{2}));
  patch.add = {{"Mul", {"i", "V"}, {"t"}, {NodeId(1)}, "c"}, {"Add", {"t", "W"}, {"c"}, {NodeId(1)}, "c/Add"}};
  const auto replaced = apply(graph, patch);
  REQUIRE_MESSAGE(replaced.has_value(), replaced.error().message);
  CHECK(to_text(*replaced) == "t = Mul(x, V)\nc = Add(t, W)\ny = Relu(c)\n");
  CHECK(replaced->nodes()[1].origins == std::vector<std::uint32_t>{0, 1});
}

}  // namespace ramus::testing
