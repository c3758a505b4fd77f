#include "passes/branch_names.hpp"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <cctype>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

bool is_separator(char c) { return std::string_view("/._-:#").find(c) != std::string_view::npos; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Parts of the graph's own strings.
using Names = boost::container::small_vector<std::string_view, 8>;

bool ends_a_word(const Names& names, std::size_t length) {
  const std::string_view first = names.front();
  const bool is_a_name =
      std::any_of(names.begin(), names.end(), [&](std::string_view name) { return name.size() == length; });
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    if (name.size() == length || is_separator(name[length])) return true;
    return is_a_name && !(is_digit(first[length - 1]) && is_digit(name[length]));
  });
}

std::string_view without_leading_separators(std::string_view name) {
  while (!name.empty() && name.front() != '#' && is_separator(name.front())) name.remove_prefix(1);
  return name;
}

// One way of naming nodes: each node adds no, one or several names.
using Source = void (*)(const Graph&, NodeId, Names&);

// What stands for a nameless thing: "#7:Relu", and the counters of exporters, "onnx::MatMul_3414" and "512".
bool says_nothing(std::string_view name) {
  return name.rfind('#', 0) == 0 || name.rfind("onnx::", 0) == 0 || std::all_of(name.begin(), name.end(), is_digit);
}

void own_name(const Graph& graph, NodeId node, Names& names) {
  if (!says_nothing(graph[node].name)) names.push_back(graph[node].name);
}

void value_names(const Graph& graph, NodeId node, Names& names) {
  for (const ValueId output : graph[node].outputs) {
    const bool used = output.exists() && (graph[output].is_output || !graph[output].readers.empty());
    if (used && !says_nothing(graph[output].name)) names.push_back(graph[output].name);
  }
}

// "fire2/squeeze1x1_w_0" speaks of fire2/squeeze1x1: the words that only say "weight" come off the end.
std::string_view without_weight_words(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kWords{"w",      "W",       "b",    "B",     "0",
                                                          "weight", "weights", "bias", "kernel"};
  for (std::size_t cut = name.find_last_of("/._-:#"); cut != std::string_view::npos && cut > 0;
       cut = name.find_last_of("/._-:#")) {
    if (std::find(kWords.begin(), kWords.end(), name.substr(cut + 1)) == kWords.end()) break;
    name = name.substr(0, cut);
  }
  return name;
}

void weight_names(const Graph& graph, NodeId node, Names& names) {
  if (!find_weight_layer(graph, node)) return;
  for (const ValueId input : graph[node].inputs) {
    if (graph.is_parameter(input) && !says_nothing(graph[input].name)) {
      names.push_back(without_weight_words(graph[input].name));
    }
  }
}

std::string_view common_beginning(const Names& names) {
  if (names.empty()) return {};
  const std::string_view first = names.front();
  std::size_t length = first.size();
  for (const std::string_view name : names) {
    const auto differs = std::mismatch(first.begin(), first.begin() + length, name.begin(), name.end());
    length = static_cast<std::size_t>(differs.first - first.begin());
  }
  while (length > 0 && (is_separator(first[length - 1]) || !ends_a_word(names, length))) --length;
  return first.substr(0, length);
}

// What all nodes of a branch agree on. Where that is the name of one node inside (a pool before a projection), it names
// a part of the branch, and the last node speaks for the whole.
std::string_view agreed_name(const Names& names) {
  if (names.empty()) return {};
  const std::string_view common = common_beginning(names);
  const bool names_a_part = common != names.back() && std::count(names.begin(), names.end(), common) > 0;
  return names_a_part ? names.back() : common;
}

struct Agreement {
  std::string_view group;
  Names branches;  // empty where a branch has no nodes or no name of its own
};

bool all_differ(Names names) {
  names.erase(std::remove(names.begin(), names.end(), std::string_view()), names.end());
  if (names.size() < 2) return true;
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

bool names_several(const Agreement& agreement) {
  return std::count_if(agreement.branches.begin(), agreement.branches.end(),
                       [&](std::string_view branch) { return branch.size() > agreement.group.size(); }) >= 2;
}

Agreement agree(const Graph& graph, const BranchGroup& group, Source source) {
  Agreement agreement;
  Names all, names;
  if (group.join.exists()) source(graph, group.join, all);
  for (const Branch& branch : group.branches) {
    names.clear();
    for (const NodeId node : branch.nodes) source(graph, node, names);
    agreement.branches.push_back(agreed_name(names));
    all.insert(all.end(), names.begin(), names.end());
  }
  agreement.group = common_beginning(all);
  // One layer's weights name that layer, not the group.
  if (source == weight_names && !names_several(agreement)) agreement.group = {};
  for (std::string_view& branch : agreement.branches) {
    if (branch.size() <= agreement.group.size()) branch = {};
  }
  if (!all_differ(agreement.branches)) agreement.branches.assign(agreement.branches.size(), {});
  return agreement;
}

// What makes one source of names better than another: that it names the whole, then how many parts it names. A source that
// names some parts and not the whole (n7 beside a nameless arm) says nothing.
std::pair<bool, std::int64_t> rank_of(const Agreement& agreement, const BranchGroup& group) {
  std::int64_t named = 0, nameless = 0;
  for (std::size_t b = 0; b < agreement.branches.size(); ++b) {
    if (!agreement.branches[b].empty()) {
      ++named;
    } else if (!group.branches[b].nodes.empty()) {
      ++nameless;
    }
  }
  const bool names_the_whole = !agreement.group.empty();
  return {names_the_whole, names_the_whole || nameless == 0 ? named : 0};
}

std::string operators_of(const Graph& graph, const Branch& branch) {
  constexpr std::size_t kMost = 4;
  std::string text;
  std::size_t layers = 0;
  for (const NodeId node : branch.nodes) {
    const auto layer = find_weight_layer(graph, node);
    if (!layer) continue;
    if (++layers > kMost) continue;
    text += (text.empty() ? "" : "-") + graph[node].op;
    for (std::size_t i = 0; i < layer->kernel.size(); ++i) {
      text += (i == 0 ? "" : "x") + std::to_string(layer->kernel[i]);
    }
  }
  if (layers > kMost) text += "-" + std::to_string(layers - kMost) + " more";
  if (text.empty() && !branch.nodes.empty()) text = graph[branch.nodes.front()].op;
  return text;
}

std::string unique_name(std::string name, std::unordered_set<std::string>& taken) {
  if (name.empty()) name = "group";
  std::string candidate = name;
  for (int copy = 2; !taken.insert(candidate).second; ++copy) candidate = name + "#" + std::to_string(copy);
  return candidate;
}

bool has_several_skips(const BranchGroup& group) {
  const auto is_skip = [](const Branch& branch) { return branch.skip; };
  const auto first = std::find_if(group.branches.begin(), group.branches.end(), is_skip);
  return first != group.branches.end() && std::any_of(std::next(first), group.branches.end(), is_skip);
}

std::string positional_name(const Graph& graph, const BranchGroup& group, const std::string& group_name,
                            std::size_t position) {
  const Branch& branch = group.branches[position];
  if (group.kind == BranchKind::grouped) return group_name + "/group" + std::to_string(position);
  if (group.kind == BranchKind::conditional) return group_name + "/" + branch.body;
  if (group.kind == BranchKind::outputs) return graph[branch.output].name;
  if (group.kind == BranchKind::heads) return group_name + "/head" + std::to_string(position);
  if (group.kind == BranchKind::experts) return group_name + "/expert" + std::to_string(position);
  if (branch.skip) return group_name + "/skip" + (has_several_skips(group) ? std::to_string(position) : "");
  const std::string operators = operators_of(graph, branch);
  return group_name + "/arm" + std::to_string(position) + (operators.empty() ? "" : ": " + operators);
}

// The source of names that says most about a group.
Agreement best_agreement(const Graph& graph, const BranchGroup& group) {
  Agreement best;
  best.branches.assign(group.branches.size(), {});
  if (shares_nodes(group) || group.kind == BranchKind::outputs) return best;
  for (const Source source : {own_name, value_names, weight_names}) {
    Agreement agreement = agree(graph, group, source);
    if (rank_of(agreement, group) > rank_of(best, group)) best = std::move(agreement);
  }
  return best;
}

}  // namespace

std::string common_beginning(const std::vector<std::string>& names) {
  return std::string(common_beginning(Names(names.begin(), names.end())));
}

std::vector<GroupNames> name_groups(const Graph& graph, const std::vector<const BranchGroup*>& groups) {
  std::vector<Agreement> agreements;
  std::unordered_map<std::string_view, int> uses;
  for (const BranchGroup* group : groups) {
    agreements.push_back(best_agreement(graph, *group));
    ++uses[agreements.back().group];
  }
  std::vector<GroupNames> all;
  std::unordered_set<std::string> taken;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Agreement& agreement = agreements[g];
    const bool own = !agreement.group.empty() && uses[agreement.group] == 1;
    GroupNames names;
    std::string_view fallback = "outputs";
    if (groups[g]->join.exists()) fallback = graph[groups[g]->join].name;
    names.group = unique_name(std::string(without_leading_separators(own ? agreement.group : fallback)), taken);
    for (std::size_t b = 0; b < agreement.branches.size(); ++b) {
      std::string name(without_leading_separators(agreement.branches[b]));
      names.branches.push_back(name.empty() ? positional_name(graph, *groups[g], names.group, b) : std::move(name));
    }
    all.push_back(std::move(names));
  }
  return all;
}

}  // namespace ramus
