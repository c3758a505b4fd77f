// Initializers that no node reads, and that are no output.
#include <fmt/format.h>

#include <algorithm>

#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostListed = 3;    // names of small ones in the message
constexpr std::int64_t kLarge = 1 << 10;  // elements from which on an initializer is a finding of its own

std::string size_of(const WeightView& weight) {
  std::string text;
  for (const std::int64_t dim : weight.dims) text += (text.empty() ? "" : " x ") + std::to_string(dim);
  return text.empty() ? "a scalar" : text + (weight.dims.size() == 1 ? " elements" : "");
}

Finding large_one(const Place& place, const WeightView& weight) {
  Finding finding;
  finding.severity = kUnusedInitializers.severity;
  finding.place = place;
  finding.message = "nothing reads this initializer (" + size_of(weight) + ")";
  finding.facts = {{"elements", weight.elements()}};
  return finding;
}

// Counters and the like, all in one.
Finding small_ones(const std::vector<Place>& places) {
  Finding finding;
  finding.severity = kUnusedInitializers.severity;
  finding.place = places.front();
  finding.related.assign(places.begin() + 1, places.end());
  finding.message = places.size() == 1 ? "nothing reads this small initializer"
                                       : fmt::format("nothing reads this and {} more small initializers: {}",
                                                     places.size() - 1, places.front().name);
  for (std::size_t i = 1; i < std::min(places.size(), kMostListed); ++i) finding.message += ", " + places[i].name;
  if (places.size() > kMostListed) finding.message += " ...";
  finding.facts = {{"initializers", static_cast<std::int64_t>(places.size())}};
  return finding;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  for (const AnalysedGraph& graph : context.graphs) {
    std::vector<Place> small;
    for (const Value& value : graph.original->values()) {
      if (value.kind != ValueKind::parameter || value.is_output || !value.readers.empty()) continue;
      const WeightView& weight = (*graph.original)[value.weight];
      const Place place{PlaceKind::initializer, graph.path, value.name};
      if (weight.elements() < kLarge) {
        small.push_back(place);
      } else {
        findings.push_back(large_one(place, weight));
      }
    }
    if (!small.empty()) findings.push_back(small_ones(small));
  }
  return findings;
}

}  // namespace

const Rule kUnusedInitializers{
    "RMS202",
    "unused-initializer",
    Severity::note,
    "initializers that no node reads",
    "Weights that an export left behind: they make the file larger, and a reader of the weights takes them for part "
    "of the network. Often they are what remains of a branch that was cut off.\n\n"
    "Those below 1024 elements are one finding together: counters of batches, say. Initializers of bodies count as "
    "well; one that a body reads from the graph around it is read.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
