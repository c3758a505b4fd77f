// Runs the passes of the table over one graph: rewrites make a new graph each, analyses add their facts.
//
//   graph ──fold-constants──▶ graph' ──…──▶ normal form ──explicit-branches──▶ … ──▶ Findings
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "passes/pass.hpp"

namespace ramus {

struct PipelineRequest {
  std::vector<std::string> passes;  // which analyses to run; empty: all. What they need runs as well.
  const PassOptions* options = nullptr;
  const LabelsFile* labels = nullptr;
  const std::vector<UserFeature>* features = nullptr;
  Limits limits;
  bool is_body = false;  // of an If, Loop or Scan
  std::uint64_t seed = 0;
  std::int64_t opset = kNewestOpset;  // of ai.onnx: what may stand in the normal form
  bool fuses = true;                  // false: the normal form is to be written down, so no fusion runs
  std::function<bool()> cancelled = [] { return false; };
  std::function<void(std::uint64_t)> advance = [](auto) {};
  std::function<void(std::string_view pass)> began = [](auto) {};
};

struct Analysed {
  std::shared_ptr<const Graph> graph;  // the normal form that the findings speak of
  std::shared_ptr<const Analyses> analyses;
  Findings findings;
};

// Errors: a pass that does not exist (usage), what a pass answers, a rewrite whose outcome is no graph (internal).
Result<Analysed> run_pipeline(Graph graph, const PipelineRequest& request);

}  // namespace ramus
