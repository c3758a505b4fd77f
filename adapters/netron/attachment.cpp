#include <fmt/format.h>

#include "adapters/netron/netron.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/sentences.hpp"
#include "plugin/annotations.hpp"
#include "plugin/node_facts.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostGroups = 200;    // rows of a sidebar that anybody scrolls through
constexpr std::size_t kMostBytes = 1900;    // Netron cuts values at 2,000 characters, without a word
constexpr std::size_t kMostFactorRows = 8;  // wirings in which one weight takes part

std::string shown(const std::string& text) {
  return text.size() <= kMostBytes ? text : text.substr(0, kMostBytes) + " ... (the report has all)";
}

class Attachment {
 public:
  explicit Attachment(const Report& report) : report_(report), findings_(report) {}

  ReportJson run() {
    add("model", "", "ramus", "branches found by ramus " + report_.tool_version);
    std::size_t rows = 0;
    for (const ReportGroup* group : findings_.groups_of("")) {
      if (rows++ == kMostGroups) {
        add("graph", report_.model.graph_name, "ramus ...", "more groups stand in the report");
        break;
      }
      add("graph", report_.model.graph_name, "ramus " + group->name,
          sentence_of(*group, findings_.specialization_of(*group)));
    }
    for (const ReportGraph& graph : report_.graphs) add_nodes(graph);
    add_factors();
    return {{"signature", "netron:attachment"}, {"metadata", std::move(metadata_)}, {"metrics", std::move(metrics_)}};
  }

 private:
  static ReportJson item(const char* kind, const std::string& target, const std::string& name, ReportJson value) {
    return {{"kind", kind}, {"target", target}, {"name", name}, {"value", std::move(value)}};
  }
  void add(const char* kind, const std::string& target, const std::string& name, const std::string& text) {
    metadata_.push_back(item(kind, target, name, shown(text)));
  }

  void add_nodes(const ReportGraph& graph) {
    const auto facts = node_facts(findings_, graph.path);
    for (const ReportGraphNode& node : graph.nodes) {
      const auto known = facts.find(node.index);
      if (known == facts.end()) continue;
      const std::string name = node.name.substr(graph.prefix.size());
      const bool has_name = name != fmt::format("#{}:{}", node.index, node.op.substr(node.op.rfind('.') + 1));
      if (!has_name && node.outputs.empty()) continue;
      add_node(has_name ? "node" : "value", has_name ? name : node.outputs.front(), known->second);
    }
  }

  void add_node(const char* kind, const std::string& target, const NodeFacts& facts) {
    if (!facts.branches.empty()) add(kind, target, "ramus.branch", fmt::format("{}", fmt::join(facts.branches, "; ")));
    if (!facts.roles.empty()) add(kind, target, "ramus.role", fmt::format("{}", fmt::join(facts.roles, "; ")));
    for (const SpecializationFact& fact : facts.specialization) {
      if (fact.strongest) {
        add(kind, target, "ramus.specialization", sentence_of(*fact.strongest));
        metrics_.push_back(item(kind, target, "ramus.p", fact.strongest->p));
      } else if (fact.score) {
        metrics_.push_back(item(kind, target, "ramus.score", *fact.score));
        metrics_.push_back(item(kind, target, "ramus.score p", fact.p));
      }
    }
  }

  void add_factors() {
    std::map<std::string, std::size_t> rows;
    for (const ReportFactors& factors : report_.factors) {
      const Eigen::Index significant = factors.factors->null.significant;
      if (!factors.graph.empty() || factors.from_weight.empty() || significant == 0) continue;
      if (rows[factors.from_weight]++ == kMostFactorRows) continue;
      std::string text = fmt::format("{} factors beyond chance", significant);
      for (Eigen::Index j = 0; j < significant; ++j) {
        const auto name = name_of_factor(factors.meaning, static_cast<std::size_t>(j));
        if (name) text += fmt::format(", factor {} is {}", j, *name);
      }
      text += "; units: " + run_length_coded(factors.factors->inputs);
      add("tensor", factors.from_weight, "ramus.factors " + factors.id, text);
    }
  }

  const Report& report_;
  const BranchFindings findings_;
  ReportJson metadata_ = ReportJson::array(), metrics_ = ReportJson::array();
};

}  // namespace

Status write_netron_attachment(const Report& report, const TextSink& sink) {
  return write_indented(Attachment(report).run(), sink);
}

}  // namespace ramus
