// A graph wrapped in a local function says the same as the graph itself, but for names.
#include <doctest/doctest.h>

#include <set>

#include "plugin/analyze.hpp"
#include "plugin/annotations.hpp"
#include "plugin/onnx/inlined_node.hpp"
#include "tests/plugin/onnx/message.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::unique_ptr<WireModel> opened(const std::string& bytes) {
  const auto span = std::as_bytes(std::span(bytes));
  auto model = WireModel::from_owned({span.begin(), span.end()}, "");
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return std::move(*model);
}

// What nodes read from outside, bodies included, and what they write.
struct Names {
  std::vector<std::string> reads, writes;
  std::set<std::string> known;

  void add(const WireGraph& graph, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const wire::InlinedNode node = wire::parse_node(graph.nodes[i].message).node;
      for (const std::string& name : node.inputs) read(name);
      for (const WireBody& body : graph.nodes[i].bodies) add_body(*body.graph);
      for (const std::string& name : node.outputs) {
        if (!name.empty() && known.insert(name).second) writes.push_back(name);
      }
    }
  }
  void read(const std::string& name) {
    if (!name.empty() && known.insert(name).second) reads.push_back(name);
  }
  void add_body(const WireGraph& graph) {
    std::set<std::string> outer = known;
    for (const auto* list : {&graph.inputs, &graph.initializers}) {
      const auto field =
          list == &graph.inputs ? std::uint32_t{wire::value_info::name} : std::uint32_t{wire::tensor::name};
      for (const Bytes message : *list) known.insert(std::string(wire::find_text(message, field)));
    }
    const std::size_t written = writes.size();
    add(graph, 0, graph.nodes.size());
    for (const Bytes output : graph.outputs) read(std::string(wire::find_text(output, wire::value_info::name)));
    writes.resize(written);
    known = std::move(outer);
    known.insert(reads.begin(), reads.end());
  }
};

// Nodes [begin, end) of the model's graph become a function that one node calls.
std::string wrapped(const WireModel& model, std::size_t begin, std::size_t end) {
  const WireGraph& graph = model.main_graph();
  Names names;
  names.add(graph, begin, end);
  Message function, call;
  function.bytes(wire::function::name, "wrap").bytes(wire::function::domain, "local");
  for (const std::string& name : names.reads) {
    function.bytes(wire::function::input, name);
    call.bytes(wire::node::input, name);
  }
  for (const std::string& name : names.writes) {
    function.bytes(wire::function::output, name);
    call.bytes(wire::node::output, name);
  }
  for (std::size_t i = begin; i < end; ++i) function.bytes(wire::function::node, text(graph.nodes[i].message));
  call.bytes(wire::node::op_type, "wrap").bytes(wire::node::domain, "local").bytes(wire::node::name, "wrapped");

  Message inner;
  inner.bytes(wire::graph::name, graph.name);
  for (std::size_t i = 0; i < begin; ++i) inner.bytes(wire::graph::node, text(graph.nodes[i].message));
  inner.message(wire::graph::node, call);
  for (std::size_t i = end; i < graph.nodes.size(); ++i) inner.bytes(wire::graph::node, text(graph.nodes[i].message));
  for (const Bytes message : graph.initializers) inner.bytes(wire::graph::initializer, text(message));
  for (const Bytes message : graph.inputs) inner.bytes(wire::graph::input, text(message));
  for (const Bytes message : graph.outputs) inner.bytes(wire::graph::output, text(message));
  for (const Bytes message : graph.value_infos) inner.bytes(wire::graph::value_info, text(message));
  Message outer;
  outer.varint(wire::model::ir_version, 8).message(wire::model::graph, inner).message(wire::model::functions, function);
  for (const auto& [domain, version] : model.info().opsets) {
    outer.message(
        wire::model::opset_import,
        Message().bytes(wire::opset::domain, domain).varint(wire::opset::version, static_cast<std::uint64_t>(version)));
  }
  return outer.text();
}

Report report_on(const WireModel& model, const AnalyzeOptions& options) {
  auto report = analyze(model, options, Host{});
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return std::move(*report);
}

// Everything but names.
std::string structure_of(const Report& report) {
  std::string out;
  for (const ReportGroup& group : report.groups) {
    out += group.kind + " " + group.join_op + (group.closed ? "" : " open") + " depth " + std::to_string(group.depth);
    for (const ReportBranch& branch : group.branches) {
      out += " [" + std::to_string(branch.layers.size()) + " " + std::to_string(branch.parameters) + " " +
             std::to_string(branch.macs) + (branch.skip ? " skip" : "") + (branch.projection ? " projection" : "");
      if (branch.units) out += " " + std::to_string(branch.units->begin) + "-" + std::to_string(branch.units->end);
      out += "]";
    }
    out += "\n";
  }
  for (const ReportStream& stream : report.streams) {
    out += "stream of " + stream.paths + ":";
    for (const ReportStreamBlock& block : stream.blocks) {
      out += " " + block.link;
      for (const std::string& op : block.via) out += " " + op;
    }
    out += "\n";
  }
  for (const ReportFactors& factors : report.factors) {
    out += "factors " + std::to_string(factors.rows) + "x" + std::to_string(factors.columns);
    for (Eigen::Index j = 0; j < factors.factors->sigma.size(); ++j) {
      out += " " + std::to_string(std::round(factors.factors->sigma[j] * 1e3) / 1e3);
    }
    out += "\n";
  }
  return out;
}

void check_wrapped(const std::filesystem::path& path, const AnalyzeOptions& options) {
  CAPTURE(path);
  auto model = WireModel::open(path.string());
  REQUIRE(model.has_value());
  const std::string plain = structure_of(report_on(**model, options));
  const std::size_t nodes = (*model)->main_graph().nodes.size();
  CHECK(structure_of(report_on(*opened(wrapped(**model, 0, nodes)), options)) == plain);
  CHECK(structure_of(report_on(*opened(wrapped(**model, nodes / 4, 3 * nodes / 4)), options)) == plain);
}

AnalyzeOptions structure_only() { return {.passes = {"branch-tree", "residual-streams"}}; }

}  // namespace

TEST_CASE("a model wrapped in a function, whole or in part, has the same groups, streams and factors") {
  check_wrapped(example_file("models/two_branch_tin32bn_s3.onnx"), {.passes = {"residual-streams", "factors"}});
}

TEST_CASE("real models wrapped in a function have the same structure") {
  for (const char* name : {"light_resnet50", "light_shufflenet", "squeezenet", "nanodet_m", "mobilenetv2_int8_qdq",
                           "style_candy", "vttrack", "silero_vad"}) {
    const auto path = shared_file("models/" + std::string(name) + ".onnx");
    if (path) check_wrapped(*path, structure_only());
  }
}

TEST_CASE("a call is annotated with what its nodes are") {
  auto model = WireModel::open(example_file("models/two_branch_tin32bn_s3.onnx").string());
  REQUIRE(model.has_value());
  const auto wrapping = opened(wrapped(**model, 0, (*model)->main_graph().nodes.size()));
  const auto annotations = annotations_from(report_on(*wrapping, structure_only()), *wrapping);
  REQUIRE_MESSAGE(annotations.has_value(), annotations.error().message);
  const auto& nodes = annotations->graphs.at("").nodes;
  REQUIRE(nodes.size() == 1);
  std::string entries;
  for (const MetadataEntry& entry : nodes.at(0)) entries += entry.key + "=" + entry.value + " ";
  CHECK(entries == "ramus.branch=wrapped/branches.0;wrapped/branches.1 ramus.role=arm;join ");
}
