// What rules about changes share: the model as it is now against what was approved, and how its changes are said.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "passes/comparison.hpp"
#include "plugin/check/baseline.hpp"
#include "plugin/check/finding.hpp"
#include "plugin/check/wording.hpp"

namespace ramus {

struct SinceBaseline {
  const BaselineModel& before;  // outlives this
  ModelProfile now;             // groups and streams in the order of the report
  ComparedModels compared;      // A: before, B: now
};

// Error: cancelled.
Result<SinceBaseline> compare_with_baseline(const BaselineModel& approved, std::span<const AnalysedGraph> graphs,
                                            const std::function<bool()>& cancelled);

// "kernel 5x5 -> 3x3", "its branches stand in another order"
std::string text_of(const Difference& difference);

// "0.983"; "> 0.999" beyond it
std::string confidence_text(double confidence);

// A place of the model as it is now.
Place place_of(const Report& report, std::size_t group);
Place place_of(const Report& report, std::size_t group, std::size_t branch);

}  // namespace ramus
