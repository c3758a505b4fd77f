#include "plugin/check/changes.hpp"

#include <fmt/format.h>

namespace ramus {
namespace {

// A count of paths may have thousands of digits, a list of operators thousands of letters.
std::string bounded(const std::string& text) {
  constexpr std::size_t kMostBytes = 80;
  if (text.size() <= kMostBytes) return text;
  if (text.find_first_not_of("0123456789") == std::string::npos) return fmt::format("about 10^{}", text.size() - 1);
  return text.substr(0, kMostBytes) + "...";
}

}  // namespace

Result<SinceBaseline> compare_with_baseline(const BaselineModel& approved, std::span<const AnalysedGraph> graphs,
                                            const std::function<bool()>& cancelled) {
  ModelProfile now = structure_of_model(graphs);
  ComparisonRequest request;
  request.cancelled = cancelled;
  auto compared = compare_models(approved.profile, now, request);
  if (!compared) return propagate(std::move(compared.error()));
  return SinceBaseline{approved, std::move(now), std::move(*compared)};
}

std::string text_of(const Difference& difference) {
  if (difference.what == "attributes") return "attributes, connections or shapes differ";
  if (difference.what == "order") return "its branches stand in another order";
  return fmt::format("{} {} -> {}", difference.what, bounded(difference.before), bounded(difference.after));
}

std::string confidence_text(double confidence) {
  return confidence > 0.999 ? "> 0.999" : fmt::format("{:.3f}", confidence);
}

Place place_of(const Report& report, std::size_t group) {
  const ReportGroup& found = report.groups[group];
  return {PlaceKind::group, found.graph, found.name};
}

Place place_of(const Report& report, std::size_t group, std::size_t branch) {
  const ReportGroup& found = report.groups[group];
  return {PlaceKind::branch, found.graph, found.branches[branch].name};
}

}  // namespace ramus
