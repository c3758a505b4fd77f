// A rule: a question whose answer a deployment pipeline can act on. Each stands in a file of its own, with everything that
// is said of it; rules.cpp lists them.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "plugin/build_report.hpp"
#include "plugin/check/finding.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus {

class NodeStructures;
class RuleOptions;
struct SinceBaseline;

// A threshold, by the name that settings use.
struct RuleOption {
  std::string_view name;  // snake_case: "heaviest_share"
  double otherwise;       // the default
  double least, most;
  std::string_view summary;
};

struct RuleContext {
  const WireModel& model;
  std::span<const AnalysedGraph> graphs;  // the main one first
  const Report& report;
  const RuleOptions& options;
  const NodeStructures& structures;
  const SinceBaseline* since = nullptr;  // nullptr: there is nothing to compare with; not for rules that need it
  std::uint64_t seed = 0;                // of permutations
  std::function<bool()> cancelled = [] { return false; };
};

struct Rule {
  std::string_view code;                     // "RMS001": never given to another question
  std::string_view name;                     // kebab-case: "input-to-output-bypass"
  Severity severity;                         // of its findings, unless they say less or more with a reason
  std::string_view summary;                  // one line
  std::string_view explanation;              // paragraphs: what is looked for, why, how to judge it, what it cannot see
  std::span<const std::string_view> passes;  // whose facts it reads
  std::span<const RuleOption> options;
  bool needs_baseline = false;
  // In the model's order. Codes and fingerprints are filled in by the caller, and so is the severity where the settings
  // give one. nullptr: found by the checker itself.
  Result<std::vector<Finding>> (*run)(const RuleContext& context) = nullptr;
};

// Ascending by code.
std::span<const Rule* const> all_rules();

// nullptr: there is no such rule.
const Rule* find_rule(std::string_view code);

}  // namespace ramus
