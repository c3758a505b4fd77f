#include "plugin/compare.hpp"

#include "plugin/analysed_model.hpp"
#include "plugin/version.hpp"

namespace ramus {
namespace {

Result<ModelProfile> profile_of(const WireModel& model, AnalyzeOptions options, const Host& host,
                                Comparison& comparison) {
  if (options.passes.empty()) options.passes = {"branch-tree", "residual-streams", "factors", "specialization"};
  auto analysed = analyse_graphs(model, options, host);
  if (!analysed) {
    Error error = std::move(analysed.error());
    const bool is_named =
        error.kind != ErrorKind::usage;  // others begin with the file or the option that they are about
    return propagate(is_named ? std::move(error) : std::move(error).within(model.label()));
  }
  ModelProfile profile;
  std::vector<Note>& notes = comparison.notes.emplace_back(std::move(analysed->report.notes));
  for (const AnalysedGraph& graph : analysed->graphs) {
    add_to_profile(*graph.analysed.graph, graph.analysed.findings, graph.prefix, profile);
    for (const Note& note : graph.analysed.findings.notes)
      notes.push_back({graph.prefix + note.where, note.code, note.text});
  }
  if (comparison.models.empty()) comparison.options = std::move(analysed->report.options);
  comparison.models.push_back(std::move(analysed->report.model));
  return profile;
}

Result<Comparison> compare_here(std::span<const WireModel* const> models, std::span<const AnalyzeOptions> options,
                                const Host& host) {
  Comparison comparison;
  comparison.tool_version = version();
  for (std::size_t m = 0; m < models.size(); ++m) {
    auto profile = profile_of(*models[m], options[options.size() == 1 ? 0 : m], host, comparison);
    if (!profile) return propagate(std::move(profile.error()));
    comparison.profiles.push_back(std::move(*profile));
  }
  ComparisonRequest request;
  request.seed = options.front().seed;
  request.cancelled = host.cancelled;
  for (std::size_t m = 1; m < models.size(); ++m) {
    host.log("comparing " + models[m]->label());
    auto compared = compare_models(comparison.profiles.front(), comparison.profiles[m], request);
    if (!compared) return propagate(std::move(compared.error()));
    comparison.against_first.push_back(std::move(*compared));
  }
  return comparison;
}

}  // namespace

Result<Comparison> compare(std::span<const WireModel* const> models, std::span<const AnalyzeOptions> options,
                           const Host& host) {
  if (models.size() < 2) return failure(ErrorKind::usage, "compare: needs at least two models");
  if (options.size() != 1 && options.size() != models.size()) {
    return failure(ErrorKind::usage, "compare: " + std::to_string(options.size()) + " options for " +
                                         std::to_string(models.size()) + " models; give one, or one for each");
  }
  return arena_of(options.front().threads).execute([&] { return compare_here(models, options, host); });
}

}  // namespace ramus
