// A path from an input to an output past the trunk: which nodes, what it computes, how large, and whether it is a known form.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "passes/bypasses.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/check/settings.hpp"
#include "plugin/check/wording.hpp"
#include "plugin/node_names.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostListed = 12;  // operators of an arm in the message

constexpr std::array kOptions{
    RuleOption{"least_skipped", 0.5, 0.01, 1, "share of the layers on the way that the path has to avoid"},
    RuleOption{"most_own", 0.25, 0, 0.99, "layers of its own that the path may have, as a share of those avoided"},
    RuleOption{"most_parameters", 0.1, 0, 1e6, "parameters of its own, as a share of those of the layers avoided"},
};

// What a known form does, for a sentence that begins with "The input".
std::string_view meaning_of(BypassForm form) {
  switch (form) {
    case BypassForm::residual:
      return "is added to the result: a residual around the whole network, as in denoising and super-resolution";
    case BypassForm::projection:
      return "is added after a linear projection: a residual around the whole network";
    case BypassForm::concatenation:
      return "is moved, but not computed with, and stands beside the features";
    case BypassForm::mask:
      return "is multiplied by what the trunk computes: a mask on the input, as in speech enhancement";
    case BypassForm::gate:
      return "makes a gate (squashed to a bounded factor) that the features are multiplied by";
    case BypassForm::attention:
      return "says what attention may look at: a mask or keys and values, read in each block";
    case BypassForm::resampling:
      return "is sampled where the trunk says: a spatial transformer";
    case BypassForm::state:
      return "is the state that a recurrent operator begins with";
    case BypassForm::side_input:
      return "only qualifies what other inputs bring, before any layer reads it: a length, a mask, a state";
    case BypassForm::position:
      return "says which of the features are taken";
    case BypassForm::selection:
      return "is selected, or selects between two results";
    case BypassForm::unknown:
      break;
  }
  return "joins by no form that is known to be harmless";
}

// Operators in the order of execution, equal ones counted: "AveragePool, 2 Conv".
std::string operators_of(const Graph& graph, const std::vector<NodeId>& nodes) {
  std::vector<std::pair<std::string, int>> counts;
  for (const NodeId id : nodes) {
    const auto known =
        std::find_if(counts.begin(), counts.end(), [&](const auto& entry) { return entry.first == graph[id].op; });
    if (known == counts.end()) {
      counts.emplace_back(graph[id].op, 1);
    } else {
      ++known->second;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(counts.size(), kMostListed); ++i) {
    text += (i == 0 ? "" : ", ");
    if (counts[i].second > 1) text += std::to_string(counts[i].second) + " ";
    text += counts[i].first;
  }
  if (counts.size() > kMostListed) text += fmt::format(" and {} others", counts.size() - kMostListed);
  return text;
}

bool is_harmless(BypassForm form) {
  return form != BypassForm::unknown && form != BypassForm::selection && form != BypassForm::position &&
         form != BypassForm::gate;
}

Severity severity_of(const Bypass& bypass) {
  const bool may_compare = bypass.form == BypassForm::attention || bypass.form == BypassForm::side_input;
  const bool compares = !bypass.conditional.empty() && !may_compare;
  if (is_harmless(bypass.form)) return compares ? Severity::warning : Severity::note;
  return compares && bypass.form != BypassForm::position ? Severity::error : Severity::warning;
}

class BypassFindings {
 public:
  explicit BypassFindings(const AnalysedGraph& source)
      : source_(source), graph_(*source.analysed.graph), names_(source) {}

  // Those of one input and form whose arms overlap are one finding: a mask that every block reads.
  std::vector<Finding> describe(const std::vector<Bypass>& all) const {
    std::vector<std::vector<const Bypass*>> families;
    for (const Bypass& bypass : all) {
      const auto is_family = [&](const std::vector<const Bypass*>& family) {
        return family.front()->input == bypass.input && family.front()->form == bypass.form &&
               family.front()->conditional.empty() == bypass.conditional.empty() && overlaps(*family.front(), bypass);
      };
      const auto family = std::find_if(families.begin(), families.end(), is_family);
      if (family == families.end()) {
        families.push_back({&bypass});
      } else {
        family->push_back(&bypass);
      }
    }
    std::vector<Finding> findings;
    for (const auto& family : families) findings.push_back(describe(family));
    return findings;
  }

 private:
  static bool overlaps(const Bypass& a, const Bypass& b) {
    if (a.form == BypassForm::side_input || (a.nodes.empty() && b.nodes.empty())) return true;
    return std::any_of(a.nodes.begin(), a.nodes.end(),
                       [&](NodeId id) { return std::binary_search(b.nodes.begin(), b.nodes.end(), id); });
  }

  Finding describe(const std::vector<const Bypass*>& family) const {
    const Bypass& first = *family.front();
    Finding finding;
    finding.severity = Severity::note;
    for (const Bypass* bypass : family) finding.severity = std::max(finding.severity, severity_of(*bypass));
    finding.place = place(first.join);
    finding.message = message(family);
    for (const Bypass* bypass : family) {
      if (bypass != &first) finding.related.push_back(place(bypass->join));
    }
    finding.paths = {path("past the trunk", first)};
    finding.facts = {{"input", graph_[first.input].name},
                     {"output", graph_[first.output].name},
                     {"form", std::string(name_of(first.form))},
                     {"layers_avoided", static_cast<std::int64_t>(first.skipped)},
                     {"layers_on_the_way", static_cast<std::int64_t>(first.depth)},
                     {"own_layers", static_cast<std::int64_t>(first.own)},
                     {"own_parameters", first.parameters},
                     {"joins", static_cast<std::int64_t>(family.size())}};
    return finding;
  }

  std::string message(const std::vector<const Bypass*>& family) const {
    const Bypass& first = *family.front();
    std::string text = fmt::format("input '{}' reaches output '{}' past {} of the {} layers on the way",
                                   graph_[first.input].name, graph_[first.output].name, first.skipped, first.depth);
    if (first.nodes.empty()) {
      text += ", as it is,";
    } else {
      text += fmt::format(", through {} ({}),", operators_of(graph_, first.nodes),
                          counted(static_cast<std::size_t>(first.parameters), "parameter", "parameters"));
    }
    text += fmt::format(" and joins by {}", graph_[first.join].op);
    if (family.size() > 1) text += " here and in " + counted(family.size() - 1, "more place", "more places");
    text += fmt::format(". The input {}", meaning_of(first.form));
    if (!first.conditional.empty()) {
      text += fmt::format(". What tells patterns of the input apart: {}", operators_of(graph_, first.conditional));
      text += fmt::format(" (first at '{}')", names_.node(first.conditional.front()).name);
    }
    return text;
  }

  Place place(NodeId id) const { return {PlaceKind::node, source_.path, names_.node(id).name}; }
  Place place(ValueId id) const { return {PlaceKind::value, source_.path, graph_[id].name}; }

  PlacePath path(std::string title, const Bypass& bypass) const {
    PlacePath path{std::move(title), {place(bypass.input)}};
    for (const NodeId id : bypass.way) path.steps.push_back(place(id));
    path.steps.push_back(place(bypass.join));
    for (const NodeId id : bypass.way_on) path.steps.push_back(place(id));
    path.steps.push_back(place(bypass.output));
    return path;
  }

  const AnalysedGraph& source_;
  const Graph& graph_;
  const NodeNames names_;
};

Result<std::vector<Finding>> run(const RuleContext& context) {
  std::vector<Finding> findings;
  BypassRequest request;
  request.least_skipped = context.options.number("least_skipped");
  request.most_own = context.options.number("most_own");
  request.most_parameters = context.options.number("most_parameters");
  request.cancelled = context.cancelled;
  for (const AnalysedGraph& graph : context.graphs) {
    auto found = find_bypasses(*graph.analysed.graph, *graph.analysed.analyses, context.model.limits(), request);
    if (!found) return propagate(std::move(found.error()));
    auto described = BypassFindings(graph).describe(found->all);
    std::move(described.begin(), described.end(), std::back_inserter(findings));
    if (found->complete) continue;
    findings.push_back(
        {"",
         Severity::warning,
         "the graph is so large and so entangled that not all paths from inputs to outputs were looked at",
         Place{PlaceKind::model, graph.path, ""},
         {},
         {},
         {}});
  }
  return findings;
}

}  // namespace

const Rule kBypass{
    "RMS001",
    "input-to-output-bypass",
    Severity::warning,
    "a path from an input to an output that avoids the trunk",
    "Scanners flag such paths as architectural backdoors, and rightly look at them: a small path that recognises a "
    "pattern in the input and joins late can overrule the whole network, and survives training (Bober-Irizar, "
    "Shumailov, Zhao, Mullins, Papernot, \"Architectural backdoors in neural networks\", CVPR 2023). But the same "
    "shape is what a residual around a whole denoiser, a mask in speech enhancement or an attention mask look like. "
    "So each path is told with what it is.\n\n"
    "A path is told where it passes none of the layers that the trunk computes with (a layer is a node that applies "
    "a matrix, a kernel or a table, or whose bodies do), joins the trunk behind at least half of the layers on the "
    "way to the nearest output, and has at most a quarter as many layers of its own and, unless it compares, a tenth "
    "as many parameters.\n\n"
    "Forms that are known to be harmless are notes: residual, projection by convolutions, concatenation, mask, "
    "attention, resampling, state, and side inputs, which no layer reads before they have met another input that "
    "brings more (lengths, masks). Any other form is a warning, a gate among them, for it can switch the result off. "
    "A path that compares, rounds or selects, and so can tell patterns apart, is an error; it is a warning in a "
    "harmless form, and where it only says which positions are taken. Attention masks may compare, and so may side "
    "inputs of integers or of at most two dimensions.\n\n"
    "To judge one, look at its operators and its parameters, and follow the path that the finding lists. Weights "
    "that look like a pattern (a checkerboard, a few large entries) are suspicious; a pooling and a sum are not. If "
    "it is meant, ignore it with the reason.\n\n"
    "Not seen: what begins behind a layer of the trunk, what has as many layers as a branch has, shapes that depend "
    "on data, and what the weights of the trunk do.",
    {},
    kOptions,
    false,
    run,
};

}  // namespace ramus
