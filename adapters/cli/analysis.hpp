// How the command asks for an analysis: what its arguments name is read, and outlives the call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/run.hpp"

namespace ramus::cli {

// What --features names, read.
struct FeaturesFile {
  std::string path, data;
  std::optional<std::string> layer;  // of an array
};

// "FILE.json" or "LAYER=FILE.npy", not read yet. Throws Failure (usage): an array without its layer.
FeaturesFile named_features(const std::string& argument);

// For the C interface; borrows the texts.
std::vector<const char*> pointers(const std::vector<std::string>& texts);

class Features {
 public:
  explicit Features(const std::vector<std::string>& arguments);
  void add_to(ramus_analyze_options& options) const;

 private:
  std::vector<FeaturesFile> files_;
  std::vector<ramus_features> entries_;
  std::vector<const ramus_features*> pointers_;
};

class Analysis {
 public:
  Analysis(const CommonArguments& common, const std::vector<std::string>& passes,
           const std::optional<std::string>& labels, const std::vector<std::string>& features);
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
                           const std::vector<std::string>& features);

// `path` is for errors: `json` is what it held.
ReportHandle read_report(Run& run, const std::string& path, const std::string& json);

// A report is JSON, and no model begins like JSON: the first byte would be a group, which protobuf gave up before ONNX.
bool is_report(const std::string& path, Run& run);

}  // namespace ramus::cli
