// From findings, which speak of ids in a normal form, to the report, which names what stands in the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "passes/pipeline.hpp"
#include "plugin/report.hpp"

namespace ramus {

// One analysed graph of a model: the main one, or a body.
struct AnalysedGraph {
  std::string path;                       // inferred_types.hpp
  std::string prefix;                     // before the names of its nodes
  std::shared_ptr<const Graph> original;  // as in the file
  std::vector<std::string> hashes;        // of the original's nodes
  Analysed analysed;
};

// Adds the groups, factors, features, scores and notes of one graph. Graphs come in order: main first, then bodies.
void add_to_report(const AnalysedGraph& graph, Report& report);

}  // namespace ramus
