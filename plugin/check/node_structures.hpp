// What stands for a node or a value where names and weights may change: its structural hash without the bytes of weights.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <unordered_map>

#include "graph/result.hpp"
#include "plugin/build_report.hpp"

namespace ramus {

class NodeStructures {
 public:
  // Errors: cancelled; internal, where the hash library fails.
  static Result<NodeStructures> of(std::span<const AnalysedGraph> graphs, const std::function<bool()>& cancelled);

  // By graph path and name, as reports give them; the name itself, where the graph has no such node or value. A value is
  // its producer's hash and which output, or which input of the graph.
  const std::string& of_node(const std::string& graph, const std::string& name) const;
  const std::string& of_value(const std::string& graph, const std::string& name) const;

 private:
  using TextByName = std::unordered_map<std::string, std::string>;
  struct Names {
    TextByName nodes, values;
  };

  const std::string& find(const std::string& graph, const std::string& name, TextByName Names::*kind) const;

  std::unordered_map<std::string, Names> by_graph_;
};

}  // namespace ramus
