// The one road from a model's bytes to its report, which every host and adapter takes.
//
//   WireModel ──▶ official library: shapes ──▶ Graph, bodies ──▶ passes over each ──▶ Report ──▶ the host's passes
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "passes/labels.hpp"
#include "passes/user_features.hpp"
#include "plugin/host_pass.hpp"
#include "plugin/onnx/wire_model.hpp"
#include "plugin/report.hpp"

namespace ramus {

struct AnalyzeOptions {
  std::vector<std::string> passes;    // empty: all; those of the host may be among them
  std::vector<std::string> settings;  // "factors.k=16"
  std::optional<LabelsFile> labels;
  std::vector<UserFeature> features;
  std::uint64_t seed = 0;
  int threads = 0;                    // 0: as many as the machine has
  std::vector<HostPass> host_passes;  // of analyze only
};

// What the host lets us say while we work, and whether to go on. Called from any thread.
struct Host {
  std::function<bool()> cancelled = [] { return false; };
  std::function<void(std::string_view phase, std::uint64_t done, std::uint64_t total)> progress = [](auto, auto, auto) {
  };
  std::function<void(std::string_view)> log = [](auto) {};
};

// The same bytes and options give the same report, whatever the number of threads. Passes of the host run on the thread
// that calls.
Result<Report> analyze(const WireModel& model, const AnalyzeOptions& options, const Host& host);

// {"layer": {"family": [unit, …]}}. Errors (usage), beginning with `name`: not JSON, or not of this form, and where.
Result<LabelsFile> read_labels(std::string_view json, std::string name);

}  // namespace ramus
