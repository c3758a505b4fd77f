#include "adapters/cli/analysis.hpp"

#include <algorithm>
#include <fstream>

#include "adapters/cli/input.hpp"

namespace ramus::cli {

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> list;
  std::transform(texts.begin(), texts.end(), std::back_inserter(list),
                 [](const std::string& text) { return text.c_str(); });
  return list;
}

FeaturesFile named_features(const std::string& argument) {
  if (!argument.ends_with(".npy")) return {argument, {}, std::nullopt};
  const std::size_t split = argument.rfind('=');
  if (split == std::string::npos || split == 0) {
    throw Failure(Exit::usage,
                  argument + ": an array needs the layer whose units are its rows; write LAYER=" + argument);
  }
  return {argument.substr(split + 1), {}, argument.substr(0, split)};
}

Features::Features(const std::vector<std::string>& arguments) {
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

void Features::add_to(ramus_analyze_options& options) const {
  options.features = pointers_.data();
  options.features_count = pointers_.size();
}

Analysis::Analysis(const CommonArguments& common, const std::vector<std::string>& passes,
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

bool is_report(const std::string& path, Run& run) {
  if (path == "-") return run.standard_input().starts_with('{');
  std::ifstream file(path, std::ios::binary);
  return file.get() == '{';
}

}  // namespace ramus::cli
