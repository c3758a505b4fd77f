// From the names of the model that a report was made of to those of a model that was made from it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/reattach/node_matching.hpp"
#include "plugin/report.hpp"

namespace ramus {

class ReportNames {
 public:
  // `from` of the report, `to` of the other model; each the main graph first, bodies after the graph around them.
  ReportNames(const std::vector<ReportGraph>& from, const std::vector<ReportGraph>& to);

  // nullopt: it is not there any more.
  std::optional<ReportNode> node(std::string_view name) const;
  std::optional<std::string> graph(const std::string& path) const;
  std::optional<std::string> value(const std::string& graph_path, const std::string& name) const;
  // The initializer that takes the place of one that the node reads.
  std::optional<std::string> weight(std::string_view node, const std::string& name) const;
  // The operator of a node of the other model, with its domain; empty where there is no such node.
  std::string operator_of(const ReportNode& node) const;

  struct Counts {
    std::size_t nodes = 0;
    std::array<std::size_t, 3> found{};       // by MatchBasis
    std::map<std::string, std::size_t> lost;  // by operator
  };
  const Counts& counts() const { return counts_; }

 private:
  struct NodePair {
    const ReportGraphNode* from = nullptr;
    const ReportGraphNode* to = nullptr;
  };

  const ReportGraph* counterpart(const ReportGraph& graph, const std::vector<ReportGraph>& others) const;
  void add_graph(const ReportGraph& from, const ReportGraph& to);
  void add_values(const ReportGraph& from, const ReportGraph& to, const std::vector<std::optional<NodeMatch>>& matches);

  std::unordered_map<std::string_view, NodePair> nodes_;              // by the old name
  std::unordered_map<std::string_view, std::string_view> operators_;  // by the new name
  std::map<std::string, std::string> graphs_;
  std::map<std::string, std::unordered_map<std::string, std::string>> values_;  // by the old graph's path
  Counts counts_;
};

}  // namespace ramus
