// The subcommands, each a function of its arguments; everything they do, the C interface does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/handles.hpp"

namespace ramus::cli {

enum class Show { automatic, always, never };

struct CommonArguments {
  std::uint32_t threads = 0;
  std::uint64_t seed = 0;
  bool quiet = false;
  Show progress = Show::automatic;
  std::optional<std::int32_t> log_level;  // RAMUS_LOG_*; RAMUS_LOG_WARNING where nothing was asked for
  std::vector<std::string> settings;
};

// What annotated models hold beside entries of "ramus.".
struct ForeignKeys {
  bool name_space = false, layer_ann = false;
};

struct AnalyzeArguments {
  std::string model;
  std::optional<std::string> report, annotated, html, labels;
  ForeignKeys keys;
  std::vector<std::string> features;  // FILE.json, or LAYER=FILE.npy
  std::vector<std::string> passes;
  std::string format = "text";
};

struct AnnotateArguments {
  std::string model, output;
  std::optional<std::string> report;
  ForeignKeys keys;
};

struct ReattachArguments {
  std::string report, model, output;
  ForeignKeys keys;
};

struct StripArguments {
  std::string model, output;
};

struct RewriteArguments {
  std::string model, output, form;
};

struct CompareArguments {
  std::vector<std::string> models;
  std::optional<std::string> output;
  std::vector<std::string> labels;    // none, one for all models, or one for each
  std::vector<std::string> features;  // FILE.json, or LAYER=FILE.npy: of all models
  std::vector<std::string> passes;
  std::string format = "text";
};

struct ExportArguments {
  std::string input;  // a model, or a report as JSON
  std::string output, format;
};

struct CheckArguments {
  std::vector<std::string> models;  // files, folders and patterns
  std::optional<std::string> settings, baseline, new_baseline, output, labels, fail_on;
  std::vector<std::string> select, ignore;
  std::vector<std::string> features;  // FILE.json, or LAYER=FILE.npy: of all models
  std::string format = "text";
};

void analyze(const CommonArguments& common, const AnalyzeArguments& arguments);
void annotate(const CommonArguments& common, const AnnotateArguments& arguments);
void reattach(const CommonArguments& common, const ReattachArguments& arguments);
void strip(const CommonArguments& common, const StripArguments& arguments);
void rewrite(const CommonArguments& common, const RewriteArguments& arguments);
void compare(const CommonArguments& common, const CompareArguments& arguments);
void export_report(const CommonArguments& common, const ExportArguments& arguments);
void list_passes(const std::string& format);
Exit check_models(const CommonArguments& common, const CheckArguments& arguments);
void explain_rules(const std::optional<std::string>& code, const std::string& format);

}  // namespace ramus::cli
