#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "graph/verify.hpp"
#include "tests/graph/graph_text.hpp"

namespace ramus::testing {
namespace {

std::string error_of(GraphBuilder& builder) {
  auto graph = builder.finish();
  if (graph) return "none";
  CHECK(graph.error().kind == ErrorKind::invalid_input);
  return graph.error().message;
}

std::string error_of(std::string_view text) {
  auto graph = try_graph_from_text(text);
  return graph ? "none" : graph.error().message;
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) names.push_back(node.name);
  return names;
}

}  // namespace

TEST_CASE("a value that is written twice is an error that names it") {
  CHECK(error_of("x -> y : y = Relu(x) as first; y = Tanh(x) as second") ==
        "node 'second': value 'y' is written twice, or is an input as well; names must be unique in a graph");
  CHECK(error_of("x -> x : x = Relu(x)").find("value 'x' is written twice") != std::string::npos);
  CHECK(error_of("x -> y : y, y = Split(x)").find("value 'y' is written twice") != std::string::npos);
}

TEST_CASE("an input or initializer that is listed twice is an error that names it") {
  GraphBuilder inputs("g");
  inputs.add_input("x");
  inputs.add_input("x");
  CHECK(error_of(inputs) == "value 'x' is an input or initializer twice; names must be unique in a graph");
  GraphBuilder weights("g");
  weights.add_parameter("W", make_weight("W", {1}, std::vector<float>{1}));
  weights.add_parameter("W", make_weight("W", {1}, std::vector<float>{2}));
  CHECK(error_of(weights) == "value 'W' is an input or initializer twice; names must be unique in a graph");
}

TEST_CASE("a read of a value that nothing provides is an error that names both") {
  CHECK(error_of("x -> y : y = Add(x, z)") ==
        "node 'y': reads value 'z', which no node, input or initializer provides");
}

TEST_CASE("an output that nothing writes is an error that names it") {
  CHECK(error_of("x -> z : y = Relu(x)") == "output 'z': nothing writes it");
}

TEST_CASE("a cycle is an error that names a node on it, not one that hangs from it") {
  const std::string message = error_of("x -> y : y = Relu(b) as tail; a = Add(x, b) as one; b = Relu(a) as two");
  CHECK((message == "node 'one': stands on a cycle: it reads what it leads to" ||
         message == "node 'two': stands on a cycle: it reads what it leads to"));
  CHECK(error_of("x -> y : y = Add(x, y) as own") == "node 'own': stands on a cycle: it reads what it leads to");
}

TEST_CASE("nodes may stand before what they read: they keep their places, and the order is sorted") {
  const Graph graph = graph_from_text("x -> y : y = Relu(a); a = Tanh(b); b = Neg(x)");
  CHECK(node_names(graph) == std::vector<std::string>{"y", "a", "b"});
  std::vector<std::uint32_t> order;
  for (const NodeId id : graph.topological_order()) order.push_back(id.index);
  CHECK(order == std::vector<std::uint32_t>{2, 1, 0});
  CHECK(verify(graph));
}

TEST_CASE("a sorted model keeps its own order") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); b = Relu(x); c = Relu(a); y = Add(b, c)");
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(graph.topological_order()[i].index == i);
}

TEST_CASE("nodes without a name, or with one that is taken, are named by their place") {
  GraphBuilder builder("g");
  builder.add_input("x");
  builder.add_node({"Relu", {"x"}, {"a"}, ""});
  builder.add_node({"Relu", {"a"}, {"b"}, "same"});
  builder.add_node({"Tanh", {"b"}, {"c"}, "same"});
  builder.add_node({"Relu", {"c"}, {"d"}, "#0:Relu"});
  const Graph graph = builder.finish().value();
  CHECK(node_names(graph) == std::vector<std::string>{"#0:Relu.1", "same", "#2:Tanh", "#0:Relu"});
  for (std::size_t n = 0; n < 4; ++n) CHECK(graph.find_node(graph.nodes()[n].name) == NodeId(n));
}

TEST_CASE("nodes that share one origin get names that stay short") {
  GraphBuilder builder("g");
  builder.add_input("x");
  for (int i = 0; i < 3; ++i) {
    GraphBuilder::NewNode node{"Relu", {"x"}, {"y" + std::to_string(i)}};
    node.origins = {7};
    builder.add_node(std::move(node));
  }
  CHECK(node_names(builder.finish().value()) == std::vector<std::string>{"#7:Relu", "#7:Relu.1", "#7:Relu.2"});
}

TEST_CASE("an initializer that is also a graph input is a parameter, in either order") {
  for (const bool input_first : {true, false}) {
    GraphBuilder builder("g");
    builder.add_input("x");
    if (input_first) builder.add_input("W", ElementType::float32, Dims{1});
    builder.add_parameter("W", make_weight("W", {1}, std::vector<float>{1}));
    if (!input_first) builder.add_input("W", ElementType::float32, Dims{1});
    builder.add_node("Add", {"x", "W"}, {"y"});
    builder.add_output("y");
    const Graph graph = builder.finish().value();
    CHECK(graph.inputs().size() == 1);
    CHECK(graph.is_parameter(*graph.find_value("W")));
    CHECK(graph[*graph.find_value("W")].may_be_fed);
    CHECK(graph.data_inputs(NodeId(0)) == ValueIds{*graph.find_value("x")});
    CHECK(verify(graph));
  }
}

TEST_CASE("an optional input that is left out does not exist") {
  const Graph graph = graph_from_text("x -> y : y = Clip(x, _, high:float[]={6})");
  const Node& node = graph.nodes()[0];
  REQUIRE(node.inputs.size() == 3);
  CHECK_FALSE(node.inputs[1].exists());
  CHECK(graph.parameter(node, 1) == nullptr);
  CHECK(graph.parameter(node, 2) != nullptr);
  CHECK(graph.parameter(node, 3) == nullptr);
  CHECK(to_text(graph) == "y = Clip(x, _, high)\n");
}

TEST_CASE("captures count as reads") {
  const Graph graph = graph_from_text("c, x -> y : a = Relu(x); y = If[then_branch={-> t : t = Neg(a)}](c)");
  const ValueId a = *graph.find_value("a");
  CHECK(graph[a].readers == std::vector<NodeId>{NodeId(1)});
  CHECK(graph.data_inputs(NodeId(1)) == ValueIds{*graph.find_value("c"), a});
  const Graph& body = *graph.nodes()[1].bodies[0].graph;
  CHECK(body[*body.find_value("a")].kind == ValueKind::captured);
  CHECK(body.inputs().empty());
  CHECK(verify(body));
}

TEST_CASE("a value that is read twice has its reader twice") {
  const Graph graph = graph_from_text("x -> y : y = Mul(x, x)");
  CHECK(graph.values()[0].readers.size() == 2);
}

TEST_CASE("types and shapes go to values that exist, and never to parameters") {
  GraphBuilder builder("g");
  builder.add_input("x");
  builder.add_parameter("W", make_weight("W", {2}, std::vector<float>{1, 2}));
  builder.add_node("Add", {"x", "W"}, {"y"});
  builder.set_type("y", ElementType::float32, Dims{2});
  builder.set_type("W", ElementType::int8, Dims{9});
  builder.set_type("nowhere", ElementType::int8, Dims{9});
  const Graph graph = builder.finish().value();
  CHECK(graph[*graph.find_value("y")].shape == Dims{2});
  CHECK(graph[*graph.find_value("W")].shape == Dims{2});
  CHECK_FALSE(graph.find_value("nowhere"));
}

TEST_CASE("an attribute of another type, or none, gives what was asked for otherwise") {
  const Graph graph = graph_from_text("x -> y : y = Conv[group=2, alpha=0.5, pads=[1, 2]](x)");
  const Node& node = graph.nodes()[0];
  CHECK(node.int_attribute("group", 1) == 2);
  CHECK(node.int_attribute("alpha", 1) == 1);
  CHECK(node.float_attribute("group", 3) == 3);
  CHECK(node.ints_attribute("group").empty());
  CHECK(node.ints_attribute("pads").size() == 2);
  CHECK(node.find_attribute("none") == nullptr);
}

TEST_CASE("operators of other domains are not ONNX's") {
  const Graph graph = graph_from_text("x -> y : a = com.microsoft::Gelu(x); y = ai.onnx::Gelu(a)");
  CHECK_FALSE(graph.nodes()[0].is("Gelu"));
  CHECK(graph.nodes()[1].is("Gelu"));
}

}  // namespace ramus::testing
