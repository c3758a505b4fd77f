// The official library as witness: shapes, verdicts, and what happens when it is given poison.
#include "plugin/onnx/official.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/skeleton.hpp"
#include "tests/plugin/onnx/message.hpp"
#include "tests/plugin/onnx/onnx_text.hpp"
#include "tests/plugin/onnx/splicing.hpp"

#ifdef RAMUS_WITH_ONNX
#include "plugin/onnx/child_process.hpp"
#endif

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

TEST_CASE("the skeleton keeps structure and small payloads, and leaves out the weights") {
  Message graph = relu_graph();
  graph.message(
      wire::graph::initializer,
      tensor_message("large", ElementType::uint8, {1 << 16}).bytes(wire::tensor::raw_data, std::string(1 << 16, 'w')));
  graph.message(wire::graph::initializer,
                tensor_message("shape", ElementType::int64, {2}).packed(wire::tensor::int64_data, {3, 4}));
  graph.message(wire::graph::initializer, tensor_message("out", ElementType::float32, {9})
                                              .message(wire::tensor::external_data, entry_message("location", "w.bin"))
                                              .varint(wire::tensor::data_location, wire::tensor::kExternal));
  graph.bytes(wire::graph::doc_string, std::string(5000, 'd'));
  const auto skeleton = write_skeleton(*opened(model_message(graph).text()));
  REQUIRE(skeleton.has_value());
  CHECK(skeleton->size() < 500);
  const auto model = opened(*skeleton);
  REQUIRE(model->main_graph().initializers.size() == 3);
  CHECK(wire::find_text(model->main_graph().initializers[0], wire::tensor::raw_data).size() == 8);
  CHECK(wire::find_text(model->main_graph().initializers[1], wire::tensor::int64_data).size() == 2);
  CHECK(wire::find_text(model->main_graph().initializers[2], wire::tensor::external_data).empty());
}

#ifndef RAMUS_WITH_ONNX

TEST_CASE("without the official library there is a note") {
  const auto opinion = ask_official_library(*opened(model_message(relu_graph()).text()));
  CHECK(opinion.types.empty());
  CHECK(opinion.notes.at(0).code == "official-library");
  CHECK(official_library_version().empty());
}

#else

namespace {

std::string codes_of(const OfficialOpinion& opinion) {
  std::string codes;
  for (const Note& note : opinion.notes) codes += note.code + " ";
  return codes;
}

}  // namespace

TEST_CASE("shapes are inferred for the main graph and for bodies") {
  const auto model = opened(model_from_text(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[2, 3] x, bool c) => (float[2, 3] y) {
      h = Relu(x)
      y = If (c) <
        then_branch = t () => (float[2, 3] a) { r = Neg(h)  a = Abs(r) },
        else_branch = e () => (float[2, 3] b) { b = Identity(h) }
      >
    })"));
  const OfficialOpinion opinion = ask_official_library(*model);
  CHECK(codes_of(opinion).empty());
  REQUIRE(opinion.types.count("") == 1);
  CHECK(opinion.types.at("").at("h").shape == Dims{2, 3});
  REQUIRE(opinion.types.count("1/then_branch") == 1);
  CHECK(opinion.types.at("1/then_branch").at("r").shape == Dims{2, 3});

  ReadOptions options;
  options.inferred = &opinion.types;
  const auto read = read_graph(*model, options);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  const Graph& body = *read->graph.nodes()[1].bodies[0].graph;
  CHECK(body[*body.find_value("r")].shape == Dims{2, 3});
  CHECK(body[*body.find_value("h")].shape == Dims{2, 3});
}

TEST_CASE("the answer is the same inside the process and in a child") {
  const auto model = opened(model_from_text(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[N, 4] x) => (float[N, 4] y) { h = Relu(x)  y = Neg(h) })"));
  OfficialOptions here;
  here.in_child_process = false;
  const auto a = ask_official_library(*model);
  const auto b = ask_official_library(*model, here);
  CHECK(a.types.at("").at("h").shape == Dims{kUnknownDim, 4});
  CHECK(a.types.at("").at("h").shape == b.types.at("").at("h").shape);
}

TEST_CASE("what the checker objects to is a note, and so is what it does not know") {
  const auto unknown_op =
      opened(model_message(Message()
                               .message(wire::graph::node, node_message("NoSuchOperator", {"x"}, {"y"}))
                               .bytes(wire::graph::name, "g")
                               .message(wire::graph::input, value_message("x"))
                               .message(wire::graph::output, value_message("y")))
                 .text());
  CHECK(codes_of(ask_official_library(*unknown_op)).find("checker") != std::string::npos);
  const OfficialOpinion newer = ask_official_library(*opened(model_message(relu_graph(), 11).text()));
  REQUIRE(newer.notes.size() >= 1);
  CHECK(newer.notes[0].text.find("knows IR versions up to 8") != std::string::npos);
}

TEST_CASE("what would crash, hang or swell the library costs only its answer") {
  OfficialOptions options;
  options.seconds = 3;
  options.memory = std::size_t{1} << 30;
  const auto ask = [&](const char* text) {
    const auto model = opened(model_from_text(text));
    const OfficialOpinion opinion = ask_official_library(*model, options);
    return codes_of(opinion);
  };
  SUBCASE("a stride of 0") {
    CHECK(ask(R"(<ir_version: 8, opset_import: ["" : 13]>
      g (float[1, 1, 8, 8] x) => (float y) { y = MaxPool <kernel_shape = [2, 2], strides = [0, 0]> (x) })") ==
          "official-library ");
  }
  SUBCASE("counting down from 2^62") {
    CHECK(ask(R"(<ir_version: 8, opset_import: ["" : 13]>
      g (float[1, 1, 4611686018427387904, 8] x) => (float y) {
        y = MaxPool <kernel_shape = [2, 2], strides = [2, 2], auto_pad = "SAME_UPPER"> (x) })") == "official-library ");
  }
  SUBCASE("a rank of 10^12") {
    const std::string codes = ask(R"(<ir_version: 8, opset_import: ["" : 13]>
      g (float[1] x, int64[1000000000000] s) => (float y) { y = Expand(x, s) })");
    CHECK(codes != "");
  }
}

TEST_CASE("local functions that multiply are not given to the library") {
  Message chain = model_message(
      Message().message(wire::graph::node, node_message("f0", {}, {"y"}).bytes(wire::node::domain, "local")));
  for (int i = 0; i < 40; ++i) {
    Message function = Message().bytes(wire::function::name, "f" + std::to_string(i));
    function.bytes(wire::function::domain, "local");
    for (int twice = 0; twice < 2; ++twice) {
      function.message(wire::function::node,
                       node_message("f" + std::to_string(i + 1), {}, {"y"}).bytes(wire::node::domain, "local"));
    }
    chain.message(wire::model::functions, function);
  }
  const OfficialOpinion opinion = ask_official_library(*opened(chain.text()));
  REQUIRE(opinion.notes.size() == 1);
  CHECK(opinion.notes[0].text.find("more than 1000000 nodes") != std::string::npos);
}

TEST_CASE("a child's bytes come back, and its end is told") {
  CHECK(*run_in_child([] { return std::string(1 << 20, 'x'); }, {}) == std::string(1 << 20, 'x'));
  CHECK(*run_in_child([] { return std::string(); }, {}) == "");
  CHECK(run_in_child([]() -> std::string { throw 1; }, {}).error().message == "ended without an answer");
  const auto crashed = run_in_child(
      [] {
        std::raise(SIGKILL);
        return std::string();
      },
      {});
  CHECK(crashed.error().message == "ended by signal 9");
  const auto slow = run_in_child(
      [] {
        std::this_thread::sleep_for(std::chrono::seconds(60));
        return std::string();
      },
      {1, std::size_t{1} << 30});
  CHECK(slow.error().message == "took longer than 1 seconds");
}

#endif
