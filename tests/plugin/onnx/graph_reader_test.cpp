// From the wire to the Graph, with the traps of real files.
#include "plugin/onnx/graph_reader.hpp"

#include <doctest/doctest.h>

#include "tests/plugin/onnx/message.hpp"
#include "tests/plugin/onnx/onnx_text.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

struct Loaded {
  std::unique_ptr<WireModel> model;
  std::optional<ReadGraph> read;
  std::string error;

  explicit Loaded(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    auto opened = WireModel::from_owned({bytes.begin(), bytes.end()}, "");
    if (!opened) {
      error = opened.error().message;
      return;
    }
    model = std::move(*opened);
    auto result = read_graph(*model);
    if (result) read = std::move(*result);
    if (!result) error = result.error().message;
  }
  const Graph& graph() const {
    REQUIRE_MESSAGE(read.has_value(), error);
    return read->graph;
  }
};

Loaded load(const Message& graph, std::uint64_t ir_version = 8) {
  return Loaded(model_message(graph, ir_version).text());
}

Message scalar(std::string_view name, float value) {
  return tensor_message(name, ElementType::float32, {}).floats(wire::tensor::float_data, {value});
}

std::string name_of(const Graph& graph, ValueId id) { return id.exists() ? graph[id].name : "-"; }

Message body_attribute(std::string_view name, const Message& graph) {
  return Message()
      .bytes(wire::attribute::name, name)
      .message(wire::attribute::g, graph)
      .varint(wire::attribute::type, wire::attribute::graph_type);
}

}  // namespace

#ifdef RAMUS_WITH_ONNX
TEST_CASE("ONNX text becomes nodes, values, attributes and types") {
  const Loaded loaded(model_from_text(R"(
    <ir_version: 7, opset_import: ["" : 10]>
    agraph (float[N, 128] X, float[128, 10] W) => (float[N] C) {
      T = MatMul(X, W)
      C = Softmax <axis = 1> (T)
    })"));
  const Graph& graph = loaded.graph();
  REQUIRE(graph.nodes().size() == 2);
  CHECK(graph.name() == "agraph");
  CHECK(graph.nodes()[0].op == "MatMul");
  CHECK(graph.nodes()[1].int_attribute("axis", 0) == 1);
  const Value& x = graph[*graph.find_value("X")];
  CHECK(x.kind == ValueKind::input);
  CHECK(x.type == ElementType::float32);
  CHECK(x.shape == Dims{kUnknownDim, 128});
}
#endif

TEST_CASE("an optional input is an empty string, and a node may read a value twice") {
  const Loaded loaded = load(Message()
                                 .message(wire::graph::node, node_message("Clip", {"x", "", "x"}, {"y", "", "z"}))
                                 .message(wire::graph::input, value_message("x"))
                                 .message(wire::graph::output, value_message("y")));
  const Graph& graph = loaded.graph();
  const Node& clip = graph.nodes()[0];
  REQUIRE(clip.inputs.size() == 3);
  CHECK_FALSE(clip.inputs[1].exists());
  CHECK(clip.inputs[0] == clip.inputs[2]);
  CHECK(graph[clip.inputs[0]].readers.size() == 2);
  CHECK_FALSE(clip.outputs[1].exists());
}

TEST_CASE("an initializer that is also an input is a parameter") {
  const Loaded loaded = load(Message()
                                 .message(wire::graph::node, node_message("Mul", {"x", "s"}, {"y"}))
                                 .message(wire::graph::initializer, scalar("s", 2))
                                 .message(wire::graph::input, value_message("x"))
                                 .message(wire::graph::input, value_message("s"))
                                 .message(wire::graph::output, value_message("y")),
                             3);
  const Graph& graph = loaded.graph();
  CHECK(graph.inputs().size() == 1);
  const WeightView* const weight = graph.parameter(graph.nodes()[0], 1);
  REQUIRE(weight != nullptr);
  CHECK(*weight->decode_float() == std::vector<float>{2});
}

TEST_CASE("a Constant node stays, and its value can be read") {
  const Message value = Message()
                            .bytes(wire::attribute::name, "value")
                            .message(wire::attribute::t, scalar("", 3))
                            .varint(wire::attribute::type, wire::attribute::tensor_type);
  const Message ints = Message()
                           .bytes(wire::attribute::name, "value_ints")
                           .packed(wire::attribute::ints, {4, -5})
                           .varint(wire::attribute::type, wire::attribute::ints_type);
  const Loaded loaded =
      load(Message()
               .message(wire::graph::node, node_message("Constant", {}, {"a"}).message(wire::node::attribute, value))
               .message(wire::graph::node, node_message("Constant", {}, {"b"}).message(wire::node::attribute, ints)));
  const Graph& graph = loaded.graph();
  const auto& weight = std::get<WeightView>(graph.nodes()[0].find_attribute("value")->value);
  CHECK(*weight.decode_float() == std::vector<float>{3});
  const auto list = graph.nodes()[1].ints_attribute("value_ints");
  CHECK(std::vector<std::int64_t>(list.begin(), list.end()) == std::vector<std::int64_t>{4, -5});
}

TEST_CASE("an attribute's type may be missing, and a value that is left out is 0") {
  Message node = node_message("Op", {}, {"y"});
  node.message(wire::node::attribute, Message().bytes(wire::attribute::name, "a").fixed32(wire::attribute::f, 1.5));
  node.message(wire::node::attribute,
               Message().bytes(wire::attribute::name, "b").varint(wire::attribute::type, wire::attribute::int_type));
  node.message(wire::node::attribute, Message()
                                          .bytes(wire::attribute::name, "c")
                                          .integers(wire::attribute::ints, {1, 2})
                                          .varint(wire::attribute::type, wire::attribute::ints_type));
  const Loaded loaded = load(Message().message(wire::graph::node, node));
  const Node& op = loaded.graph().nodes()[0];
  CHECK(op.float_attribute("a", 0) == 1.5f);
  CHECK(op.int_attribute("b", 9) == 0);
  CHECK(op.ints_attribute("c").size() == 2);
}

TEST_CASE("bodies read outer values, through several levels, and see outer parameters") {
  const Message innermost = Message()
                                .message(wire::graph::node, node_message("Mul", {"x", "w"}, {"m"}))
                                .message(wire::graph::output, value_message("m"));
  const Message middle =
      Message()
          .message(wire::graph::node,
                   node_message("If", {"c"}, {"n"}).message(wire::node::attribute, body_attribute("then", innermost)))
          .message(wire::graph::output, value_message("n"));
  const Loaded loaded =
      load(Message()
               .message(wire::graph::node,
                        node_message("If", {"c"}, {"y"}).message(wire::node::attribute, body_attribute("then", middle)))
               .message(wire::graph::initializer, scalar("w", 5))
               .message(wire::graph::input, value_message("x"))
               .message(wire::graph::input, value_message("c"))
               .message(wire::graph::output, value_message("y")));
  const Graph& graph = loaded.graph();
  const Node& outer = graph.nodes()[0];
  std::vector<std::string> captures;
  for (const ValueId id : outer.captures) captures.push_back(name_of(graph, id));
  CHECK(captures == std::vector<std::string>{"c", "x", "w"});
  REQUIRE(outer.bodies.size() == 1);
  CHECK(outer.bodies[0].attribute == "then");
  const Graph& inner = *outer.bodies[0].graph->nodes()[0].bodies[0].graph;
  CHECK(inner[*inner.find_value("x")].kind == ValueKind::captured);
  const WeightView* const weight = inner.parameter(inner.nodes()[0], 1);
  REQUIRE(weight != nullptr);
  CHECK(*weight->decode_float() == std::vector<float>{5});
}

TEST_CASE("bodies see constants of the outer graph as parameters, through Identity too") {
  const Message body = Message()
                           .message(wire::graph::node, node_message("Mul", {"x", "same"}, {"m"}))
                           .message(wire::graph::output, value_message("m"));
  const Message value = Message()
                            .bytes(wire::attribute::name, "value")
                            .message(wire::attribute::t, scalar("", 3))
                            .varint(wire::attribute::type, wire::attribute::tensor_type);
  const Loaded loaded =
      load(Message()
               .message(wire::graph::node, node_message("Constant", {}, {"k"}).message(wire::node::attribute, value))
               .message(wire::graph::node, node_message("Identity", {"k"}, {"same"}))
               .message(wire::graph::node,
                        node_message("If", {"c"}, {"y"}).message(wire::node::attribute, body_attribute("then", body)))
               .message(wire::graph::input, value_message("x"))
               .message(wire::graph::input, value_message("c"))
               .message(wire::graph::output, value_message("y")));
  const Graph& inner = *loaded.graph().nodes()[2].bodies[0].graph;
  const WeightView* const weight = inner.parameter(inner.nodes()[0], 1);
  REQUIRE(weight != nullptr);
  CHECK(weight->name == "same");
  CHECK(*weight->decode_float() == std::vector<float>{3});
}

TEST_CASE("a body's output may be an outer value, and a list of bodies is numbered") {
  const Message passes = Message().message(wire::graph::output, value_message("x"));
  Message attribute = Message().bytes(wire::attribute::name, "branches");
  attribute.message(wire::attribute::graphs, passes).message(wire::attribute::graphs, passes);
  const Loaded loaded =
      load(Message()
               .message(wire::graph::node, node_message("Switch", {}, {"y"}).message(wire::node::attribute, attribute))
               .message(wire::graph::input, value_message("x"))
               .message(wire::graph::output, value_message("y")));
  const Node& node = loaded.graph().nodes()[0];
  REQUIRE(node.bodies.size() == 2);
  CHECK(node.bodies[1].attribute == "branches[1]");
  CHECK(node.captures.size() == 1);
}

TEST_CASE("names may be empty or repeated; origins are places in the file") {
  const Loaded loaded = load(Message()
                                 .message(wire::graph::node, node_message("Relu", {"x"}, {"a"}, "same"))
                                 .message(wire::graph::node, node_message("Relu", {"a"}, {"b"}, "same"))
                                 .message(wire::graph::node, node_message("Relu", {"b"}, {"y"}))
                                 .message(wire::graph::input, value_message("x"))
                                 .message(wire::graph::output, value_message("y")));
  const Graph& graph = loaded.graph();
  CHECK(graph.nodes()[0].name == "same");
  CHECK(graph.nodes()[1].name == "#1:Relu");
  CHECK(graph.nodes()[2].name == "#2:Relu");
  CHECK(graph.nodes()[2].origins == std::vector<std::uint32_t>{2});
}

TEST_CASE("what does not hold together is an error that names it") {
  const auto error = [](const Message& graph) { return load(graph).error; };
  CHECK(error(Message().message(wire::graph::node, node_message("Relu", {"nowhere"}, {"y"}))).find("'nowhere'") !=
        std::string::npos);
  CHECK(error(Message()
                  .message(wire::graph::initializer, scalar("s", 1))
                  .message(wire::graph::initializer, scalar("s", 2))) == "model: initializer 's' is given twice");
  CHECK(
      error(
          Message().message(wire::graph::input, value_message("x")).message(wire::graph::input, value_message("x"))) ==
      "model: input 'x' is listed twice");
  CHECK(error(Message()
                  .message(wire::graph::node, node_message("Relu", {"b"}, {"a"}))
                  .message(wire::graph::node, node_message("Relu", {"a"}, {"b"}))) != "");
  const Message bad = Message()
                          .bytes(wire::attribute::name, "value")
                          .message(wire::attribute::t, tensor_message("W", ElementType::float32, {-1}));
  CHECK(error(Message().message(wire::graph::node,
                                node_message("Constant", {}, {"a"}, "c").message(wire::node::attribute, bad))) ==
        "model: node 'c': attribute 'value': weight 'W': dimension -1 is negative");
}

TEST_CASE("local functions are read without being inlined, with their references and defaults") {
  Message node = node_message("LeakyRelu", {"x"}, {"y"});
  node.message(wire::node::attribute, Message()
                                          .bytes(wire::attribute::name, "alpha")
                                          .bytes(wire::attribute::ref_attr_name, "slope")
                                          .varint(wire::attribute::type, wire::attribute::float_type));
  Message function;
  function.bytes(wire::function::name, "f").bytes(wire::function::domain, "local");
  function.bytes(wire::function::input, "x").bytes(wire::function::output, "y");
  function.bytes(wire::function::attribute, "slope");
  function.message(wire::function::attribute_proto,
                   Message().bytes(wire::attribute::name, "bias").fixed32(wire::attribute::f, 2));
  function.message(wire::function::node, node);
  Message bytes =
      model_message(Message()
                        .message(wire::graph::node, node_message("f", {"a"}, {"b"}).bytes(wire::node::domain, "local"))
                        .message(wire::graph::input, value_message("a"))
                        .message(wire::graph::output, value_message("b")));
  bytes.message(wire::model::functions, function);
  const Loaded loaded(bytes.text());
  CHECK(loaded.graph().nodes()[0].domain == "local");
  const auto functions = read_functions(*loaded.model);
  REQUIRE_MESSAGE(functions.has_value(), functions.error().message);
  REQUIRE(functions->size() == 1);
  const LocalFunction& f = functions->front();
  CHECK(to_string(f.key) == "local::f");
  CHECK(f.attribute_names == std::vector<std::string>{"slope"});
  CHECK(f.default_attributes.at(0).name == "bias");
  CHECK(f.body.inputs().size() == 1);
  REQUIRE(f.references.size() == 1);
  CHECK(f.references[0].attribute == "alpha");
  CHECK(f.references[0].reference == "slope");
}

TEST_CASE("lists and ranks have limits") {
  Message node = node_message("Op", {}, {"y"}, "n");
  node.message(wire::node::attribute,
               Message().bytes(wire::attribute::name, "a").packed(wire::attribute::ints, {1, 2, 3}));
  const std::string text = model_message(Message().message(wire::graph::node, node)).text();
  const auto bytes = std::as_bytes(std::span(text));
  Limits limits;
  limits.attribute_elements = 3;
  CHECK(read_graph(**WireModel::from_memory(bytes, "", limits)).has_value());
  limits.attribute_elements = 2;
  CHECK(read_graph(**WireModel::from_memory(bytes, "", limits)).error().message ==
        "model: node 'n': attribute 'a': has more than 2 elements");

  Message graph = relu_graph();
  graph.message(wire::graph::initializer, tensor_message("W", ElementType::float32, {1, 1, 1}));
  const std::string ranked = model_message(graph).text();
  limits.rank = 2;
  CHECK(read_graph(**WireModel::from_memory(std::as_bytes(std::span(ranked)), "", limits)).error().message ==
        "model: weight 'W': has more than 2 dims");
}
