#include "plugin/reattach/reattach.hpp"

#include <algorithm>
#include <map>

#include "plugin/analysed_model.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/reattach/anchors.hpp"
#include "plugin/reattach/report_names.hpp"
#include "plugin/report_graph.hpp"

namespace ramus {
namespace {

std::string counted(std::size_t found, std::size_t all, const std::string& what) {
  return std::to_string(found) + " of " + std::to_string(all) + " " + what;
}

// A vector without what `keep` turns down; `keep` may change what it keeps.
template <class T, class Keep>
void keep_if(std::vector<T>& list, Keep keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!keep(list[i])) continue;
    if (kept != i) list[kept] = std::move(list[i]);
    ++kept;
  }
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(kept), list.end());
}

class Translation {
 public:
  Translation(Report& report, const ReportNames& names) : report_(report), names_(names) {}

  std::vector<std::string> run() {
    const std::size_t groups = report_.groups.size(), streams = report_.streams.size();
    keep_groups();
    keep_if(report_.streams, [&](ReportStream& stream) { return translate(stream); });
    keep_if(report_.factors, [&](ReportFactors& factors) { return translate(factors); });
    keep_if(report_.latent, [&](ReportLatent& latent) { return translate(latent); });
    keep_if(report_.features, [&](ReportFeatures& features) { return translate(features); });
    keep_if(report_.specialization, [&](ReportSpecialization& entry) { return translate(entry); });
    keep_if(report_.modularity, [&](ReportModularity& entry) { return translate(entry); });
    lines_.insert(lines_.begin(), summary(groups, streams));
    return std::move(lines_);
  }

 private:
  std::string summary(std::size_t groups, std::size_t streams) const {
    const ReportNames::Counts& nodes = names_.counts();
    std::size_t found = 0;
    std::string ways, lost;
    for (const MatchBasis basis : {MatchBasis::hash, MatchBasis::values, MatchBasis::place}) {
      const std::size_t count = nodes.found[static_cast<std::size_t>(basis)];
      found += count;
      if (count > 0) ways += (ways.empty() ? "" : ", ") + std::to_string(count) + " by " + std::string(name_of(basis));
    }
    for (const auto& [op, count] : nodes.lost) lost += (lost.empty() ? "" : ", ") + std::to_string(count) + " " + op;
    std::string line = "found " + counted(report_.groups.size(), groups, "groups, ");
    if (streams > 0) line += counted(report_.streams.size(), streams, "streams, ");
    line += counted(found, nodes.nodes, "nodes") + (ways.empty() ? "" : " (" + ways + ")");
    return line + (lost.empty() ? "" : "; not there any more, or not told apart: " + lost);
  }

  std::optional<ReportNode> node(const std::optional<ReportNode>& old) const {
    return old ? names_.node(old->name) : std::nullopt;
  }

  void translate_ranges(std::vector<ReportRange>& ranges) const {
    keep_if(ranges, [&](ReportRange& range) {
      const auto layer = names_.node(range.layer);
      if (layer) range.layer = layer->name;
      return layer.has_value();
    });
  }

  // Whether anything of it is left, if there was anything.
  bool translate(ReportBranch& branch) const {
    const bool was_empty = branch.nodes.empty();
    keep_if(branch.nodes, [&](ReportNode& held) {
      const auto found = names_.node(held.name);
      if (found) held = *found;
      return found.has_value();
    });
    // Several may have become one.
    std::stable_sort(branch.nodes.begin(), branch.nodes.end(),
                     [](const auto& a, const auto& b) { return a.index < b.index; });
    const auto same = [](const ReportNode& a, const ReportNode& b) { return a.name == b.name; };
    branch.nodes.erase(std::unique(branch.nodes.begin(), branch.nodes.end(), same), branch.nodes.end());
    branch.first_layer = node(branch.first_layer);
    if (!branch.body.empty()) branch.body = names_.graph(branch.body).value_or("");
    if (branch.units) {
      const auto layer = names_.node(branch.units->layer);
      layer ? void(branch.units->layer = layer->name) : branch.units.reset();
    }
    translate_ranges(branch.layers);
    translate_ranges(branch.inputs);
    return was_empty || !branch.nodes.empty();
  }

  // Why it cannot be found; empty when it is.
  std::string translate(ReportGroup& group) {
    const auto graph = names_.graph(group.graph);
    if (!graph) return "its graph is not there";
    if (group.join) {
      const auto join = node(group.join);
      if (!join) return "no node is surely its join " + onnx_wire::in_quotes(group.join->name);
      group.join = join;
      group.join_op = without_domain(names_.operator_of(*join));
    }
    for (ReportBranch& branch : group.branches) {
      if (!translate(branch)) return "no node of its branch " + onnx_wire::in_quotes(branch.name) + " is found";
    }
    group.fork_node = node(group.fork_node);
    group.fork_value = names_.value(group.graph, group.fork_value).value_or("");
    keep_if(group.crossing, [&](std::string& value) {
      const auto found = names_.value(group.graph, value);
      if (found) value = *found;
      return found.has_value();
    });
    keep_if(group.shared, [&](ReportNode& shared) {
      const auto found = names_.node(shared.name);
      if (found) shared = *found;
      return found.has_value();
    });
    group.graph = *graph;
    return {};
  }

  void keep_groups() {
    std::map<std::string, std::pair<std::optional<std::string>, std::optional<std::string>>> parents;
    for (const ReportGroup& group : report_.groups) parents[group.id] = {group.parent, group.parent_branch};
    keep_if(report_.groups, [&](ReportGroup& group) {
      const std::string why = translate(group);
      if (why.empty()) kept_[group.id] = 0;
      if (!why.empty()) lines_.push_back("group " + onnx_wire::in_quotes(group.name) + " is lost: " + why);
      return why.empty();
    });
    std::map<std::string, std::pair<std::string, std::size_t>> alike;  // the first group built alike, and how many
    for (ReportGroup& group : report_.groups) {
      // What lay in a lost group lies in the one around it. A report may say that groups lie in one another.
      for (std::size_t level = 0; level < parents.size() && group.parent && kept_.count(*group.parent) == 0; ++level) {
        const auto above = parents.find(*group.parent);
        if (above == parents.end()) break;
        std::tie(group.parent, group.parent_branch) = above->second;
      }
      const auto parent = group.parent ? kept_.find(*group.parent) : kept_.end();
      if (parent == kept_.end()) group.parent = group.parent_branch = std::nullopt;
      group.depth = parent == kept_.end() ? 0 : parent->second + 1;
      kept_[group.id] = group.depth;
      ++alike.try_emplace(group.repeats, group.id, 0).first->second.second;
    }
    for (ReportGroup& group : report_.groups) std::tie(group.repeats, group.times) = alike.at(group.repeats);
  }

  bool translate(ReportStream& stream) {
    const auto graph = names_.graph(stream.graph);
    const auto start = names_.value(stream.graph, stream.start), end = names_.value(stream.graph, stream.end);
    bool whole = graph && start && end;
    for (ReportStreamBlock& block : stream.blocks) {
      const auto write = names_.node(block.write.name);
      const auto read = names_.value(stream.graph, block.read);
      whole = whole && write && read && kept_.count(block.group) != 0;
      if (!whole) break;
      block.write = *write;
      block.read = *read;
    }
    if (!whole) {
      lines_.push_back("stream " + onnx_wire::in_quotes(stream.name) + " is lost: not all of its blocks are found");
      return false;
    }
    stream.graph = *graph;
    stream.start = *start;
    stream.end = *end;
    return true;
  }

  bool translate(ReportWiring& wiring) const {
    const auto graph = names_.graph(wiring.graph);
    const auto from = names_.node(wiring.from.name), to = names_.node(wiring.to.name);
    if (!graph || !from || !to) return false;
    const std::string arrow = "->" + wiring.to.name;
    const std::size_t middle = wiring.id.find(arrow, wiring.from.name.size());
    if (!wiring.id.starts_with(wiring.from.name) || middle == std::string::npos) return false;
    const std::string part = wiring.id.substr(wiring.from.name.size(), middle - wiring.from.name.size());
    const std::string id = from->name + part + "->" + to->name + wiring.id.substr(middle + arrow.size());
    wirings_[wiring.id] = id;
    wiring.id = id;
    if (!wiring.from_weight.empty()) {
      wiring.from_weight = names_.weight(wiring.from.name, wiring.from_weight).value_or("");
    }
    wiring.graph = *graph;
    wiring.from = *from;
    wiring.to = *to;
    return true;
  }

  bool translate(ReportFeatures& features) const {
    const auto graph = names_.graph(features.graph);
    const auto layer = names_.node(features.layer.name);
    if (!graph || !layer) return false;
    features.graph = *graph;
    features.layer = *layer;
    return true;
  }

  bool translate(ReportSpecialization& entry) const {
    if (kept_.count(entry.group) == 0) return false;
    GroupSpecialization& values = entry.values;
    const auto name_of_wiring = [&](std::string& id) {
      if (const auto found = wirings_.find(id); found != wirings_.end()) id = found->second;
    };
    name_of_wiring(values.factors_of);
    if (values.score) name_of_wiring(values.score->layer);
    for (BranchSpecialization& branch : values.branches) {
      for (FeatureContrast& contrast : branch.features) {
        if (const auto layer = names_.node(contrast.at_layer)) contrast.at_layer = layer->name;
      }
    }
    for (std::size_t i = std::min(entry.wired_from.size(), values.wiring.size()); i-- > 0;) {
      if (kept_.count(entry.wired_from[i]) != 0) continue;
      entry.wired_from.erase(entry.wired_from.begin() + static_cast<std::ptrdiff_t>(i));
      values.wiring.erase(values.wiring.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return true;
  }

  bool translate(ReportModularity& entry) const {
    const auto graph = names_.graph(entry.graph);
    const auto is_kept = [&](const std::string& group) { return kept_.count(group) != 0; };
    if (!graph || !std::all_of(entry.groups.begin(), entry.groups.end(), is_kept)) return false;
    for (ReportModularity::Layer& layer : entry.layers) {
      const auto found = names_.node(layer.node.name);
      if (!found) return false;
      layer.node = *found;
    }
    entry.graph = *graph;
    return true;
  }

  Report& report_;
  const ReportNames& names_;
  std::map<std::string, int> kept_;                     // depth of the groups that are found, by id
  mutable std::map<std::string, std::string> wirings_;  // new ids by old ones
  std::vector<std::string> lines_;
};

Result<AnalysedModel> read(const WireModel& model, const Host& host) {
  AnalyzeOptions options;
  options.passes = {"flatten-sums"};  // the cheapest: no facts are wanted, the graphs as they stand in the file
  return arena_of(options.threads).execute([&] { return analyse_graphs(model, options, host); });
}

}  // namespace

Result<Reattached> reattach(const Report& report, const WireModel& model, const Host& host) {
  auto target = read(model, host);
  if (!target) return propagate(std::move(target.error()));
  std::vector<ReportGraph> graphs;
  for (const AnalysedGraph& graph : target->graphs) graphs.push_back(describe_graph(graph));
  Reattached result{report, {}};
  const ReportNames names(report.graphs, graphs);
  result.lines = Translation(result.report, names).run();
  if (!report.groups.empty() && result.report.groups.empty()) {
    return failure(ErrorKind::usage, onnx_wire::printable(model.label()) + ": none of the " +
                                         std::to_string(report.groups.size()) + " groups in the report of " +
                                         onnx_wire::in_quotes(report.model.path) +
                                         " is in this model; give a model that was made of that one");
  }
  result.report.options["reattached"] = report.model.digest;
  result.report.model = target->report.model;
  result.report.graphs = std::move(graphs);
  for (const std::string& line : result.lines) result.report.notes.push_back({"", "reattached", line});
  return result;
}

}  // namespace ramus
