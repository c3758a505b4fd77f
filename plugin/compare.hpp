// Two or more models, each against the first: retrained seeds, checkpoints of one run, data sets.
//
//   WireModel 0 ──▶ graphs, passes ──▶ ModelProfile 0 ─┐
//   WireModel 1 ──▶ graphs, passes ──▶ ModelProfile 1 ─┴▶ ComparedModels 1
//   WireModel 2 ──▶ …                                       one model's graphs and weights at a time
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "passes/comparison.hpp"
#include "plugin/analyze.hpp"

namespace ramus {

inline constexpr std::string_view kComparisonSchema = "ramus.comparison/1";

struct Comparison {
  std::string tool_version;
  std::map<std::string, std::string> options;  // of the first model's analysis
  std::vector<ReportModel> models;
  std::vector<std::vector<Note>> notes;  // of each model's analysis
  std::vector<ModelProfile> profiles;
  std::vector<ComparedModels> against_first;  // of model 1, 2 ...
};

// `options`: one for all models, or one for each; without passes, those run whose facts a comparison reads. Seed and threads
// are those of the first. The same bytes and options give the same comparison, whatever the number of threads. Errors:
// fewer than two models, or another number of options (usage); what analyze answers, which names the model.
Result<Comparison> compare(std::span<const WireModel* const> models, std::span<const AnalyzeOptions> options,
                           const Host& host);

}  // namespace ramus
