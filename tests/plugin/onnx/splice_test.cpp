// Annotations go in and come out, and nothing else moves.
#include "plugin/onnx/splice.hpp"

#include <doctest/doctest.h>

#include "plugin/onnx/graph_reader.hpp"
#include "tests/plugin/onnx/message.hpp"
#include "tests/plugin/onnx/splicing.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

Message body_attribute(std::string_view name, const Message& graph) {
  return Message().bytes(wire::attribute::name, name).message(wire::attribute::g, graph);
}

// A model with a body, an initializer, entries of others, and fields that no version of ONNX has.
std::string rich_model() {
  Message node = node_message("If", {"x"}, {"y"}, "n");
  node.message(wire::node::attribute, body_attribute("then_branch", relu_graph()).bytes(77, "unknown"));
  node.message(wire::node::metadata_props, entry_message("owner", "somebody"));
  node.bytes(500, "unknown");
  Message graph = Message().message(wire::graph::node, node).message(wire::graph::input, value_message("x"));
  graph.message(wire::graph::initializer,
                tensor_message("W", ElementType::float32, {2}).floats(wire::tensor::float_data, {1, 2}).bytes(99, "?"));
  graph.varint(1234, 5).message(wire::graph::output, value_message("y"));
  return model_message(graph).message(wire::model::metadata_props, entry_message("a", "b")).fixed32(600, 1).text();
}

ModelAnnotations rich_annotations() {
  ModelAnnotations annotations;
  annotations.model = {{"ramus.report", "{}"}};
  annotations.graphs[""].graph = {{"ramus.groups", std::string(200, 'g')}};
  annotations.graphs[""].nodes[0] = {{"ramus.branch", "a"}, {"ramus.role", "fork"}};
  annotations.graphs[""].tensors["W"] = {{"ramus.factors", "0+"}};
  annotations.graphs["0/then_branch"].nodes[0] = {{"ramus.branch", std::string(20000, 'b')}};
  return annotations;
}

std::vector<std::pair<std::string, std::string>> entries_of(Bytes message, std::uint32_t number) {
  std::vector<std::pair<std::string, std::string>> entries;
  wire::Cursor cursor(message);
  wire::Field field;
  while (cursor.next(field)) {
    if (!field.is_bytes(number)) continue;
    entries.emplace_back(wire::find_text(field.value, wire::entry::key),
                         wire::find_text(field.value, wire::entry::value));
  }
  return entries;
}

using Entries = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("entries stand at the end of their messages, after those of others") {
  const std::string text = spliced(rich_model(), rich_annotations());
  const auto model = opened(text);
  CHECK(model->info().metadata == Entries{{"a", "b"}, {"ramus.report", "{}"}});
  const WireGraph& graph = model->main_graph();
  CHECK(entries_of(graph.nodes[0].message, wire::node::metadata_props) ==
        Entries{{"owner", "somebody"}, {"ramus.branch", "a"}, {"ramus.role", "fork"}});
  CHECK(entries_of(graph.initializers[0], wire::tensor::metadata_props) == Entries{{"ramus.factors", "0+"}});
  const WireGraph& body = *graph.nodes[0].bodies[0].graph;
  CHECK(entries_of(body.nodes[0].message, wire::node::metadata_props).at(0).second.size() == 20000);
}

TEST_CASE("strip gives the model back, and annotating twice is annotating once") {
  const std::string text = rich_model();
  const std::string annotated = spliced(text, rich_annotations());
  CHECK(annotated.size() > text.size() + 20000);
  CHECK(stripped(annotated) == text);
  CHECK(spliced(annotated, rich_annotations()) == annotated);
  CHECK(stripped(text) == text);
  ModelAnnotations other;
  other.model = {{"ramus.report", "newer"}};
  CHECK(stripped(spliced(annotated, other)) == text);
}

TEST_CASE("lengths that are wider than needed keep their surplus") {
  Message graph = relu_graph();
  for (const std::size_t width : {2, 3, 4}) {
    CAPTURE(width);
    const std::string text = Message().varint(1, 8).message(wire::model::graph, graph, width).text();
    ModelAnnotations annotations;
    annotations.graphs[""].graph = {{"ramus.groups", std::string(100, 'g')}};  // the minimal width grows from 1 to 2
    const std::string annotated = spliced(text, annotations);
    CHECK(annotated != text);
    CHECK(stripped(annotated) == text);
  }
  const std::string text = Message().varint(1, 8).message(wire::model::graph, graph, 5).text();
  ModelAnnotations annotations;
  annotations.graphs[""].graph = {{"ramus.groups", std::string(100, 'g')}};
  const auto model = opened(text);
  const auto status = annotate(*model, annotations, [](Bytes) { return true; });
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message.find("padded so far that it cannot grow") != std::string::npos);
}

TEST_CASE("entries of ours are removed wherever they stand") {
  const Message ours = entry_message("ramus.x", "y");
  const auto build = [&](bool with) {
    Message node = node_message("Relu", {"x"}, {"y"});
    Message value = value_message("x");
    Message graph;
    if (with) node.message(wire::node::metadata_props, ours);
    if (with) value.message(wire::value_info::metadata_props, ours);
    if (with) graph.message(wire::graph::metadata_props, ours);
    graph.message(wire::graph::node, node).message(wire::graph::input, value);
    Message function = Message().bytes(wire::function::name, "f").message(wire::function::node, node);
    if (with) function.message(wire::function::metadata_props, ours);
    return model_message(graph).message(wire::model::functions, function).text();
  };
  CHECK(stripped(build(true)) == build(false));
  const std::string close = model_message(relu_graph())
                                .message(wire::model::metadata_props, entry_message("ramus", "."))
                                .message(wire::model::metadata_props, entry_message("Ramus.x", "y"))
                                .text();
  CHECK(stripped(close) == close);
}

TEST_CASE("entries under other keys go where there are none, are listed, and leave with ours") {
  const auto relu = [](std::string_view name, std::string_view held) {
    Message node = node_message("Relu", {"x"}, {name});
    if (!held.empty()) node.message(wire::node::metadata_props, entry_message("namespace", held));
    return node;
  };
  Message graph;
  graph.message(wire::graph::node, relu("y", "")).message(wire::graph::node, relu("z", "mine"));
  const std::string text = model_message(graph).text();
  ModelAnnotations annotations;
  for (const std::uint32_t n : {0u, 1u}) {
    annotations.graphs[""].nodes[n] = {{"ramus.role", "arm"}, {"namespace", "a/b"}, {"layer_ann", "a"}};
  }
  std::string annotated;
  const auto taken = annotate(*opened(text), annotations, append_to(annotated));
  REQUIRE(taken.has_value());
  CHECK(*taken == TakenKeys{{"namespace", 1}});
  CHECK(annotated.find("namespace;layer_ann") != std::string::npos);
  CHECK(annotated.find("mine") != std::string::npos);
  CHECK(stripped(annotated) == text);
  CHECK(spliced(annotated, annotations) == annotated);
}

TEST_CASE("an annotation without its object is an error") {
  const auto model = opened(rich_model());
  const auto error = [&](const ModelAnnotations& annotations) {
    const auto status = annotate(*model, annotations, [](Bytes) { return true; });
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().kind == ErrorKind::usage);
    return status.error().message;
  };
  ModelAnnotations annotations;
  annotations.graphs[""].nodes[7] = {};
  CHECK(error(annotations) == "model: there is no node 7 of graph '' to annotate");
  annotations = {};
  annotations.graphs[""].tensors["V"] = {};
  CHECK(error(annotations) == "model: there is no initializer 'V' of graph '' to annotate");
  annotations = {};
  annotations.graphs["0/else_branch"] = {};
  CHECK(error(annotations) == "model: there is no graph '0/else_branch' to annotate");
}

TEST_CASE("a sink may stop the writing") {
  const auto model = opened(rich_model());
  const auto status = strip(*model, [](Bytes) { return false; });
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().kind == ErrorKind::cancelled);
}

TEST_CASE("large payloads leave as spans of the model") {
  const std::string payload(1 << 20, 'w');
  Message graph = relu_graph();
  graph.message(wire::graph::initializer,
                tensor_message("W", ElementType::uint8, {1 << 20}).bytes(wire::tensor::raw_data, payload));
  const std::string text = model_message(graph).text();
  const auto model = opened(text);
  bool is_borrowed = false;
  const Bytes all = model->bytes();
  ModelAnnotations annotations;
  annotations.graphs[""].tensors["W"] = {{"ramus.factors", "0"}};
  REQUIRE(annotate(*model, annotations, [&](Bytes bytes) {
            const bool is_inside = bytes.data() >= all.data() && bytes.data() < all.data() + all.size();
            is_borrowed = is_borrowed || (is_inside && bytes.size() >= payload.size());
            return true;
          }).has_value());
  CHECK(is_borrowed);
}

TEST_CASE("the IR version is raised only when asked, and never lowered") {
  const auto version_after = [](std::uint64_t version, bool raise) {
    ModelAnnotations annotations;
    annotations.raise_ir_version = raise;
    return opened(spliced(model_message(relu_graph(), version).text(), annotations))->info().ir_version;
  };
  CHECK(version_after(8, false) == 8);
  CHECK(version_after(8, true) == 10);
  CHECK(version_after(11, true) == 11);
}
