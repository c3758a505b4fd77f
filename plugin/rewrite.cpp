#include "plugin/rewrite.hpp"

#include <algorithm>

#include "passes/parallel_form.hpp"
#include "passes/pipeline.hpp"
#include "passes/registry.hpp"
#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/official.hpp"
#include "plugin/onnx/rewrite_writer.hpp"
#include "plugin/onnx/wire_cursor.hpp"

namespace ramus {
namespace {

constexpr std::size_t kCutsNamed = 16;  // on a stream's line; the rest is counted

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string describe(const ParallelStream& stream, const Graph& graph) {
  const std::size_t cuts = stream.cuts.size();
  std::string line = "stream from " + onnx_wire::in_quotes(graph[stream.start].name) + ": " +
                     counted(stream.blocks, "block") + " in " + counted(cuts + 1, "segment");
  for (std::size_t i = 0; i < std::min(cuts, kCutsNamed); ++i) {
    const StreamCut& cut = stream.cuts[i];
    line += (i == 0 ? ", cut at " : ", ") + onnx_wire::in_quotes(graph[cut.node].name) + " (" + cut.because + ")";
  }
  if (cuts > kCutsNamed) line += " and " + std::to_string(cuts - kCutsNamed) + " more";
  return line;
}

Result<Graph> to_parallel_form(const Analysed& normal, std::int64_t opset, const Limits& limits,
                               const std::function<void(const std::string&)>& say) {
  const Graph& graph = *normal.graph;
  const ParallelForm form = make_parallel_form(graph, normal.findings.streams, normal.findings.groups, opset, limits);
  for (const Note& note : normal.findings.notes) {
    if (note.code == "regions") say(note.where + ": " + note.text);
  }
  if (form.streams.empty()) say("there is no residual stream: the parallel form is the normal form");
  for (const ParallelStream& stream : form.streams) say(describe(stream, graph));
  return apply(graph, form.patch);
}

Result<Graph> rewrite_graph(const WireModel& model, const Graph& original, bool parallel, const Host& host,
                            const std::function<void(const std::string&)>& say) {
  const PassOptions options(all_passes());
  PipelineRequest request;
  request.passes = {parallel ? "residual-streams" : "flatten-sums"};
  request.options = &options;
  request.limits = model.limits();
  request.opset = model.info().opset();
  request.fuses = false;
  request.cancelled = host.cancelled;
  request.began = [&](std::string_view pass) { host.log("pass " + std::string(pass)); };
  auto normal = run_pipeline(original, request);
  if (!normal) return propagate(std::move(normal.error()));
  if (!parallel) return Graph(*normal->graph);
  return to_parallel_form(*normal, request.opset, model.limits(), say);
}

tl::unexpected<Error> not_valid(const WireModel& model, const std::string& why) {
  return failure(ErrorKind::internal,
                 onnx_wire::printable(model.label()) + ": the rewritten model is not valid: " + why);
}

std::vector<std::string> interface_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const ValueId input : graph.inputs()) names.push_back(graph[input].name);
  names.emplace_back();
  for (const ValueId output : graph.outputs()) names.push_back(graph[output].name);
  return names;
}

// The bytes as a model of their own, if they are as valid as those before.
Result<std::unique_ptr<WireModel>> check(const WireModel& model, const Graph& original, bool was_valid,
                                         std::vector<std::byte> bytes) {
  auto made = WireModel::from_owned(std::move(bytes), "", model.limits());
  if (!made) return not_valid(model, made.error().message);
  ReadOptions options;
  options.missing_external_data_is_fine = true;  // it was read where it lies
  auto read = read_graph(**made, options);
  if (!read) return not_valid(model, read.error().message);
  if (interface_of(read->graph) != interface_of(original)) return not_valid(model, "its inputs or outputs changed");
  const OfficialOpinion opinion = ask_official_library(**made);
  if (was_valid && opinion.objection) return not_valid(model, *opinion.objection);
  return made;
}

Status check_functions(const WireModel& model) {
  for (const WireFunction& function : model.functions()) {
    if (!function.key.domain.empty() && function.key.domain != "ai.onnx") continue;
    return invalid_input(onnx_wire::printable(model.label()) + ": local function " +
                         onnx_wire::in_quotes(to_string(function.key)) +
                         " redefines an operator of ai.onnx, so no operator means what it says");
  }
  return {};
}

}  // namespace

Status rewrite(const WireModel& model, std::string_view form, const Host& host,
               const std::function<void(const std::string&)>& say, const ByteSink& sink) {
  const bool parallel = form == "parallel";
  if (!parallel && form != "normal") {
    return failure(ErrorKind::usage,
                   "form " + onnx_wire::in_quotes(form) + ": no such form; there are normal, parallel");
  }
  if (auto status = check_functions(model); !status) return status;
  // Damage that only copying meets is found before anything is said or done.
  if (auto status = strip(model, [](Bytes) { return true; }); !status) return status;
  const OfficialOpinion opinion = ask_official_library(model);
  ReadOptions options;
  options.inferred = &opinion.types;
  auto read = read_graph(model, options);
  if (!read) return propagate(std::move(read.error()));
  auto rewritten = rewrite_graph(model, read->graph, parallel, host, say);
  if (!rewritten) return propagate(std::move(rewritten.error()), onnx_wire::printable(model.label()));
  auto bytes = write_rewritten(model, read->graph, *rewritten);
  if (!bytes) return propagate(std::move(bytes.error()));
  auto made = check(model, read->graph, !opinion.objection, std::move(*bytes));
  if (!made) return propagate(std::move(made.error()));
  if (host.cancelled()) return failure(ErrorKind::cancelled, onnx_wire::printable(model.label()) + ": cancelled");
  return strip(**made, sink);
}

}  // namespace ramus
