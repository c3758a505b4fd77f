#include "adapters/cli/commands.hpp"

#include <algorithm>
#include <deque>

#include "adapters/cli/analysis.hpp"
#include "adapters/cli/input.hpp"
#include "adapters/cli/output_file.hpp"
#include "adapters/cli/paths.hpp"
#include "adapters/cli/run.hpp"

namespace ramus::cli {
namespace {

void write_report(const ReportHandle& report, const std::string& format, OutputFile& file) {
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_report_write(report.get(), format.c_str(), OutputFile::write_to, &file, &error), error, file);
}

void write_annotated(const Model& model, const ReportHandle& report, const ForeignKeys& keys, OutputFile& file) {
  ramus_annotate_options options = RAMUS_ANNOTATE_OPTIONS_INIT;
  options.write_namespace = keys.name_space ? 1 : 0;
  options.write_layer_ann = keys.layer_ann ? 1 : 0;
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_annotate(model.get(), report.get(), &options, OutputFile::write_to, &file, &error), error, file);
}

void commit(std::vector<OutputFile>& files) {
  for (OutputFile& file : files) file.commit();
}

std::string sidecar_of(const std::string& annotated) { return annotated + ".ramus.json"; }

}  // namespace

void analyze(const CommonArguments& common, const AnalyzeArguments& arguments) {
  if ((arguments.keys.name_space || arguments.keys.layer_ann) && !arguments.annotated) {
    throw Failure(Exit::usage, "--namespace and --layer-ann: go into an annotated model; add --annotate OUT.onnx");
  }
  const std::optional<std::string> sidecar_path = arguments.report ? arguments.report
                                                  : arguments.annotated && *arguments.annotated != "-"
                                                      ? std::optional(sidecar_of(*arguments.annotated))
                                                      : std::nullopt;
  std::vector<std::string> reports, inputs;
  if (sidecar_path) reports.push_back(*sidecar_path);
  if (arguments.html) reports.push_back(*arguments.html);
  if (arguments.labels) inputs.push_back(*arguments.labels);
  for (const std::string& features : arguments.features) inputs.push_back(named_features(features).path);
  std::vector<std::string> outputs = reports;
  if (arguments.annotated) outputs.push_back(*arguments.annotated);
  check_paths(outputs, inputs);
  check_paths(reports, {arguments.model});  // annotating in place is fine, writing a report over the model is not
  Run run(common);
  const Model model = run.open(arguments.model);
  std::vector<OutputFile> files;
  files.reserve(3);  // pointers stay valid while more are added
  OutputFile* annotated = nullptr;
  OutputFile* sidecar = nullptr;
  OutputFile* html = nullptr;
  if (arguments.annotated) annotated = &files.emplace_back(*arguments.annotated);
  if (sidecar_path) sidecar = &files.emplace_back(*sidecar_path);
  if (arguments.html) html = &files.emplace_back(*arguments.html);
  const ReportHandle report = analyze_model(run, model, common, arguments.passes, arguments.labels, arguments.features);
  if (annotated != nullptr) write_annotated(model, report, arguments.keys, *annotated);
  if (sidecar != nullptr) write_report(report, "json", *sidecar);
  if (html != nullptr) write_report(report, "html", *html);
  const bool standard_output_taken =
      std::any_of(outputs.begin(), outputs.end(), [](const std::string& path) { return path == "-"; });
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
  write_annotated(model, report, arguments.keys, annotated);
  if (!arguments.report && annotated.path() != "-") {
    write_report(report, "json", files.emplace_back(sidecar_of(annotated.path())));
  }
  commit(files);
}

void reattach(const CommonArguments& common, const ReattachArguments& arguments) {
  check_paths({arguments.output}, {arguments.report});
  Run run(common, common.quiet ? RAMUS_LOG_WARNING : RAMUS_LOG_INFO);
  const Model model = run.open(arguments.model);
  std::vector<OutputFile> files;
  files.reserve(2);
  OutputFile& annotated = files.emplace_back(arguments.output);
  const ReportHandle report = read_report(run, arguments.report, read_text(arguments.report));
  ramus_report* found = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_reattach(model.get(), report.get(), &found, &error), error);
  const ReportHandle reattached(found);
  write_annotated(model, reattached, arguments.keys, annotated);
  if (annotated.path() != "-") write_report(reattached, "json", files.emplace_back(sidecar_of(annotated.path())));
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
