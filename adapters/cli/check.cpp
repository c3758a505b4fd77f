// `ramus check` and `ramus explain`.
#include <filesystem>

#include "adapters/cli/analysis.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/input.hpp"
#include "adapters/cli/output_file.hpp"
#include "adapters/cli/paths.hpp"
#include "adapters/cli/run.hpp"

namespace ramus::cli {
namespace {

constexpr const char* kUsualSettings = "ramus.toml";

// The settings that hold: those named, else those of the folder that the command runs in, if it has some.
std::optional<std::string> settings_path(const CheckArguments& arguments) {
  std::error_code error;
  if (!arguments.settings && std::filesystem::exists(kUsualSettings, error)) return kUsualSettings;
  return arguments.settings;
}

CheckerHandle make_checker(Run& run, const CommonArguments& common, const CheckArguments& arguments,
                           std::size_t models) {
  const Analysis analysis(common, {}, arguments.labels, arguments.features);
  const std::vector<const char*> select = pointers(arguments.select), ignore = pointers(arguments.ignore);
  const std::optional<std::string> settings_name = settings_path(arguments);
  const std::string settings = settings_name ? read_text(*settings_name) : "";
  const std::string baseline = arguments.baseline ? read_text(*arguments.baseline) : "";
  ramus_check_options options = RAMUS_CHECK_OPTIONS_INIT;
  options.analysis = analysis.options();
  options.select = select.data();
  options.select_count = select.size();
  options.ignore = ignore.data();
  options.ignore_count = ignore.size();
  if (settings_name) {
    options.settings = settings.data();
    options.settings_size = settings.size();
    options.settings_name = settings_name->c_str();
  }
  if (arguments.baseline) {
    options.baseline = baseline.data();
    options.baseline_size = baseline.size();
    options.baseline_name = arguments.baseline->c_str();
  }
  if (arguments.fail_on) options.fail_on = arguments.fail_on->c_str();
  options.model_count = models;
  options.makes_baseline = arguments.new_baseline ? 1 : 0;
  ramus_checker* checker = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_checker_create(run.session(), &options, &checker, &error), error);
  return CheckerHandle(checker);
}

// Whether the model could be checked; what was wrong with it goes to standard error, and into the results.
bool check_model(Run& run, const CheckerHandle& checker, const std::string& path) {
  ramus_error error = RAMUS_ERROR_INIT;
  try {
    const Model model = run.open(path);
    const ramus_status status = ramus_checker_run(checker.get(), model.get(), &error);
    run.bar().clear();
    check(status, error);
    return true;
  } catch (const Failure& failure) {
    if (failure.exit != Exit::invalid_input) throw;
    std::fprintf(stderr, "ramus: error: %s\n", failure.what());
    if (error.status == RAMUS_OK) {  // it could not even be opened
      check(ramus_checker_add_failure(checker.get(), path.c_str(), failure.what(), &error), error);
    }
    return false;
  }
}

void write_checks(const CheckerHandle& checker, const std::string& format, OutputFile& file) {
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(ramus_checker_write(checker.get(), format.c_str(), OutputFile::write_to, &file, &error), error, file);
}

}  // namespace

Exit check_models(const CommonArguments& common, const CheckArguments& arguments) {
  const std::vector<std::string> models = expand_models(arguments.models);
  std::vector<std::string> outputs, inputs = models;
  outputs.push_back(arguments.output.value_or("-"));
  if (arguments.new_baseline) outputs.push_back(*arguments.new_baseline);
  for (const auto& input : {settings_path(arguments), arguments.labels}) {
    if (input) inputs.push_back(*input);
  }
  for (const std::string& features : arguments.features) inputs.push_back(named_features(features).path);
  check_paths(outputs, inputs);
  // A new baseline may be written over the one that it is compared with, results may not.
  if (arguments.output && arguments.baseline) check_paths({*arguments.output}, {*arguments.baseline});
  Run run(common);
  const CheckerHandle checker = make_checker(run, common, arguments, models.size());
  OutputFile results(arguments.output.value_or("-"));
  std::optional<OutputFile> new_baseline;
  if (arguments.new_baseline) new_baseline.emplace(*arguments.new_baseline);
  bool all_were_checked = true;
  for (const std::string& model : models) all_were_checked = check_model(run, checker, model) && all_were_checked;
  write_checks(checker, arguments.format, results);
  results.commit();
  if (!all_were_checked) return Exit::invalid_input;
  if (new_baseline) {
    write_checks(checker, "baseline", *new_baseline);
    new_baseline->commit();
    return Exit::done;  // what was found is approved
  }
  return ramus_checker_count(checker.get(), nullptr) > 0 ? Exit::found : Exit::done;
}

void explain_rules(const std::optional<std::string>& code, const std::string& format) {
  OutputFile standard_output("-");
  ramus_error error = RAMUS_ERROR_INIT;
  check_written(
      ramus_write_rules(code ? code->c_str() : nullptr, format.c_str(), OutputFile::write_to, &standard_output, &error),
      error, standard_output);
}

}  // namespace ramus::cli
