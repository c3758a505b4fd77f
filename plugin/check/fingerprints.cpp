#include "plugin/check/fingerprints.hpp"

#include <map>
#include <string_view>
#include <unordered_map>

#include "plugin/structural_hash.hpp"

namespace ramus {
namespace {

// What of a report's graph is hashed: names to hashes.
class Hashes {
 public:
  Hashes(std::span<const AnalysedGraph> graphs, const Report& report) : graphs_(graphs) {
    for (const ReportGroup& group : report.groups) {
      if (group.join) end_of_.emplace(group.name, group.join->name);
      for (std::size_t b = 0; b < group.branches.size(); ++b) {
        const ReportBranch& branch = group.branches[b];
        const std::string place = "branch " + std::to_string(b);
        if (group.join) {
          end_of_branch_.emplace(branch.name, std::pair(group.join->name, place));
        } else if (!branch.nodes.empty()) {
          end_of_branch_.emplace(branch.name, std::pair(branch.nodes.back().name, place));
        }
      }
    }
    for (const ReportStream& stream : report.streams) end_of_.emplace(stream.name, stream.blocks.back().write.name);
    for (const ReportFactors& factors : report.factors) end_of_.emplace(factors.id, factors.to.name);
  }

  // Words that stand for a place.
  Result<std::vector<std::string>> words_for(const Place& place) {
    std::vector<std::string> words{std::string(name_of(place.kind)), place.graph};
    std::string node = place.name;
    switch (place.kind) {
      case PlaceKind::model:
      case PlaceKind::settings:
      case PlaceKind::initializer:
        words.push_back(place.name);
        return words;
      case PlaceKind::group:
      case PlaceKind::stream:
      case PlaceKind::wiring:
        if (const auto end = end_of_.find(place.name); end != end_of_.end()) node = end->second;
        break;
      case PlaceKind::branch:
        if (const auto end = end_of_branch_.find(place.name); end != end_of_branch_.end()) {
          node = end->second.first;
          words.push_back(end->second.second);
        }
        break;
      case PlaceKind::node:
      case PlaceKind::value:
        break;
    }
    auto names = names_in(place.graph);
    if (!names) return propagate(std::move(names.error()));
    const auto hash = (*names)->find((place.kind == PlaceKind::value ? "value " : "node ") + node);
    words.push_back(hash == (*names)->end() ? node : hash->second);
    return words;
  }

 private:
  using HashByName = std::unordered_map<std::string, std::string>;

  Result<const HashByName*> names_in(const std::string& path) {
    if (const auto known = by_graph_.find(path); known != by_graph_.end()) return &known->second;
    HashByName& names = by_graph_[path];
    for (const AnalysedGraph& graph : graphs_) {
      if (graph.path != path) continue;
      auto hashes = structural_hashes(
          *graph.original, [] { return false; }, HashedWeights::shapes);
      if (!hashes) return propagate(std::move(hashes.error()));
      for (std::size_t n = 0; n < hashes->size(); ++n) {
        const Node& node = graph.original->nodes()[n];
        names.emplace("node " + graph.prefix + node.name, (*hashes)[n]);
        for (std::size_t output = 0; output < node.outputs.size(); ++output) {
          if (!node.outputs[output].exists()) continue;
          names.emplace("value " + (*graph.original)[node.outputs[output]].name,
                        (*hashes)[n] + "." + std::to_string(output));
        }
      }
      for (std::size_t i = 0; i < graph.original->inputs().size(); ++i) {
        names.emplace("value " + (*graph.original)[graph.original->inputs()[i]].name, "input " + std::to_string(i));
      }
    }
    return &names;
  }

  std::span<const AnalysedGraph> graphs_;
  std::map<std::string, HashByName> by_graph_;
  std::unordered_map<std::string, std::string> end_of_;  // groups, streams and wirings, to a node
  std::unordered_map<std::string, std::pair<std::string, std::string>> end_of_branch_;
};

}  // namespace

Status fill_fingerprints(std::span<const AnalysedGraph> graphs, const Report& report, std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  Hashes hashes(graphs, report);
  std::map<std::vector<std::string>, int> seen;
  for (Finding& finding : findings) {
    auto words = hashes.words_for(finding.place);
    if (!words) return propagate(std::move(words.error()));
    words->push_back(finding.code);
    const int place = seen[*words]++;
    words->push_back(std::to_string(place));
    auto fingerprint = hash_of(*words);
    if (!fingerprint) return propagate(std::move(fingerprint.error()));
    finding.fingerprint = std::move(*fingerprint);
  }
  return {};
}

}  // namespace ramus
