#include "plugin/analyze.hpp"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "passes/registry.hpp"
#include "plugin/analysed_model.hpp"
#include "plugin/onnx/digest.hpp"
#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/official.hpp"
#include "plugin/structural_hash.hpp"
#include "plugin/version.hpp"

namespace ramus {
namespace {

// The main graph and all bodies, outermost first, each with its place.
void collect_graphs(std::shared_ptr<const Graph> graph, const std::string& path, const std::string& prefix,
                    std::vector<AnalysedGraph>& graphs) {
  graphs.push_back({path, prefix, graph, {}, {}});
  for (const Node& node : graph->nodes()) {
    for (const Body& body : node.bodies) {
      collect_graphs(body.graph, path_of_body(path, node, body.attribute),
                     prefix + node.name + "/" + body.attribute + "/", graphs);
    }
  }
}

// Weights that some node reads; one that several graphs share counts once.
struct WeightTotals {
  std::int64_t parameters = 0;
  std::uint64_t bytes = 0;
};

WeightTotals count_weights(const std::vector<AnalysedGraph>& graphs) {
  WeightTotals totals;
  std::set<const std::byte*> counted;
  for (const AnalysedGraph& graph : graphs) {
    const Graph& normal = *graph.analysed.graph;
    for (const Value& value : normal.values()) {
      if (value.kind != ValueKind::parameter || value.readers.empty()) continue;
      const WeightView& weight = normal[value.weight];
      if (!weight.bytes.empty() && !counted.insert(weight.bytes.data()).second) continue;
      totals.parameters += parameters_in(weight);
      if (!weight.owned) totals.bytes += weight.bytes.size();
    }
  }
  return totals;
}

ReportModel describe_model(const WireModel& model, std::string digest, const std::vector<AnalysedGraph>& graphs) {
  const ModelInfo& info = model.info();
  ReportModel described;
  described.path = model.label();
  described.bytes = model.bytes().size();
  described.digest = std::move(digest);
  described.ir_version = info.ir_version;
  for (const auto& [domain, opset] : info.opsets) described.opset[domain.empty() ? "ai.onnx" : domain] = opset;
  described.producer = info.producer_name;
  if (!info.producer_version.empty()) described.producer += " " + info.producer_version;
  described.graph_name = info.graph_name;
  described.nodes = graphs.front().original->nodes().size();
  described.values = graphs.front().original->values().size();
  const WeightTotals totals = count_weights(graphs);
  described.parameters = totals.parameters;
  described.weight_bytes = totals.bytes;
  return described;
}

bool asks_for_weights(const std::vector<std::string>& passes) {
  const auto rows = all_passes();
  return passes.empty() || std::any_of(rows.begin(), rows.end(), [&](const PassInfo& row) {
           return row.reads_weights && std::find(passes.begin(), passes.end(), row.name) != passes.end();
         });
}

// One note for all weights whose file is missing, in place of the first.
void merge_missing(std::vector<Note>& notes) {
  const auto is_missing = [](const Note& note) { return note.code == "external-data-missing"; };
  const auto first = std::find_if(notes.begin(), notes.end(), is_missing);
  if (first == notes.end()) return;
  const auto count = std::count_if(first, notes.end(), is_missing);
  first->text += count == 1 ? "; it counts as missing, which leaves the structure"
                            : "; it and " + std::to_string(count - 1) +
                                  (count == 2 ? " more weight count" : " more weights count") +
                                  " as missing, which leaves the structure";
  notes.erase(std::remove_if(std::next(first), notes.end(), is_missing), notes.end());
}

Result<std::vector<AnalysedGraph>> read_graphs(const WireModel& model, bool asks_for_weights, Report& report) {
  OfficialOptions official_options;
  official_options.inlines_functions = true;
  OfficialOpinion opinion = ask_official_library(model, official_options);
  ReadOptions read_options;
  read_options.inlines_functions = true;
  read_options.missing_external_data_is_fine = !asks_for_weights;
  read_options.inferred = &opinion.types;
  auto read = read_graph(model, read_options);
  if (!read) return propagate(std::move(read.error()));
  merge_missing(read->notes);
  for (const std::vector<Note>& notes : {model.notes(), opinion.notes, read->notes}) {
    report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  }
  std::vector<AnalysedGraph> graphs;
  collect_graphs(std::make_shared<const Graph>(std::move(read->graph)), "", "", graphs);
  return graphs;
}

std::uint64_t bytes_of_layers(const std::vector<AnalysedGraph>& graphs) {
  std::uint64_t bytes = 0;
  for (const AnalysedGraph& graph : graphs) {
    for (const WeightView& weight : graph.original->weights()) bytes += weight.bytes.size();
  }
  return bytes;
}

Status run_passes(std::vector<AnalysedGraph>& graphs, const AnalyzeOptions& options, const PassOptions& pass_options,
                  std::int64_t opset, const Host& host) {
  const std::uint64_t total = bytes_of_layers(graphs);
  std::atomic<std::uint64_t> done{0};
  std::string phase;
  auto passes = passes_of_the_table(options.passes, options.host_passes);
  if (!passes) return propagate(std::move(passes.error()));
  PipelineRequest request;
  request.passes = std::move(*passes);
  request.options = &pass_options;
  request.seed = options.seed;
  request.opset = opset;
  request.cancelled = host.cancelled;
  request.advance = [&](std::uint64_t bytes) { host.progress(phase, done += bytes, total); };
  request.began = [&](std::string_view pass) {
    phase = pass;
    host.log("pass " + phase);
    host.progress(phase, done, total);
  };
  for (AnalysedGraph& graph : graphs) {
    request.is_body = !graph.path.empty();
    request.labels = graph.path.empty() && options.labels ? &*options.labels : nullptr;
    request.features = graph.path.empty() && !options.features.empty() ? &options.features : nullptr;
    auto analysed = run_pipeline(*graph.original, request);
    if (!analysed) return propagate(std::move(analysed.error()));
    graph.analysed = std::move(*analysed);
  }
  return {};
}

// What is told of the bytes themselves. It reads all of them and nothing of what the passes find, and so runs beside them.
class Digests {
 public:
  Digests(const WireModel& model, const std::vector<AnalysedGraph>& graphs, const std::function<bool()>& cancelled)
      : hashes_(graphs.size()) {
    const auto stopped = [&cancelled, this] { return stop_.load() || cancelled(); };
    tasks_.run([&model, stopped, this] { digest_ = model_digest(model, stopped); });
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      tasks_.run([&graphs, stopped, this, i] { hashes_[i] = structural_hashes(*graphs[i].original, stopped); });
    }
  }
  ~Digests() {
    stop_.store(true);
    tasks_.wait();
  }

  // The digest of the model; the hashes go to their graphs.
  Result<std::string> take(std::vector<AnalysedGraph>& graphs) {
    tasks_.wait();
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      if (!hashes_[i]) return propagate(std::move(hashes_[i].error()));
      graphs[i].hashes = std::move(*hashes_[i]);
    }
    return std::move(digest_);
  }

 private:
  oneapi::tbb::task_group tasks_;
  std::atomic<bool> stop_{false};
  Result<std::string> digest_;
  std::vector<Result<std::vector<std::string>>> hashes_;
};

// Errors about labels and options already say which file or option they are about.
Error with_label(Error error, const WireModel& model) {
  return error.kind == ErrorKind::invalid_input ? std::move(error).within(model.label()) : std::move(error);
}

}  // namespace

Result<AnalysedModel> analyse_graphs(const WireModel& model, const AnalyzeOptions& options, const Host& host) {
  PassOptions pass_options(all_passes());
  for (const std::string& setting : options.settings) {
    if (auto status = pass_options.set(setting); !status) return propagate(std::move(status.error()));
  }
  AnalysedModel analysed;
  Report& report = analysed.report;
  report.tool_version = version();
  auto graphs = read_graphs(model, asks_for_weights(options.passes), report);
  if (!graphs) return propagate(std::move(graphs.error()));
  Digests digests(model, *graphs, host.cancelled);
  if (auto status = run_passes(*graphs, options, pass_options, model.info().opset(), host); !status) {
    return propagate(with_label(std::move(status.error()), model));
  }
  auto digest = digests.take(*graphs);
  if (!digest) return propagate(std::move(digest.error()));
  report.model = describe_model(model, std::move(*digest), *graphs);
  report.options.insert(pass_options.all().begin(), pass_options.all().end());
  report.options["seed"] = std::to_string(options.seed);
  for (const std::string& pass : options.passes) {
    std::string& list = report.options["passes"];
    list += (list.empty() ? "" : ",") + pass;
  }
  if (options.labels) report.options["labels"] = options.labels->path;
  std::string last;
  for (const UserFeature& feature : options.features) {
    if (feature.file == last) continue;
    last = feature.file;
    std::string& list = report.options["features"];
    list += (list.empty() ? "" : ",") + feature.file;
  }
  analysed.graphs = std::move(*graphs);
  return analysed;
}

oneapi::tbb::task_arena arena_of(int threads) {
  const int most = oneapi::tbb::info::default_concurrency();  // the library prints a warning on more
  return oneapi::tbb::task_arena(threads > 0 ? std::min(threads, most) : most);
}

Result<Report> analyze(const WireModel& model, const AnalyzeOptions& options, const Host& host) {
  if (auto status = check_names(options.host_passes); !status) return propagate(std::move(status.error()));
  auto analysed = arena_of(options.threads).execute([&] {
    auto graphs = analyse_graphs(model, options, host);
    if (graphs) add_to_report(graphs->graphs, graphs->report);
    return graphs;
  });
  if (!analysed) return propagate(std::move(analysed.error()));
  if (auto status = run_host_passes(options, analysed->graphs, host, analysed->report); !status) {
    return propagate(std::move(status.error()));
  }
  return std::move(analysed->report);
}

}  // namespace ramus
