// What counts as a model, and what is said about everything else.
#include "plugin/onnx/wire_model.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "plugin/onnx/graph_reader.hpp"
#include "tests/plugin/onnx/message.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

std::string error_of(std::string_view bytes, const Limits& limits = {}) {
  const auto model = WireModel::from_memory(std::as_bytes(std::span(bytes)), "", limits);
  return model ? "no error" : model.error().message;
}

Message function_message(std::string_view name, std::initializer_list<std::string_view> callees) {
  Message function;
  function.bytes(wire::function::name, name).bytes(wire::function::domain, "local");
  function.bytes(wire::function::input, "x").bytes(wire::function::output, "y");
  for (const auto callee : callees) {
    function.message(wire::function::node, node_message(callee, {"x"}, {"y"}).bytes(wire::node::domain, "local"));
  }
  return function;
}

// A graph whose one node has a body whose one node has a body ...
Message nested_graph(int depth) {
  Message graph = relu_graph();
  for (int i = 0; i < depth; ++i) {
    const Message body = Message().bytes(wire::attribute::name, "body").message(wire::attribute::g, graph);
    graph = Message().message(wire::graph::node, node_message("Loop", {}, {"y"}).message(wire::node::attribute, body));
  }
  return graph;
}

}  // namespace

TEST_CASE("the index tells what a model says of itself") {
  Message bytes = model_message(relu_graph());
  bytes.bytes(wire::model::producer_name, "p").bytes(wire::model::domain, "d").varint(wire::model::model_version, 3);
  bytes.message(wire::model::opset_import,
                Message().bytes(wire::opset::domain, "com.x").varint(wire::opset::version, 1));
  bytes.message(wire::model::metadata_props, entry_message("k", "v"));
  bytes.message(wire::model::training_info, Message());
  bytes.bytes(999, "unknown fields are skipped");
  const auto model = WireModel::from_memory(bytes.span(), "");
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  const ModelInfo& info = (*model)->info();
  CHECK(info.ir_version == 8);
  CHECK(info.producer_name == "p");
  CHECK(info.domain == "d");
  CHECK(info.model_version == 3);
  CHECK(info.graph_name == "g");
  CHECK(info.opsets == std::map<std::string, std::int64_t>{{"", 17}, {"com.x", 1}});
  CHECK(info.metadata == std::vector<std::pair<std::string, std::string>>{{"k", "v"}});
  REQUIRE((*model)->notes().size() == 1);
  CHECK((*model)->notes()[0].code == "training-info");
  CHECK((*model)->node_count() == 1);
}

TEST_CASE("a file that is no model says what it looks like") {
  CHECK(error_of("") == "model: is empty");
  CHECK(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:00\n") ==
        "model: is a Git LFS pointer, not a model; run 'git lfs pull'");
  CHECK(error_of("hello\n") == "model: is text, not a model");
  CHECK(error_of("<!DOCTYPE html>") == "model: is a web page or XML, not a model (a failed download?)");
  CHECK(error_of("ir_version: 8\ngraph {}\n").find("text form") != std::string::npos);
  CHECK(error_of("PK\x03\x04....") == "model: is a zip archive (a PyTorch checkpoint?), not an ONNX model");
  CHECK(error_of(std::string(64, '\0')) == "model: is no ONNX model: byte 0 does not begin a field (damaged?)");
  CHECK(error_of(Message().varint(1, 8).text()) == "model: holds no graph, so it is no ONNX model");
}

TEST_CASE("a truncated model ends inside its graph, at every length") {
  const std::string whole = model_message(relu_graph()).text();
  for (std::size_t size = 4; size + 1 < whole.size(); ++size) {
    CAPTURE(size);
    const std::string error = error_of(whole.substr(0, size));
    const bool is_after_graph = size >= whole.size() - 4;
    if (!is_after_graph) CHECK(error == "model: ends inside its graph at byte 2 (truncated?)");
  }
}

TEST_CASE("files that cannot be mapped") {
  const auto error = [](const std::string& path) {
    const auto model = WireModel::open(path);
    return model ? "no error" : model.error().message;
  };
  CHECK(error("/nowhere/model.onnx") == "/nowhere/model.onnx: there is no such file");
  CHECK(error("/") == "/: is a directory, not a file");
  CHECK(error("/dev/null") == "/dev/null: is not a regular file");
  const auto path = std::filesystem::temp_directory_path() / "ramus_empty_model.onnx";
  std::ofstream(path).flush();
  CHECK(error(path.string()) == path.string() + ": is empty");
  std::filesystem::remove(path);
}

TEST_CASE("a model has one graph") {
  Message bytes = model_message(relu_graph());
  bytes.message(wire::model::graph, relu_graph());
  CHECK(error_of(bytes.text()) == "model: holds two graphs; a model has one");
}

TEST_CASE("limits hold") {
  Limits limits;
  limits.nesting = 3;
  CHECK(error_of(model_message(nested_graph(3)).text(), limits) == "no error");
  CHECK(error_of(model_message(nested_graph(4)).text(), limits).find("nested deeper than 3") != std::string::npos);
  CHECK(error_of(model_message(nested_graph(5000)).text()).find("nested deeper than 64") != std::string::npos);
  limits.nodes = 2;
  CHECK(error_of(model_message(nested_graph(2)).text(), limits) == "model: has more than 2 nodes");
}

TEST_CASE("local functions may not call themselves, and calls that multiply cost nothing") {
  Message loop = model_message(relu_graph());
  loop.message(wire::model::functions, function_message("f", {"g"}));
  loop.message(wire::model::functions, function_message("g", {"h", "f"}));
  CHECK(error_of(loop.text()) == "model: local functions call themselves: 'local::f' -> 'local::g' -> 'local::f'");

  Message twice = model_message(relu_graph());
  twice.message(wire::model::functions, function_message("f", {}));
  twice.message(wire::model::functions, function_message("f", {}));
  CHECK(error_of(twice.text()) == "model: function 'local::f' is defined twice");

  Message chain = model_message(
      Message().message(wire::graph::node, node_message("f0", {}, {"y"}).bytes(wire::node::domain, "local")));
  for (int i = 0; i < 60; ++i) {
    const std::string callee = "f" + std::to_string(i + 1);
    chain.message(wire::model::functions, function_message("f" + std::to_string(i), {callee, callee}));
  }
  const auto model = WireModel::from_memory(chain.span(), "");
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  CHECK((*model)->inlined_node_count() == Limits().nodes + 1);
}

TEST_CASE("a function that calls itself inside a body is found") {
  const Message body =
      Message().message(wire::graph::node, node_message("f", {"x"}, {"z"}).bytes(wire::node::domain, "local"));
  Message node = node_message("If", {"x"}, {"y"});
  node.message(wire::node::attribute, Message().bytes(wire::attribute::name, "then").message(wire::attribute::g, body));
  Message function = function_message("f", {});
  function.message(wire::function::node, node);
  Message bytes = model_message(relu_graph());
  bytes.message(wire::model::functions, function);
  CHECK(error_of(bytes.text()) == "model: local functions call themselves: 'local::f' -> 'local::f'");
}

TEST_CASE("bytes that the caller keeps and bytes that the model owns") {
  const std::string text = model_message(relu_graph()).text();
  const auto bytes = std::as_bytes(std::span(text));
  auto owned = WireModel::from_owned({bytes.begin(), bytes.end()}, "");
  REQUIRE(owned.has_value());
  CHECK((*owned)->bytes().data() != bytes.data());
  CHECK(read_graph(**owned)->graph.nodes().size() == 1);
  CHECK((*WireModel::from_memory(bytes, ""))->bytes().data() == bytes.data());
}
