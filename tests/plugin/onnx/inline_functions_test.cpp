// Calls of local functions become the functions' nodes, whatever a file makes of them.
#include "plugin/onnx/inline_functions.hpp"

#include <doctest/doctest.h>

#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/official.hpp"
#include "tests/plugin/onnx/message.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

using Names = std::initializer_list<std::string_view>;

Message call_message(std::string_view function, Names inputs, Names outputs, std::string_view name = "") {
  return node_message(function, inputs, outputs, name).bytes(wire::node::domain, "local");
}

Message function_message(std::string_view name, Names inputs, Names outputs, const std::vector<Message>& nodes) {
  Message function;
  function.bytes(wire::function::name, name).bytes(wire::function::domain, "local");
  for (const auto input : inputs) function.bytes(wire::function::input, input);
  for (const auto output : outputs) function.bytes(wire::function::output, output);
  for (const Message& node : nodes) function.message(wire::function::node, node);
  return function;
}

Message graph_message(Names inputs, Names outputs, const std::vector<Message>& nodes) {
  Message graph;
  for (const Message& node : nodes) graph.message(wire::graph::node, node);
  for (const auto input : inputs) graph.message(wire::graph::input, value_message(input));
  for (const auto output : outputs) graph.message(wire::graph::output, value_message(output));
  return graph;
}

Message body_attribute(std::string_view name, const Message& graph) {
  return Message()
      .bytes(wire::attribute::name, name)
      .message(wire::attribute::g, graph)
      .varint(wire::attribute::type, wire::attribute::graph_type);
}

Message int_attribute(std::string_view name, std::int64_t value) {
  return Message()
      .bytes(wire::attribute::name, name)
      .varint(wire::attribute::i, static_cast<std::uint64_t>(value))
      .varint(wire::attribute::type, wire::attribute::int_type);
}

Message reference_attribute(std::string_view name, std::string_view reference) {
  return Message()
      .bytes(wire::attribute::name, name)
      .bytes(wire::attribute::ref_attr_name, reference)
      .varint(wire::attribute::type, wire::attribute::int_type);
}

Message model_with(const Message& graph, const std::vector<Message>& functions) {
  Message model = model_message(graph);
  for (const Message& function : functions) model.message(wire::model::functions, function);
  return model;
}

// "b1/a = Relu(x) as b1/first @0; …" of every node.
std::string text_of(const Graph& graph) {
  std::string text;
  const auto list = [&](const std::vector<ValueId>& values) {
    std::string names;
    for (const ValueId id : values) names += (names.empty() ? "" : ", ") + (id.exists() ? graph[id].name : "_");
    return names;
  };
  for (const Node& node : graph.nodes()) {
    text += (text.empty() ? "" : "; ") + list(node.outputs) + " = " + node.op + "(" + list(node.inputs) + ")";
    if (node.in_call) text += " as " + node.name + " @" + std::to_string(node.origins.front());
  }
  return text;
}

struct Inlined {
  std::unique_ptr<WireModel> model;
  Result<ReadGraph> read = invalid_input("not a model");

  explicit Inlined(const Message& message, const Limits& limits = {}) {
    const auto bytes = message.span();
    auto opened = WireModel::from_owned({bytes.begin(), bytes.end()}, "", limits);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    model = std::move(*opened);
    ReadOptions options;
    options.inlines_functions = true;
    read = read_graph(*model, options);
  }
  const Graph& graph() const {
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return read->graph;
  }
  std::string note() const {
    for (const Note& note : read->notes) {
      if (note.code == "local-functions") return note.text;
    }
    return "";
  }
};

std::string inlined(const Message& graph, const std::vector<Message>& functions) {
  const Inlined result(model_with(graph, functions));
  return result.read ? text_of(result.read->graph) : result.read.error().message;
}

const Message kBlock =
    function_message("block", {"a", "k"}, {"r"},
                     {node_message("Conv", {"a", "k"}, {"c"}, "conv"), node_message("Relu", {"c"}, {"r"}, "relu")});

}  // namespace

TEST_CASE("a call becomes the function's nodes, which know its place") {
  CHECK(inlined(graph_message({"x", "w"}, {"y"},
                              {node_message("Abs", {"x"}, {"b"}), call_message("block", {"b", "w"}, {"y"}, "b1")}),
                {kBlock}) == "b = Abs(x); b1/c = Conv(b, w) as b1/conv @1; y = Relu(b1/c) as b1/relu @1");
}

TEST_CASE("two calls with one name, or with none, give nodes and values of their own") {
  CHECK(inlined(graph_message(
                    {"x", "w"}, {"z"},
                    {call_message("block", {"x", "w"}, {"y"}, "b"), call_message("block", {"y", "w"}, {"z"}, "b")}),
                {kBlock}) ==
        "b/c = Conv(x, w) as b/conv @0; y = Relu(b/c) as b/relu @0; "
        "b.1/c = Conv(y, w) as b.1/conv @1; z = Relu(b.1/c) as b.1/relu @1");
  CHECK(inlined(graph_message({"x", "w"}, {"y"}, {call_message("block", {"x", "w"}, {"y"})}), {kBlock}) ==
        "#0:block/c = Conv(x, w) as #0:block/conv @0; y = Relu(#0:block/c) as #0:block/relu @0");
}

TEST_CASE("names of the file are never taken") {
  CHECK(inlined(graph_message(
                    {"x", "w"}, {"y", "b/c"},
                    {node_message("Abs", {"x"}, {"b/c"}, "b/conv"), call_message("block", {"x", "w"}, {"y"}, "b")}),
                {kBlock}) == "b/c = Abs(x); b/c.1 = Conv(x, w) as b/conv.1 @1; y = Relu(b/c.1) as b/relu @1");
}

TEST_CASE("functions call functions, and outputs may be inputs or be left out") {
  const Message outer = function_message(
      "outer", {"p", "q"}, {"r", "p", "unused"},
      {call_message("block", {"p", "q"}, {"r"}, "inner"), node_message("Neg", {"r"}, {"unused"}, "neg")});
  CHECK(inlined(graph_message({"x", "w"}, {"y", "same"}, {call_message("outer", {"x", "w"}, {"y", "same"}, "o")}),
                {outer, kBlock}) ==
        "o/inner/c = Conv(x, w) as o/inner/conv @0; y = Relu(o/inner/c) as o/inner/relu @0; "
        "o/unused = Neg(y) as o/neg @0; same = Identity(x) as o/Identity @0");
}

TEST_CASE("an optional input that the call leaves out is left out inside") {
  const Message clip =
      function_message("clip", {"a", "low", "high"}, {"r"}, {node_message("Clip", {"a", "low", "high"}, {"r"}, "n")});
  CHECK(inlined(
            graph_message({"x", "h"}, {"y", "z"},
                          {call_message("clip", {"x"}, {"y"}, "c"), call_message("clip", {"x", "", "h"}, {"z"}, "d")}),
            {clip}) == "y = Clip(x, _, _) as c/n @0; z = Clip(x, _, h) as d/n @1");
}

TEST_CASE("references to attributes take the call's value, then the function's default, then none") {
  Message node = node_message("Concat", {"a"}, {"r"}, "n");
  node.message(wire::node::attribute, reference_attribute("axis", "dim"));
  Message function = function_message("cat", {"a"}, {"r"}, {node});
  function.message(wire::function::attribute_proto, int_attribute("dim", 7));
  const Message without = function_message("bare", {"a"}, {"r"}, {node});
  const auto given = call_message("cat", {"x"}, {"p"}, "p").message(wire::node::attribute, int_attribute("dim", 3));
  const Inlined result(model_with(
      graph_message({"x"}, {"p", "q", "r"},
                    {given, call_message("cat", {"x"}, {"q"}, "q"), call_message("bare", {"x"}, {"r"}, "r")}),
      {function, without}));
  CHECK(result.graph().nodes()[0].int_attribute("axis", -1) == 3);
  CHECK(result.graph().nodes()[1].int_attribute("axis", -1) == 7);
  CHECK(result.graph().nodes()[2].find_attribute("axis") == nullptr);
}

TEST_CASE("bodies inside functions read the call's values, and calls stand in bodies too") {
  const Message body = graph_message({}, {"m"}, {node_message("Mul", {"a", "w"}, {"m"}, "mul")});
  const Message function = function_message(
      "f", {"a", "w", "c"}, {"r"},
      {node_message("If", {"c"}, {"r"}, "if").message(wire::node::attribute, body_attribute("then_branch", body))});
  const Inlined inside(
      model_with(graph_message({"x", "v", "k"}, {"y"}, {call_message("f", {"x", "v", "k"}, {"y"}, "f1")}), {function}));
  const Node& node = inside.graph().nodes()[0];
  CHECK(node.name == "f1/if");
  REQUIRE(node.bodies.size() == 1);
  CHECK(text_of(*node.bodies[0].graph) == "f1/m = Mul(x, v) as f1/mul @0");
  CHECK(node.captures.size() == 2);

  const Message calling = graph_message({}, {"m"}, {call_message("block", {"x", "w"}, {"m"}, "b")});
  const Inlined outside(model_with(
      graph_message({"x", "w", "c"}, {"y"},
                    {node_message("If", {"c"}, {"y"}).message(wire::node::attribute, body_attribute("then", calling))}),
      {kBlock}));
  CHECK(text_of(*outside.graph().nodes()[0].bodies[0].graph) ==
        "b/c = Conv(x, w) as b/conv @0; m = Relu(b/c) as b/relu @0");
}

TEST_CASE("a body that the call gives as an attribute keeps the caller's names") {
  const Message body = graph_message({}, {"m"}, {node_message("Neg", {"x"}, {"m"})});
  Message chooses = node_message("If", {"c"}, {"r"}, "if");
  chooses.message(wire::node::attribute, reference_attribute("then_branch", "what"));
  const Message call =
      call_message("f", {"k"}, {"y"}, "f1").message(wire::node::attribute, body_attribute("what", body));
  const Inlined result(
      model_with(graph_message({"x", "k"}, {"y"}, {call}), {function_message("f", {"c"}, {"r"}, {chooses})}));
  const Node& node = result.graph().nodes()[0];
  REQUIRE(node.bodies.size() == 1);
  CHECK(node.bodies[0].attribute == "then_branch");
  CHECK(text_of(*node.bodies[0].graph) == "m = Neg(x)");
}

TEST_CASE("an If that the rank of an argument decides becomes the body that runs") {
  const Message then_body = graph_message({}, {"t"}, {node_message("Neg", {"a"}, {"t"}, "neg")});
  const Message else_body = graph_message({}, {"a"}, {});
  const Message three =
      node_message("Constant", {}, {"k"}, "three").message(wire::node::attribute, int_attribute("value_int", 3));
  const Message function =
      function_message("f", {"a"}, {"r"},
                       {node_message("Shape", {"a"}, {"s"}, "shape"), node_message("Size", {"s"}, {"n"}, "size"), three,
                        node_message("Equal", {"n", "k"}, {"c"}, "equal"),
                        node_message("If", {"c"}, {"r"}, "if")
                            .message(wire::node::attribute, body_attribute("then_branch", then_body))
                            .message(wire::node::attribute, body_attribute("else_branch", else_body))});
  const auto last_node = [&](int rank) {
    Message shape;
    for (int i = 0; i < rank; ++i) shape.message(wire::type::dim, Message());
    const Message type = Message().message(
        wire::type::tensor_type, Message().varint(wire::type::elem_type, 1).message(wire::type::shape, shape));
    Message graph;
    graph.message(wire::graph::node, call_message("f", {"x"}, {"y"}, "f"));
    graph.message(wire::graph::input, value_message("x").message(wire::value_info::type, type));
    graph.message(wire::graph::output, value_message("y"));
    const std::string text = inlined(graph, {function});
    return text.substr(text.rfind("; ") + 2);
  };
  CHECK(last_node(3) == "y = Neg(x) as f/if/neg @0");
  CHECK(last_node(4) == "y = Identity(x) as f/if/Identity @0");
}

TEST_CASE("a call with more inputs than the function has is an error that names it") {
  CHECK(inlined(graph_message({"x", "w"}, {"y"}, {call_message("block", {"x", "w", "x"}, {"y"}, "b1")}), {kBlock}) ==
        "model: node 'b1': has 3 inputs, but the function 'local::block' has 2");
  CHECK(inlined(graph_message({"x", "w"}, {"y"}, {call_message("f", {"x"}, {"y"}, "b1")}),
                {function_message("f", {"a"}, {"r"}, {node_message("Add", {"a", "nowhere"}, {"r"}, "n")})}) ==
        "model: node 'b1/n': reads value 'b1/nowhere', which no node, input or initializer provides");
}

TEST_CASE("calls that multiply, go deep or repeat long texts stay single nodes, with a note") {
  const auto chain = [](int length, int width, std::size_t label) {
    std::vector<Message> functions;
    for (int i = 0; i < length; ++i) {
      std::vector<Message> nodes;
      const std::string callee = "f" + std::to_string(i + 1);
      for (int k = 0; k < width; ++k) {
        const std::string in = k == 0 ? "a" : "v" + std::to_string(k), out = "v" + std::to_string(k + 1);
        nodes.push_back(call_message(callee, {in}, {out}, std::string(label, 'n')));
      }
      functions.push_back(function_message("f" + std::to_string(i), {"a"}, {"v" + std::to_string(width)}, nodes));
    }
    functions.push_back(function_message("f" + std::to_string(length), {"a"}, {"a"}, {}));
    return model_with(graph_message({"x"}, {"y"}, {call_message("f0", {"x"}, {"y"}, "c")}), functions);
  };
  for (const Message& model : {chain(30, 2, 1), chain(3000, 1, 1), chain(16, 2, 20000)}) {
    const Inlined result(model);
    CHECK(text_of(result.graph()) == "y = f0(x)");
    CHECK(result.note().find("stay single nodes") != std::string::npos);
  }
  CHECK(text_of(Inlined(chain(100, 1, 1)).graph()).find("y = Identity(x) as ") == 0);
}

#ifdef RAMUS_WITH_ONNX
TEST_CASE("the official library infers the types inside functions") {
  Message typed_input = value_message("x");
  const Message shape = Message()
                            .message(wire::type::dim, Message().varint(wire::type::dim_value, 2))
                            .message(wire::type::dim, Message().varint(wire::type::dim_value, 5));
  typed_input.message(wire::value_info::type,
                      Message().message(wire::type::tensor_type,
                                        Message().varint(wire::type::elem_type, 1).message(wire::type::shape, shape)));
  Message graph;
  graph.bytes(wire::graph::name, "g");
  graph.message(wire::graph::node, call_message("f", {"x"}, {"y"}, "f"));
  graph.message(wire::graph::input, typed_input);
  graph.message(wire::graph::output, value_message("y"));
  Message function = function_message(
      "f", {"a"}, {"r"}, {node_message("Transpose", {"a"}, {"t"}, "n"), node_message("Relu", {"t"}, {"r"}, "m")});
  function.message(wire::function::opset_import,
                   Message().bytes(wire::opset::domain, "").varint(wire::opset::version, 17));
  Message model = model_with(graph, {function});
  model.message(wire::model::opset_import,
                Message().bytes(wire::opset::domain, "local").varint(wire::opset::version, 1));
  const auto bytes = model.span();
  const auto opened = WireModel::from_owned({bytes.begin(), bytes.end()}, "").value();
  OfficialOptions options;
  options.inlines_functions = true;
  const OfficialOpinion opinion = ask_official_library(*opened, options);
  const auto found = opinion.types.at("").find("f/t");
  REQUIRE(found != opinion.types.at("").end());
  CHECK(found->second.shape == Dims{5, 2});
}
#endif
