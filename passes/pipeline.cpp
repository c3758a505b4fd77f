#include "passes/pipeline.hpp"

#include <algorithm>
#include <set>

#include "passes/registry.hpp"

namespace ramus {
namespace {

// Which rows run: all rewrites, and the wanted analyses with all rows above them whose facts they may read.
Result<std::set<std::string_view>> wanted_rows(const PipelineRequest& request) {
  const std::vector<std::string>& names = request.passes;
  std::set<std::string_view> wanted;
  const auto rows = all_passes();
  for (const std::string& name : names) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const PassInfo& info) { return info.name == name; });
    if (row == rows.end()) {
      std::string known;
      for (const PassInfo& info : rows) known += (known.empty() ? "" : ", ") + std::string(info.name);
      return failure(ErrorKind::usage, "pass '" + name + "': no such pass; there are " + known);
    }
    wanted.insert(row->name);
    wanted.insert(row->needs.begin(), row->needs.end());
  }
  for (const PassInfo& info : rows) {
    if (names.empty() || info.kind != PassKind::analysis) wanted.insert(info.name);
    if (info.kind == PassKind::fusion && !request.fuses) wanted.erase(info.name);
  }
  return wanted;
}

}  // namespace

void Findings::append(Findings more) {
  const auto move_all = [](auto& from, auto& to) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
  move_all(more.groups, groups);
  move_all(more.streams, streams);
  move_all(more.features, features);
  move_all(more.factors, factors);
  move_all(more.latent, latent);
  move_all(more.composition, composition);
  move_all(more.communities, communities);
  move_all(more.specialization, specialization);
  move_all(more.modularity, modularity);
  move_all(more.notes, notes);
  if (more.tree) tree = std::move(more.tree);
}

Result<Analysed> run_pipeline(Graph graph, const PipelineRequest& request) {
  const auto wanted = wanted_rows(request);
  if (!wanted) return propagate(wanted.error());
  Analysed analysed;
  analysed.graph = std::make_shared<const Graph>(std::move(graph));
  analysed.analyses = std::make_shared<const Analyses>(*analysed.graph, request.limits);
  for (const PassInfo& pass : all_passes()) {
    if (wanted->count(pass.name) == 0) continue;
    request.began(pass.name);
    const PassContext context{*analysed.graph, *analysed.analyses, analysed.findings, *request.options,
                              request.limits,  request.labels,     request.features,  request.is_body,
                              request.seed,    request.opset,      request.cancelled, request.advance};
    auto found = pass.run(context);
    if (!found) return propagate(std::move(found.error()));
    if (found->patch && !found->patch->empty()) {
      auto rewritten = apply(*analysed.graph, *found->patch);
      if (!rewritten) return propagate(std::move(rewritten.error()), pass.name);
      analysed.graph = std::make_shared<const Graph>(std::move(*rewritten));
      analysed.analyses = std::make_shared<const Analyses>(*analysed.graph, request.limits);
    }
    analysed.findings.append(std::move(*found));
  }
  return analysed;
}

}  // namespace ramus
