#include "passes/branch_tree.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "passes/branch_names.hpp"
#include "passes/branch_structure.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

std::vector<NodeId> nodes_of(const BranchGroup& group) {
  std::vector<NodeId> nodes = group.shared;
  for (const Branch& branch : group.branches) nodes.insert(nodes.end(), branch.nodes.begin(), branch.nodes.end());
  if (group.join.exists()) nodes.push_back(group.join);
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

struct Place {
  std::size_t group = 0;
  std::size_t branch = 0;
};

using Holders = std::unordered_map<std::uint32_t, std::vector<Place>>;

// Which branches hold a node that is asked for: a join, or a node of a mixture of experts. Where branches share their
// nodes, nothing lies in one of them alone.
Holders find_holders(const Graph& graph, std::span<const BranchGroup> groups) {
  std::vector<bool> asked(graph.nodes().size(), false);
  for (const BranchGroup& group : groups) {
    if (group.join.exists()) asked[group.join.index] = true;
    if (group.kind != BranchKind::experts) continue;
    for (const NodeId node : nodes_of(group)) asked[node.index] = true;
  }
  Holders holders;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (shares_nodes(groups[g])) continue;
    for (std::size_t b = 0; b < groups[g].branches.size(); ++b) {
      for (const NodeId node : groups[g].branches[b].nodes) {
        if (asked[node.index]) holders[node.index].push_back({g, b});
      }
    }
  }
  return holders;
}

// The smallest branch that holds the nodes, of the groups that may be it.
template <class MayBe>
std::optional<Place> find_smallest(const Holders& holders, std::span<const BranchGroup> groups,
                                   const std::vector<NodeId>& nodes, NodeId one_of_them, MayBe may_be) {
  const auto held = holders.find(one_of_them.index);
  if (held == holders.end()) return std::nullopt;
  const auto branch_of = [&](const Place& place) -> const Branch& {
    return groups[place.group].branches[place.branch];
  };
  std::vector<Place> candidates = held->second;
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Place& a, const Place& b) {
    return branch_of(a).nodes.size() < branch_of(b).nodes.size();
  });
  for (const Place& candidate : candidates) {
    const Branch& branch = branch_of(candidate);
    if (!may_be(candidate.group)) continue;
    if (std::includes(branch.nodes.begin(), branch.nodes.end(), nodes.begin(), nodes.end())) return candidate;
  }
  return std::nullopt;
}

std::optional<Place> find_parent(const Holders& holders, std::span<const BranchGroup> groups, std::size_t group) {
  const NodeId join = groups[group].join;
  const bool is_mixture = groups[group].kind == BranchKind::experts;
  if (!join.exists() || (!is_mixture && holders.count(join.index) == 0)) return std::nullopt;
  const std::vector<NodeId> nodes = nodes_of(groups[group]);
  if (is_mixture && nodes.size() > 1) {  // a sum that adds more than experts is the join of the group around, too
    std::vector<NodeId> terms = nodes;
    terms.erase(std::find(terms.begin(), terms.end(), join));
    const auto same_join = [&](std::size_t other) { return other != group && groups[other].join == join; };
    if (const auto around = find_smallest(holders, groups, terms, terms.front(), same_join)) return around;
  }
  return find_smallest(holders, groups, nodes, join, [&](std::size_t other) { return other != group; });
}

// Groups by the place of their joins in the order of execution.
std::vector<std::size_t> in_order_of_joins(std::span<const BranchGroup> groups, std::span<const std::size_t> place) {
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto place_of = [&](std::size_t group) {
    return groups[group].join.exists() ? place[groups[group].join.index] : place.size();
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return place_of(a) < place_of(b); });
  return order;
}

// Writes groups down depth first: each parent, then what lies in it.
class Arranger {
 public:
  Arranger(const Graph& graph, std::span<const BranchGroup> groups, std::span<const std::size_t> place)
      : parents_(groups.size()), children_(groups.size()) {
    const auto holders = find_holders(graph, groups);
    for (const std::size_t g : in_order_of_joins(groups, place)) {
      parents_[g] = find_parent(holders, groups, g);
      (parents_[g] ? children_[parents_[g]->group] : roots_).push_back(g);
    }
  }

  BranchTree run() {
    std::vector<std::size_t> open(roots_.rbegin(), roots_.rend());
    tree_.entry_of.resize(parents_.size());
    while (!open.empty()) {
      const std::size_t g = open.back();
      open.pop_back();
      BranchTree::Entry entry;
      entry.group = g;
      if (parents_[g]) {
        entry.parent = BranchTree::Parent{tree_.entry_of[parents_[g]->group], parents_[g]->branch};
        entry.depth = tree_.entries[entry.parent->entry].depth + 1;
      }
      tree_.entry_of[g] = tree_.entries.size();
      tree_.entries.push_back(std::move(entry));
      open.insert(open.end(), children_[g].rbegin(), children_[g].rend());
    }
    return std::move(tree_);
  }

 private:
  std::vector<std::optional<Place>> parents_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> roots_;
  BranchTree tree_;
};

void find_repeats(const Graph& graph, std::span<const BranchGroup> groups, std::span<const std::size_t> place,
                  BranchTree& tree) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> alike;  // entries by structure
  for (std::size_t e = 0; e < tree.entries.size(); ++e) {
    alike[structure_of(graph, groups[tree.entries[e].group], place)].push_back(e);
  }
  for (const auto& [structure, entries] : alike) {
    for (const std::size_t e : entries) {
      tree.entries[e].alike = entries.front();
      tree.entries[e].times = entries.size();
    }
  }
}

}  // namespace

BranchTree arrange_branches(const Graph& graph, std::span<const BranchGroup> groups) {
  const std::vector<std::size_t> place = topological_places(graph);
  BranchTree tree = Arranger(graph, groups, place).run();
  std::vector<const BranchGroup*> in_order;
  for (const BranchTree::Entry& entry : tree.entries) in_order.push_back(&groups[entry.group]);
  std::vector<GroupNames> names = name_groups(graph, in_order);
  for (std::size_t e = 0; e < tree.entries.size(); ++e) {
    tree.entries[e].name = std::move(names[e].group);
    tree.entries[e].branch_names = std::move(names[e].branches);
  }
  find_repeats(graph, groups, place, tree);
  return tree;
}

Result<Findings> find_branch_tree(const PassContext& context) {
  Findings findings;
  findings.tree = arrange_branches(context.graph, context.found.groups);
  return findings;
}

}  // namespace ramus
