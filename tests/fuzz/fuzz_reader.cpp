// Any bytes as a model: opening, reading, asking the official library, annotating and stripping must not go wrong, and
// what is written must read back as the claims of splice.hpp say.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/inferred_types.hpp"
#include "plugin/onnx/official.hpp"
#include "plugin/onnx/skeleton.hpp"
#include "plugin/onnx/splice.hpp"

namespace {

using namespace ramus;

void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

ByteSink append_to(std::string& out) {
  return [&out](Bytes bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  };
}

Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

void decode_weights(const Graph& graph) {
  constexpr std::int64_t kMost = 1 << 16;
  for (const WeightView& weight : graph.weights()) {
    require(weight.storage == WeightStorage::absent || weight.elements() >= 0, "a weight has a size");
    if (weight.elements() <= kMost) (void)weight.decode_double();
    (void)weight.decode_int64();
  }
  for (const Node& node : graph.nodes()) {
    for (const Body& body : node.bodies) decode_weights(*body.graph);
  }
}

void annotate_all(const WireGraph& graph, const std::string& path, ModelAnnotations& out) {
  GraphAnnotations& here = out.graphs[path];
  here.graph = {{"ramus.groups", "g"}};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    here.nodes[static_cast<std::uint32_t>(i)] = {{"ramus.branch", std::string(i * 40 % 300, 'b')}};
    for (const WireBody& body : graph.nodes[i].bodies) {
      annotate_all(*body.graph, body_path(path, i, body.attribute), out);
    }
  }
}

void check_splicing(const WireModel& model) {
  ModelAnnotations annotations;
  annotations.model = {{"ramus.report", "{}"}};
  annotate_all(model.main_graph(), "", annotations);
  std::string annotated, bare, back, again;
  if (!annotate(model, annotations, append_to(annotated)) || !strip(model, append_to(bare))) return;
  const auto reopened = WireModel::from_memory(bytes_of(annotated), "");
  require(reopened.has_value(), "what annotate writes can be opened");
  require(strip(**reopened, append_to(back)).has_value(), "what annotate writes can be stripped");
  require(back == bare, "strip(annotate(x)) == strip(x)");
  require(annotate(**reopened, annotations, append_to(again)).has_value(), "annotating twice works");
  require(again == annotated, "annotating twice is annotating once");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = WireModel::from_memory(std::as_bytes(std::span(data, size)), "");
  if (!model) return 0;
  ReadOptions options;
  options.missing_external_data_is_fine = true;
  if (const auto read = read_graph(**model, options)) decode_weights(read->graph);
  options.inlines_functions = true;
  if (const auto read = read_graph(**model, options)) decode_weights(read->graph);
  if (const auto functions = read_functions(**model, options)) {
    for (const LocalFunction& function : *functions) decode_weights(function.body);
  }
  if (const auto skeleton = write_skeleton(**model)) {
    require(WireModel::from_memory(bytes_of(*skeleton), "").has_value(), "a skeleton can be opened");
  }
  check_splicing(**model);
  // A child for every input would take all the time.
  if (size % 64 == 5) {
    OfficialOptions limits;
    limits.seconds = 1;
    ask_official_library(**model, limits);
  }
  return 0;
}
