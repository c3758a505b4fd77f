#include "adapters/pictures/trunk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostNamed = 3;    // operators, in the box
constexpr std::size_t kMostHinted = 40;  // and in its title

// Bookkeeping that nobody looks for in a picture; a box of nothing else is left out.
bool is_bookkeeping(const std::string& op) {
  constexpr std::array<std::string_view, 12> kOps{"Cast",    "Constant", "ConstantOfShape", "Dropout",
                                                  "Flatten", "Identity", "Range",           "Reshape",
                                                  "Shape",   "Squeeze",  "Unsqueeze",       "Expand"};
  return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

// "Conv 7x7"
std::string named(const ReportGraphNode& node) {
  const std::string op = printable(node.op.substr(node.op.rfind('.') + 1));
  return node.weight.size() == 4 ? fmt::format("{} {}x{}", op, node.weight[2], node.weight[3]) : op;
}

// "Conv 7x7, 2 Relu, MaxPool and 3 more": neighbours alike are counted.
std::string listed(const std::vector<const ReportGraphNode*>& nodes, std::size_t most) {
  std::vector<std::pair<std::string, std::size_t>> runs;
  for (const ReportGraphNode* node : nodes) {
    const std::string name = named(*node);
    if (!runs.empty() && runs.back().first == name) {
      ++runs.back().second;
    } else {
      runs.emplace_back(name, 1);
    }
  }
  std::string text;
  std::size_t left_out = 0;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (r >= most) {
      left_out += runs[r].second;
      continue;
    }
    text += (text.empty() ? "" : ", ") + (runs[r].second > 1 ? fmt::format("{} ", runs[r].second) : "") + runs[r].first;
  }
  return left_out == 0 ? text : text + fmt::format(" and {} more", left_out);
}

}  // namespace

Trunk::Trunk(const ReportGraph& graph, const std::vector<const ReportGroup*>& groups) : graph_(graph) {
  for (const ReportGroup* group : groups) {
    if (group->join) in_groups_.insert(group->join->index);
    for (const ReportNode& node : group->shared) in_groups_.insert(node.index);
    for (const ReportBranch& branch : group->branches) {
      for (const ReportNode& node : branch.nodes) in_groups_.insert(node.index);
    }
  }
}

void Trunk::take_until(const ReportGroup& group, std::vector<MapItem>& items) {
  std::uint32_t before = 0;
  if (group.join) {
    before = group.join->index;
  } else {
    for (const ReportBranch& branch : group.branches) {
      for (const ReportNode& node : branch.nodes) before = std::max(before, node.index);
    }
  }
  std::size_t end = next_;
  while (end < graph_.nodes.size() && graph_.nodes[end].index < before) ++end;
  take(end, items);
}

void Trunk::take_rest(std::vector<MapItem>& items) { take(graph_.nodes.size(), items); }

void Trunk::take(std::size_t end, std::vector<MapItem>& items) {
  std::vector<const ReportGraphNode*> nodes, weighty;
  std::size_t all = 0;
  for (; next_ < end; ++next_) {
    const ReportGraphNode& node = graph_.nodes[next_];
    if (in_groups_.count(node.index) != 0) continue;
    ++all;
    if (is_bookkeeping(node.op)) continue;
    nodes.push_back(&node);
    if (!node.weight.empty()) weighty.push_back(&node);
  }
  if (nodes.empty()) return;
  MapItem item;
  item.text = listed(weighty.empty() ? nodes : weighty, kMostNamed);
  item.hint = plural(all, "node", "nodes") + " outside of branches: " + listed(nodes, kMostHinted);
  item.built = item.shape = "trunk " + item.text;
  items.push_back(std::move(item));
}

}  // namespace ramus
