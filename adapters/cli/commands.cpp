#include "adapters/cli/commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>

#include "adapters/cli/handles.hpp"
#include "adapters/cli/input.hpp"
#include "adapters/cli/output_file.hpp"
#include "adapters/cli/progress_bar.hpp"

namespace ramus::cli {
namespace {

// The session that an interrupt cancels; a second interrupt ends the process as usual.
volatile std::sig_atomic_t interrupts = 0;
ramus_session* session_to_cancel = nullptr;

extern "C" void on_interrupt(int signal) {
  interrupts = interrupts + 1;
  ramus_session_cancel(session_to_cancel);
  if (interrupts > 1) {
    remove_temporary_files();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

// Without SA_RESTART, so that a read of standard input ends too.
void handle_interrupts(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

class Run {
 public:
  explicit Run(const CommonArguments& common, std::int32_t usual_log_level = RAMUS_LOG_WARNING)
      : bar_(common.progress == Show::always ||
             (common.progress == Show::automatic && !common.quiet && isatty(STDERR_FILENO) != 0)) {
    ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
    config.threads = common.threads;
    config.log_level = common.log_level.value_or(usual_log_level);
    config.log_user = this;
    config.log = [](void* user, std::int32_t, const char* text) {
      static_cast<Run*>(user)->bar_.clear();
      std::fprintf(stderr, "ramus: %s\n", text);
    };
    config.progress_user = this;
    config.progress = [](void* user, const char* phase, std::uint64_t done, std::uint64_t total) {
      static_cast<Run*>(user)->bar_.show(phase, done, total);
    };
    ramus_session* made = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    check(ramus_session_create(&config, &made, &error), error);
    session_.reset(made);
    session_to_cancel = made;
    handle_interrupts(on_interrupt);
  }

  ~Run() {
    handle_interrupts(SIG_DFL);
    session_to_cancel = nullptr;
  }

  ramus_session* session() const { return session_.get(); }
  ProgressBar& bar() { return bar_; }

  // What standard input holds, read once.
  const std::string& standard_input() {
    if (!standard_input_) standard_input_ = read_text("-", [] { return interrupts > 0; });
    return *standard_input_;
  }

  Model open(const std::string& path) {
    ramus_model* opened = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    if (path == "-") {
      const std::string& bytes = standard_input();
      check(ramus_model_open_named(session(), bytes.data(), bytes.size(), nullptr, "-", &opened, &error), error);
    } else {
      check(ramus_model_open(session(), path.c_str(), &opened, &error), error);
    }
    return Model(opened);
  }

 private:
  ProgressBar bar_;
  Session session_;
  std::optional<std::string> standard_input_;
};

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> list;
  std::transform(texts.begin(), texts.end(), std::back_inserter(list),
                 [](const std::string& text) { return text.c_str(); });
  return list;
}

// What --features names, read.
struct FeaturesFile {
  std::string path, data;
  std::optional<std::string> layer;  // of an array
};

FeaturesFile named_features(const std::string& argument) {
  if (!argument.ends_with(".npy")) return {argument, {}, std::nullopt};
  const std::size_t split = argument.rfind('=');
  if (split == std::string::npos || split == 0) {
    throw Failure(Exit::usage,
                  argument + ": an array needs the layer whose units are its rows; write LAYER=" + argument);
  }
  return {argument.substr(split + 1), {}, argument.substr(0, split)};
}

class Features {
 public:
  explicit Features(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
      FeaturesFile& file = files_.emplace_back(named_features(argument));
      file.data = read_text(file.path);
    }
    for (const FeaturesFile& file : files_) {
      ramus_features entry = RAMUS_FEATURES_INIT;
      if (file.layer) entry.layer = file.layer->c_str();
      entry.data = file.data.data();
      entry.size = file.data.size();
      entry.name = file.path.c_str();
      entries_.push_back(entry);
    }
    for (const ramus_features& entry : entries_) pointers_.push_back(&entry);
  }

  void add_to(ramus_analyze_options& options) const {
    options.features = pointers_.data();
    options.features_count = pointers_.size();
  }

 private:
  std::vector<FeaturesFile> files_;
  std::vector<ramus_features> entries_;
  std::vector<const ramus_features*> pointers_;
};

// How to analyse, with what the arguments name read; they outlive it.
class Analysis {
 public:
  Analysis(const CommonArguments& common, const std::vector<std::string>& passes,
           const std::optional<std::string>& labels, const std::vector<std::string>& features)
      : features_(features), passes_(pointers(passes)), settings_(pointers(common.settings)), labels_name_(labels) {
    if (labels) labels_ = read_text(*labels);
    options_.passes = passes_.data();
    options_.pass_count = passes_.size();
    options_.settings = settings_.data();
    options_.setting_count = settings_.size();
    options_.seed = common.seed;
    features_.add_to(options_);
    if (!labels) return;
    options_.labels = labels_.data();
    options_.labels_size = labels_.size();
    options_.labels_name = labels_name_->c_str();
  }
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  const ramus_analyze_options* options() const { return &options_; }

 private:
  Features features_;
  std::vector<const char*> passes_, settings_;
  std::optional<std::string> labels_name_;
  std::string labels_;
  ramus_analyze_options options_ = RAMUS_ANALYZE_OPTIONS_INIT;
};

ReportHandle analyze_model(Run& run, const Model& model, const CommonArguments& common,
                           const std::vector<std::string>& passes, const std::optional<std::string>& labels,
                           const std::vector<std::string>& features) {
  const Analysis analysis(common, passes, labels, features);
  ramus_report* report = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_analyze(model.get(), analysis.options(), &report, &error), error);
  run.bar().clear();
  return ReportHandle(report);
}

ReportHandle read_report(Run& run, const std::string& path, const std::string& json) {
  ramus_report* read = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = ramus_report_read(run.session(), json.data(), json.size(), &read, &error);
  if (status == RAMUS_INVALID_INPUT) throw Failure(Exit::invalid_input, path + ": " + error.message);
  check(status, error);
  return ReportHandle(read);
}

// A report is JSON, and no model begins like JSON: the first byte would be a group, which protobuf gave up before ONNX.
bool is_report(const std::string& path, Run& run) {
  if (path == "-") return run.standard_input().starts_with('{');
  std::ifstream file(path, std::ios::binary);
  return file.get() == '{';
}

// The writer's own reason says more than "the writer asked to stop".
void check_written(ramus_status status, const ramus_error& error, const OutputFile& file) {
  if (status == RAMUS_CANCELLED && !file.why().empty()) {
    throw Failure(Exit::internal, (file.path() == "-" ? "standard output" : file.path()) + ": " + file.why());
  }
  check(status, error);
}

void write_report(const ReportHandle& report, const std::string& format, OutputFile& file) {
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_report_write(report.get(), format.c_str(), OutputFile::write_to, &file, &error), error, file);
}

void write_annotated(const Model& model, const ReportHandle& report, OutputFile& file) {
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_annotate(model.get(), report.get(), OutputFile::write_to, &file, &error), error, file);
}

void commit(std::vector<OutputFile>& files) {
  for (OutputFile& file : files) file.commit();
}

bool is_same_file(const std::string& a, const std::string& b) {
  if (a == "-" || b == "-") return a == b;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path first = fs::weakly_canonical(fs::absolute(a, error), error);
  const fs::path second = fs::weakly_canonical(fs::absolute(b, error), error);
  return !error && first == second;
}

// Every output has a file of its own, and none of them is one of the inputs.
void check_paths(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t j = i + 1; j < outputs.size(); ++j) {
      if (is_same_file(outputs[i], outputs[j])) throw Failure(Exit::usage, outputs[i] + ": is named for two outputs");
    }
    for (const std::string& input : inputs) {
      if (outputs[i] == "-" || !is_same_file(outputs[i], input)) continue;
      throw Failure(Exit::usage, outputs[i] + ": is an input; name another file for the output");
    }
  }
}

// Whether the output comes to lie elsewhere than the model. Where a pipe ends, nobody knows.
bool leaves_folder(const std::string& model, const std::string& output) {
  if (model == "-" || output == "-") return false;
  const auto folder = [](const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    return (parent.empty() ? std::filesystem::path(".") : parent).string();
  };
  return !is_same_file(folder(model), folder(output));
}

std::string sidecar_of(const std::string& annotated) { return annotated + ".ramus.json"; }

}  // namespace

void analyze(const CommonArguments& common, const AnalyzeArguments& arguments) {
  const std::optional<std::string> sidecar_path = arguments.report ? arguments.report
                                                  : arguments.annotated && *arguments.annotated != "-"
                                                      ? std::optional(sidecar_of(*arguments.annotated))
                                                      : std::nullopt;
  std::vector<std::string> reports, inputs;
  if (sidecar_path) reports.push_back(*sidecar_path);
  if (arguments.labels) inputs.push_back(*arguments.labels);
  for (const std::string& features : arguments.features) inputs.push_back(named_features(features).path);
  std::vector<std::string> outputs = reports;
  if (arguments.annotated) outputs.push_back(*arguments.annotated);
  check_paths(outputs, inputs);
  check_paths(reports, {arguments.model});  // annotating in place is fine, writing a report over the model is not
  Run run(common);
  const Model model = run.open(arguments.model);
  std::vector<OutputFile> files;
  files.reserve(3);  // references stay valid while more are added
  OutputFile* annotated = nullptr;
  OutputFile* sidecar = nullptr;
  if (arguments.annotated) annotated = &files.emplace_back(*arguments.annotated);
  if (sidecar_path) sidecar = &files.emplace_back(*sidecar_path);
  const ReportHandle report = analyze_model(run, model, common, arguments.passes, arguments.labels, arguments.features);
  if (annotated != nullptr) write_annotated(model, report, *annotated);
  if (sidecar != nullptr) write_report(report, "json", *sidecar);
  const bool standard_output_taken =
      (arguments.annotated && *arguments.annotated == "-") || (arguments.report && *arguments.report == "-");
  if (!standard_output_taken && (arguments.format != "text" || !common.quiet)) {
    OutputFile standard_output("-");
    write_report(report, arguments.format, standard_output);
  }
  commit(files);
}

void annotate(const CommonArguments& common, const AnnotateArguments& arguments) {
  if (arguments.report) check_paths({arguments.output}, {*arguments.report});
  Run run(common);
  const Model model = run.open(arguments.model);
  std::vector<OutputFile> files;
  files.reserve(2);
  OutputFile& annotated = files.emplace_back(arguments.output);
  ReportHandle report;
  if (arguments.report) {
    report = read_report(run, *arguments.report, read_text(*arguments.report));
  } else {
    report = analyze_model(run, model, common, {}, std::nullopt, {});
  }
  write_annotated(model, report, annotated);
  if (!arguments.report && annotated.path() != "-") {
    write_report(report, "json", files.emplace_back(sidecar_of(annotated.path())));
  }
  commit(files);
}

void strip(const CommonArguments& common, const StripArguments& arguments) {
  Run run(common);
  const Model model = run.open(arguments.model);
  std::vector<OutputFile> files;
  OutputFile& stripped = files.emplace_back(arguments.output);
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_strip(model.get(), OutputFile::write_to, &stripped, &error), error, stripped);
  commit(files);
}

void rewrite(const CommonArguments& common, const RewriteArguments& arguments) {
  Run run(common, common.quiet ? RAMUS_LOG_WARNING : RAMUS_LOG_INFO);
  const Model model = run.open(arguments.model);
  if (ramus_model_has_external_data(model.get()) != 0 && leaves_folder(arguments.model, arguments.output)) {
    throw Failure(Exit::usage, arguments.output +
                                   ": the model's weights lie in files beside it, whose places it names from its own "
                                   "folder; write the result into that folder");
  }
  OutputFile rewritten(arguments.output);
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_rewrite(model.get(), arguments.form.c_str(), OutputFile::write_to, &rewritten, &error), error,
                rewritten);
  rewritten.commit();
}

namespace {

ComparisonHandle compare_models(Run& run, const std::vector<Model>& models, const CommonArguments& common,
                                const CompareArguments& arguments) {
  std::deque<Analysis> analyses;
  std::vector<const ramus_analyze_options*> each;
  for (std::size_t i = 0; i < std::max<std::size_t>(arguments.labels.size(), 1); ++i) {
    const auto labels = arguments.labels.empty() ? std::nullopt : std::optional(arguments.labels[i]);
    each.push_back(analyses.emplace_back(common, arguments.passes, labels, arguments.features).options());
  }
  std::vector<ramus_model*> opened;
  for (const Model& model : models) opened.push_back(model.get());
  ramus_compare_options options = RAMUS_COMPARE_OPTIONS_INIT;
  options.analysis = each.data();
  options.analysis_count = each.size();
  ramus_comparison* comparison = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_compare(opened.data(), opened.size(), &options, &comparison, &error), error);
  run.bar().clear();
  return ComparisonHandle(comparison);
}

void write_comparison(const ComparisonHandle& comparison, const std::string& format, OutputFile& file) {
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_comparison_write(comparison.get(), format.c_str(), OutputFile::write_to, &file, &error), error,
                file);
}

}  // namespace

void compare(const CommonArguments& common, const CompareArguments& arguments) {
  if (arguments.models.size() < 2) throw Failure(Exit::usage, "compare: needs at least two models");
  if (arguments.labels.size() > 1 && arguments.labels.size() != arguments.models.size()) {
    throw Failure(Exit::usage, "--labels: give one file for all models, or one for each");
  }
  if (std::count(arguments.models.begin(), arguments.models.end(), "-") > 1) {
    throw Failure(Exit::usage, "-: standard input holds one model");
  }
  std::vector<std::string> inputs = arguments.models;
  inputs.insert(inputs.end(), arguments.labels.begin(), arguments.labels.end());
  for (const std::string& features : arguments.features) inputs.push_back(named_features(features).path);
  if (arguments.output) check_paths({*arguments.output}, inputs);
  Run run(common);
  std::vector<Model> models;
  for (const std::string& path : arguments.models) models.push_back(run.open(path));
  std::vector<OutputFile> files;
  if (arguments.output) files.emplace_back(*arguments.output);
  const ComparisonHandle comparison = compare_models(run, models, common, arguments);
  if (arguments.output) write_comparison(comparison, "json", files.front());
  const bool standard_output_taken = arguments.output && *arguments.output == "-";
  if (!standard_output_taken && (arguments.format != "text" || !common.quiet)) {
    OutputFile standard_output("-");
    write_comparison(comparison, arguments.format, standard_output);
  }
  commit(files);
}

void export_report(const CommonArguments& common, const ExportArguments& arguments) {
  check_paths({arguments.output}, {arguments.input});
  Run run(common);
  std::vector<OutputFile> files;
  OutputFile& output = files.emplace_back(arguments.output);
  ReportHandle report;
  if (is_report(arguments.input, run)) {
    const bool is_piped = arguments.input == "-";
    report = read_report(run, arguments.input, is_piped ? run.standard_input() : read_text(arguments.input));
  } else {
    report = analyze_model(run, run.open(arguments.input), common, {}, std::nullopt, {});
  }
  write_report(report, arguments.format, output);
  commit(files);
}

void list_passes(const std::string& format) {
  OutputFile standard_output("-");
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_write_passes(format.c_str(), OutputFile::write_to, &standard_output, &error), error,
                standard_output);
}

}  // namespace ramus::cli
