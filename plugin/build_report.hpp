// From findings, which speak of ids in a normal form, to the report, which names what stands in the file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
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

// Where a body of a node lies: AnalysedGraph::path of that body.
std::string path_of_body(const std::string& graph_path, const Node& node, std::string_view attribute);

// Adds the groups, factors, features, scores and notes of all graphs: the main one first, each body after the graph around
// it. A group that lies in no other of its graph lies in the branch that is its body, if an If has it.
void add_to_report(std::span<const AnalysedGraph> graphs, Report& report);

}  // namespace ramus
