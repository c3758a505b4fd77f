// Half of the road from bytes to a report: what was found in each graph of a model, before it is put into the file's names.
#pragma once

#include <oneapi/tbb/task_arena.h>

#include <vector>

#include "plugin/analyze.hpp"
#include "plugin/build_report.hpp"

namespace ramus {

struct AnalysedModel {
  std::vector<AnalysedGraph> graphs;  // the main one first
  Report report;                      // without the findings: model, options, and notes of the reader
};

Result<AnalysedModel> analyse_graphs(const WireModel& model, const AnalyzeOptions& options, const Host& host);

// 0: as many as the machine has.
oneapi::tbb::task_arena arena_of(int threads);

}  // namespace ramus
