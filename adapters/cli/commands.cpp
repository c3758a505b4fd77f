#include "adapters/cli/commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

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

  Model open(const std::string& path) {
    ramus_model* opened = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    if (path == "-") {
      standard_input_ = read_text(path, [] { return interrupts > 0; });
      check(ramus_model_open_named(session(), standard_input_.data(), standard_input_.size(), nullptr, "-", &opened,
                                   &error),
            error);
    } else {
      check(ramus_model_open(session(), path.c_str(), &opened, &error), error);
    }
    return Model(opened);
  }

 private:
  ProgressBar bar_;
  Session session_;
  std::string standard_input_;
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

ReportHandle analyze_model(Run& run, const Model& model, const CommonArguments& common,
                           const std::vector<std::string>& passes, const std::optional<std::string>& labels,
                           const std::vector<std::string>& features) {
  const Features given(features);
  const std::vector<const char*> pass_names = pointers(passes), settings = pointers(common.settings);
  const std::string labels_text = labels ? read_text(*labels) : std::string();
  ramus_analyze_options options = RAMUS_ANALYZE_OPTIONS_INIT;
  options.passes = pass_names.data();
  options.pass_count = pass_names.size();
  options.settings = settings.data();
  options.setting_count = settings.size();
  options.seed = common.seed;
  given.add_to(options);
  if (labels) {
    options.labels = labels_text.data();
    options.labels_size = labels_text.size();
    options.labels_name = labels->c_str();
  }
  ramus_report* report = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_analyze(model.get(), &options, &report, &error), error);
  run.bar().clear();
  return ReportHandle(report);
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
    const std::string json = read_text(*arguments.report);
    ramus_report* read = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    const ramus_status status = ramus_report_read(run.session(), json.data(), json.size(), &read, &error);
    if (status == RAMUS_INVALID_INPUT) throw Failure(Exit::invalid_input, *arguments.report + ": " + error.message);
    check(status, error);
    report.reset(read);
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

void list_passes(const std::string& format) {
  OutputFile standard_output("-");
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_write_passes(format.c_str(), OutputFile::write_to, &standard_output, &error), error,
                standard_output);
}

}  // namespace ramus::cli
