#include "tests/graph/graph_text.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "graph/text_form.hpp"

namespace ramus::testing {

TEST_CASE("a line of text is a graph") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); y = Add(x, a)");
  CHECK(to_text(graph) == "a = Relu(x)\ny = Add(x, a)\n");
  CHECK(graph.inputs().size() == 1);
  CHECK(graph[graph.outputs()[0]].name == "y");
  CHECK(graph.nodes()[0].name == "a");
}

TEST_CASE("without a header, what nothing writes is an input and what nothing reads is an output") {
  const Graph graph = graph_from_text("a = Relu(x); y = Add(z, a)");
  REQUIRE(graph.inputs().size() == 2);
  CHECK(graph[graph.inputs()[0]].name == "x");
  CHECK(graph[graph.inputs()[1]].name == "z");
  REQUIRE(graph.outputs().size() == 1);
  CHECK(graph[graph.outputs()[0]].name == "y");
}

TEST_CASE("shapes, types, attributes, weights, names and operands that are left out") {
  const Graph graph = graph_from_text(
      "x:float16[1,?,8] -> y : c:[1,4,8] = Conv[group=2, pads=[1, -1], mode=\"edge\", alpha=0.5](x, W:float[4,1,1], _) "
      "as \"conv 1\"; y, _ = com.microsoft::Thing(c, s:int64[2]={3,-4}, s)");
  const Value& x = graph[graph.inputs()[0]];
  CHECK(x.type == ElementType::float16);
  CHECK(x.shape == Dims{1, kUnknownDim, 8});
  const Node& conv = graph.nodes()[0];
  CHECK(conv.name == "conv 1");
  CHECK(conv.int_attribute("group", 1) == 2);
  CHECK(conv.ints_attribute("pads").back() == -1);
  CHECK(conv.float_attribute("alpha", 0) == 0.5f);
  CHECK(std::get<std::string>(conv.find_attribute("mode")->value) == "edge");
  CHECK_FALSE(conv.inputs[2].exists());
  CHECK(graph[conv.outputs[0]].shape == Dims{1, 4, 8});
  CHECK(graph.parameter(conv, 1)->elements() == 4);
  const Node& thing = graph.nodes()[1];
  CHECK(thing.domain == "com.microsoft");
  CHECK_FALSE(thing.outputs[1].exists());
  CHECK(graph.parameter(thing, 2)->decode_int64().value() == std::vector<std::int64_t>{3, -4});
}

TEST_CASE("weights are drawn from their names, the same each time") {
  const auto values = [](std::string_view text) {
    const Graph graph = graph_from_text(text);
    return graph.parameter(graph.nodes()[0], 1)->decode_float().value();
  };
  const auto first = values("y = Add(x, W:float[3])");
  CHECK(first == values("z = Add(x, W:float[3])"));
  CHECK(first != values("y = Add(x, V:float[3])"));
  for (const float value : first) CHECK(std::abs(value) <= 1.0f);
  CHECK(values("y = Add(x, W:float[3]={7})") == std::vector<float>{7, 7, 7});
}

TEST_CASE("a body captures what it reads from outside") {
  const Graph graph = graph_from_text("c, x -> y : y = If[then_branch={-> t : t = Relu(x)}, else_branch={-> x : }](c)");
  const Node& node = graph.nodes()[0];
  REQUIRE(node.bodies.size() == 2);
  REQUIRE(node.captures.size() == 1);
  CHECK(graph[node.captures[0]].name == "x");
  CHECK(node.bodies[0].graph->find_value("x").has_value());
}

TEST_CASE("a text that is wrong says where") {
  CHECK_THROWS_WITH_AS(graph_from_text("y = Relu x"), "graph text: '(' expected at \"x\"", std::runtime_error);
}

}  // namespace ramus::testing
