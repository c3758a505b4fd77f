// Models in, models out: what a rewrite changes in the file, and what it leaves alone.
#include "plugin/rewrite.hpp"

#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/rewrite_writer.hpp"
#include "tests/plugin/onnx/message.hpp"
#include "tests/plugin/onnx/splicing.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

struct Outcome {
  std::string bytes;
  std::vector<std::string> said;
};

Outcome rewritten(const WireModel& model, std::string_view form = "normal") {
  Outcome outcome;
  const auto say = [&](const std::string& line) { outcome.said.push_back(line); };
  const auto status = rewrite(model, form, Host{}, say, append_to(outcome.bytes));
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return outcome;
}

std::string normal(const Message& model) { return rewritten(*opened(model.text())).bytes; }

std::string text_of(const std::string& bytes) { return to_text(read_graph(*opened(bytes)).value().graph); }

std::vector<std::string> initializers_of(const std::string& bytes) {
  std::vector<std::string> names;
  const auto model = opened(bytes);
  for (const Bytes message : model->main_graph().initializers) {
    names.emplace_back(wire::find_text(message, wire::tensor::name));
  }
  return names;
}

// A float tensor as an input or output.
Message float_value(std::string_view name, std::initializer_list<std::int64_t> dims) {
  Message shape;
  for (const std::int64_t dim : dims) {
    shape.message(wire::type::dim, Message().varint(wire::type::dim_value, static_cast<std::uint64_t>(dim)));
  }
  const Message tensor = Message().varint(wire::type::elem_type, 1).message(wire::type::shape, shape);
  return value_message(name).message(wire::value_info::type, Message().message(wire::type::tensor_type, tensor));
}

Message constant(std::string_view output, const Message& tensor) {
  const Message value = Message()
                            .bytes(wire::attribute::name, "value")
                            .message(wire::attribute::t, tensor)
                            .varint(wire::attribute::type, wire::attribute::tensor_type);
  return node_message("Constant", {}, {output}).message(wire::node::attribute, value);
}

Message two_floats(std::string_view name) {
  return tensor_message(name, ElementType::float32, {2}).floats(wire::tensor::float_data, {1, 2}).bytes(99, "unknown");
}

Message graph_of(std::initializer_list<Message> nodes) {
  Message graph;
  for (const Message& node : nodes) graph.message(wire::graph::node, node);
  return graph.bytes(wire::graph::name, "g")
      .message(wire::graph::input, float_value("x", {2}))
      .message(wire::graph::output, float_value("y", {2}));
}

}  // namespace

TEST_CASE("a constant becomes an initializer, its payload and unknown fields as they were") {
  const std::string out =
      normal(model_message(graph_of({constant("c", two_floats("old")), node_message("Add", {"x", "c"}, {"y"})})));
  CHECK(text_of(out) == "y = Add(x, c)\n");
  CHECK(initializers_of(out) == std::vector<std::string>{"c"});
  CHECK(out.find("unknown") != std::string::npos);
  CHECK(out.find("old") == std::string::npos);
}

TEST_CASE("in IR version 3 initializers are inputs, so constants stay nodes") {
  const Message model =
      model_message(graph_of({constant("c", two_floats("")), node_message("Add", {"x", "c"}, {"y"})}), 3);
  CHECK(normal(model) == model.text());
}

TEST_CASE("a constant of another form, and one without a reader") {
  const Message value = Message()
                            .bytes(wire::attribute::name, "value_float")
                            .fixed32(wire::attribute::f, 0.5f)
                            .varint(wire::attribute::type, wire::attribute::float_type);
  const Message half = node_message("Constant", {}, {"h"}).message(wire::node::attribute, value);
  const std::string out = normal(
      model_message(graph_of({half, constant("unread", two_floats("")), node_message("Add", {"x", "h"}, {"y"})})));
  CHECK(text_of(out) == "y = Add(x, h)\n");
  CHECK(initializers_of(out) == std::vector<std::string>{"h"});
  const auto model = opened(out);
  const Graph graph = read_graph(*model).value().graph;
  CHECK(graph.parameter(graph.nodes()[0], 1)->decode_float().value() == std::vector<float>{0.5f});
}

TEST_CASE("a fill stays a node, with the shape that it reads") {
  const Message shape = tensor_message("", ElementType::int64, {1}).packed(wire::tensor::int64_data, {2});
  const std::string out = normal(model_message(graph_of(
      {constant("s", shape), node_message("ConstantOfShape", {"s"}, {"f"}), node_message("Add", {"x", "f"}, {"y"})})));
  CHECK(text_of(out) == "f = ConstantOfShape(s)\ny = Add(x, f)\n");
  CHECK(initializers_of(out) == std::vector<std::string>{"s"});
}

TEST_CASE("a dropped node leaves with its value_info, and its reader reads what it read") {
  Message graph = graph_of({node_message("Relu", {"x"}, {"a"}, "first"), node_message("Identity", {"a"}, {"i"}),
                            node_message("Add", {"i", "a"}, {"y"}, "last").bytes(500, "kept")});
  graph.message(wire::graph::value_info, float_value("i", {2})).message(wire::graph::value_info, float_value("a", {2}));
  const std::string out = normal(model_message(graph));
  CHECK(text_of(out) == "a = Relu(x)\ny = Add(a, a)\n");
  CHECK(out.find("kept") != std::string::npos);
  const auto model = opened(out);
  REQUIRE(model->main_graph().value_infos.size() == 1);
  CHECK(wire::find_text(model->main_graph().value_infos[0], wire::value_info::name) == "a");
}

TEST_CASE("what a body reads from outside keeps its name: the node that writes it stays") {
  const Message body = Message()
                           .message(wire::graph::node, node_message("Relu", {"j"}, {"t"}))
                           .bytes(wire::graph::name, "b")
                           .message(wire::graph::output, float_value("t", {2}));
  Message branch = node_message("If", {"k"}, {"y"}, "if");
  for (const char* const name : {"then_branch", "else_branch"}) {
    branch.message(wire::node::attribute, Message()
                                              .bytes(wire::attribute::name, name)
                                              .message(wire::attribute::g, body)
                                              .varint(wire::attribute::type, wire::attribute::graph_type));
  }
  const Message flag = tensor_message("", ElementType::boolean, {}).packed(wire::tensor::int32_data, {1});
  const std::string out = normal(model_message(
      graph_of({constant("k", flag), node_message("Identity", {"x"}, {"i"}), node_message("Identity", {"i"}, {"j"}),
                node_message("Identity", {"i"}, {"gone"}), branch})));
  CHECK(text_of(out) == "i = Identity(x)\nj = Identity(i)\ny = If(k)\n");
}

TEST_CASE("an initializer that only a dropped node read goes, unless it may still be needed") {
  const Message pads = tensor_message("p", ElementType::int64, {2}).packed(wire::tensor::int64_data, {0, 0});
  const auto model = [&](std::uint64_t ir_version) {
    Message graph = graph_of({node_message("Pad", {"x", "p"}, {"m"}), node_message("Relu", {"m"}, {"y"})});
    return std::pair(graph.message(wire::graph::initializer, pads), ir_version);
  };
  auto [graph, ir_version] = model(8);
  CHECK(text_of(normal(model_message(graph))) == "y = Relu(x)\n");
  CHECK(initializers_of(normal(model_message(graph))).empty());
  Message training = model_message(graph);
  training.message(wire::model::training_info, Message());
  CHECK(initializers_of(normal(training)) == std::vector<std::string>{"p"});
  Message fed = graph;  // the caller may give other pads
  fed.message(wire::graph::input, value_message("p"));
  CHECK(text_of(normal(model_message(fed))) == "m = Pad(x, p)\ny = Relu(m)\n");
}

TEST_CASE("sums are flattened and the new node stands where ONNX's order has it") {
  Message graph = graph_of({node_message("Relu", {"x"}, {"a"}), node_message("Add", {"x", "a"}, {"s"}),
                            node_message("Tanh", {"x"}, {"b"}), node_message("Add", {"s", "b"}, {"t"}, "outer"),
                            node_message("Relu", {"t"}, {"y"})});
  const std::string out = normal(model_message(graph));
  CHECK(text_of(out) == "a = Relu(x)\nb = Tanh(x)\nt = Sum(x, a, b)\ny = Relu(t)\n");
  CHECK(read_graph(*opened(out)).value().graph.find_node("outer").has_value());
}

TEST_CASE("a model in normal form is copied byte for byte, but for our annotations") {
  Message graph = graph_of({node_message("Relu", {"x"}, {"y"}).bytes(501, "unknown")});
  graph.message(wire::graph::initializer, two_floats("unused")).varint(1234, 5);
  const Message model = model_message(graph).fixed32(600, 1);
  CHECK(normal(model) == model.text());
  ModelAnnotations annotations;
  annotations.model = {{"ramus.report", "{}"}};
  annotations.graphs[""].nodes[0] = {{"ramus.branch", "a"}};
  CHECK(rewritten(*opened(spliced(model.text(), annotations))).bytes == model.text());
}

TEST_CASE("nodes out of order are put in order when something changes") {
  Message graph = graph_of(
      {node_message("Relu", {"i"}, {"y"}), node_message("Identity", {"a"}, {"i"}), node_message("Tanh", {"x"}, {"a"})});
  CHECK(text_of(normal(model_message(graph))) == "a = Tanh(x)\ny = Relu(a)\n");
}

TEST_CASE("a local function in ai.onnx makes every operator mean something else") {
  Message model = model_message(relu_graph());
  model.message(wire::model::functions, Message().bytes(wire::function::name, "Relu"));
  std::string out;
  const auto status = rewrite(
      *opened(model.text()), "normal", Host{}, [](const auto&) {}, append_to(out));
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::invalid_input);
  CHECK(out.empty());
}

TEST_CASE("external data is seen wherever a tensor may stand") {
  const auto external = [](Message tensor) {
    return tensor.varint(wire::tensor::data_location, wire::tensor::kExternal);
  };
  CHECK_FALSE(has_external_data(*opened(model_message(relu_graph()).text())));
  Message graph = relu_graph();
  graph.message(wire::graph::initializer, external(tensor_message("W", ElementType::float32, {2})));
  CHECK(has_external_data(*opened(model_message(graph).text())));
  const Message node = constant("c", external(tensor_message("", ElementType::float32, {2})));
  CHECK(has_external_data(*opened(model_message(graph_of({node})).text())));
}

namespace {

// Inputs of every Add and Sum of two or more computed values that ends a block.
std::vector<std::size_t> terms_of(const std::string& bytes) {
  const Graph graph = read_graph(*opened(bytes)).value().graph;
  std::vector<std::size_t> terms;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    const std::size_t read = graph.data_inputs(NodeId(n)).size();
    if ((node.is("Add") || node.is("Sum")) && read > 1) terms.push_back(read);
  }
  return terms;
}

}  // namespace

TEST_CASE("eight blocks without a ReLU between them: every sum has as many terms as blocks before it, and one") {
  for (const char* const name : {"models/trained/resnet_pre_cifar.onnx", "models/trained/resnet_pre_cifar_bn.onnx"}) {
    const auto path = shared_file(name);
    if (!path) return;
    const auto model = WireModel::open(path->string()).value();
    const Outcome outcome = rewritten(*model, "parallel");
    CHECK(terms_of(outcome.bytes) == std::vector<std::size_t>{2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(outcome.said == std::vector<std::string>{"stream from '/stem/Conv_output_0': 8 blocks in 1 segment"});
  }
}

TEST_CASE("eight blocks with a ReLU after each sum: the stream is cut at each, and says so") {
  for (const char* const name : {"models/trained/resnet_post_cifar.onnx", "models/trained/resnet_post_cifar_bn.onnx"}) {
    const auto path = shared_file(name);
    if (!path) return;
    const auto model = WireModel::open(path->string()).value();
    const Outcome outcome = rewritten(*model, "parallel");
    CHECK(terms_of(outcome.bytes) == std::vector<std::size_t>(8, 2));
    REQUIRE(outcome.said.size() == 1);
    CHECK(outcome.said[0] ==
          "stream from '/Relu_output_0': 8 blocks in 8 segments, cut at '/blocks.0/Relu_1' (Relu), '/blocks.1/Relu_1' "
          "(Relu), '/blocks.2/Relu_1' (Relu), '/blocks.3/Relu_1' (Relu), '/blocks.4/Relu_1' (Relu), '/blocks.5/Relu_1' "
          "(Relu), '/blocks.6/Relu_1' (Relu)");
  }
}
