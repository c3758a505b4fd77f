#include "plugin/check/fingerprints.hpp"

#include <map>
#include <string_view>
#include <unordered_map>

#include "plugin/structural_hash.hpp"

namespace ramus {
namespace {

// The words of which a place's fingerprint is made.
class Words {
 public:
  Words(const NodeStructures& structures, const Report& report) : structures_(structures) {
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

  std::vector<std::string> of(const Place& place) const {
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
    words.push_back(place.kind == PlaceKind::value ? structures_.of_value(place.graph, node)
                                                   : structures_.of_node(place.graph, node));
    return words;
  }

 private:
  const NodeStructures& structures_;
  std::unordered_map<std::string, std::string> end_of_;  // groups, streams and wirings, to a node
  std::unordered_map<std::string, std::pair<std::string, std::string>> end_of_branch_;
};

}  // namespace

Status fill_fingerprints(const NodeStructures& structures, const Report& report, std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  const Words words_for(structures, report);
  std::map<std::vector<std::string>, int> seen;
  for (Finding& finding : findings) {
    std::vector<std::string> words = words_for.of(finding.place);
    words.push_back(finding.code);
    const int place = seen[words]++;
    words.push_back(std::to_string(place));
    auto fingerprint = hash_of(words);
    if (!fingerprint) return propagate(std::move(fingerprint.error()));
    finding.fingerprint = std::move(*fingerprint);
  }
  return {};
}

}  // namespace ramus
