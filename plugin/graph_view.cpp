#include "plugin/graph_view.hpp"

#include <deque>
#include <limits>
#include <unordered_map>

#include "plugin/build_report.hpp"
#include "plugin/c_boundary.hpp"

// Borrows every string from the graph and the report; nothing in it moves once it is made.
struct ramus_graph_view {
  const char* path = "";
  std::vector<ramus_node> nodes;
  std::vector<ramus_group> groups;
  std::deque<ramus_branch> branches;
  std::deque<std::vector<const char*>> names;
  std::deque<std::vector<const ramus_branch*>> branch_lists;
  std::unordered_map<std::string_view, const ramus_node*> node_by_name;
};

struct ramus_notes {
  std::string graph;  // where a note is that says nothing else
  std::vector<ramus::Note> notes;
};

namespace ramus {
namespace {

class ViewBuilder {
 public:
  explicit ViewBuilder(ramus_graph_view& view) : view_(view) {}

  void add_nodes(const Graph& graph, const ReportGraph& named) {
    view_.path = named.path.c_str();
    view_.nodes.reserve(named.nodes.size());
    for (std::size_t n = 0; n < named.nodes.size(); ++n) {
      const ReportGraphNode& node = named.nodes[n];
      const Node& original = graph.nodes()[n];
      const bool is_onnx = original.domain.empty() || original.domain == "ai.onnx";
      view_.nodes.push_back({sizeof(ramus_node), node.name.c_str(), original.op.c_str(),
                             is_onnx ? "" : original.domain.c_str(), list(node.inputs), node.inputs.size(),
                             list(node.outputs), node.outputs.size()});
      view_.node_by_name.emplace(node.name, &view_.nodes.back());
    }
  }

  void add_group(const ReportGroup& group) {
    std::vector<const ramus_branch*>& branches = view_.branch_lists.emplace_back();
    for (const ReportBranch& branch : group.branches) branches.push_back(&add_branch(branch));
    view_.groups.push_back({sizeof(ramus_group), group.id.c_str(), group.name.c_str(), group.kind.c_str(),
                            group.join ? group.join->name.c_str() : nullptr, group.fork_value.c_str(),
                            group.parent_branch ? group.parent_branch->c_str() : nullptr, branches.data(),
                            branches.size(), group.closed ? 1 : 0, group.depth});
  }

 private:
  const ramus_branch& add_branch(const ReportBranch& branch) {
    std::vector<const char*>& nodes = view_.names.emplace_back();
    for (const ReportNode& node : branch.nodes) nodes.push_back(node.name.c_str());
    return view_.branches.emplace_back(ramus_branch{sizeof(ramus_branch), branch.id.c_str(), branch.name.c_str(),
                                                    nodes.data(), nodes.size(), branch.skip ? 1 : 0,
                                                    branch.projection ? 1 : 0});
  }

  const char* const* list(const std::vector<std::string>& strings) {
    std::vector<const char*>& names = view_.names.emplace_back();
    for (const std::string& string : strings) names.push_back(string.c_str());
    return names.data();
  }

  ramus_graph_view& view_;
};

// What the callback says when it ends the analysis.
Error refusal(ramus_status status, ramus_error& error) {
  error.message[sizeof error.message - 1] = '\0';
  const std::string message = error.message;
  return {status == RAMUS_CANCELLED ? ErrorKind::cancelled : ErrorKind::usage,
          !message.empty() ? message : "ended the analysis with status " + std::to_string(status)};
}

Result<std::vector<Note>> run(const ramus_pass& pass, const AnalysedGraph& graph, const ReportGraph& nodes,
                              const Report& report) {
  ramus_graph_view view;
  ViewBuilder builder(view);
  builder.add_nodes(*graph.original, nodes);
  for (const ReportGroup& group : report.groups) {
    if (group.graph == graph.path) builder.add_group(group);
  }
  ramus_notes notes{graph.prefix.substr(0, graph.prefix.empty() ? 0 : graph.prefix.size() - 1), {}};
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = pass.run(pass.user, &view, &notes, &error);
  if (status != RAMUS_OK) return propagate(refusal(status, error));
  return std::move(notes.notes);
}

}  // namespace

Result<HostPass> host_pass_from(const ramus_pass* given) {
  if (given == nullptr) return usage("host_passes: an entry is NULL");
  const auto pass = sized<ramus_pass>(given, RAMUS_PASS_INIT, "pass");
  if (!pass) return propagate(pass.error());
  if (pass->name == nullptr) return usage("pass: name must not be NULL");
  if (pass->run == nullptr) return usage("pass '" + std::string(pass->name) + "': run must not be NULL");
  HostPass out{pass->name, pass->summary == nullptr ? "" : pass->summary, {}};
  out.run = [pass = *pass](const AnalysedGraph& graph, const ReportGraph& nodes, const Report& report) {
    return run(pass, graph, nodes, report);
  };
  return out;
}

}  // namespace ramus

const char* ramus_graph_path(const ramus_graph_view* graph) { return graph == nullptr ? nullptr : graph->path; }

size_t ramus_graph_node_count(const ramus_graph_view* graph) { return graph == nullptr ? 0 : graph->nodes.size(); }

const ramus_node* ramus_graph_node(const ramus_graph_view* graph, size_t index) {
  return index < ramus_graph_node_count(graph) ? &graph->nodes[index] : nullptr;
}

const ramus_node* ramus_graph_find_node(const ramus_graph_view* graph, const char* name) {
  if (graph == nullptr || name == nullptr) return nullptr;
  const auto found = graph->node_by_name.find(name);
  return found == graph->node_by_name.end() ? nullptr : found->second;
}

size_t ramus_graph_group_count(const ramus_graph_view* graph) { return graph == nullptr ? 0 : graph->groups.size(); }

const ramus_group* ramus_graph_group(const ramus_graph_view* graph, size_t index) {
  return index < ramus_graph_group_count(graph) ? &graph->groups[index] : nullptr;
}

ramus_status ramus_notes_add(ramus_notes* notes, const char* where, const char* code, const char* text,
                             ramus_error* error) {
  return ramus::guarded(error, [&]() -> ramus::Status {
    if (notes == nullptr || code == nullptr || text == nullptr) return ramus::usage("notes_add: NULL argument");
    if (!ramus::is_kebab_case(code)) {
      return ramus::usage("note '" + std::string(code) + "': codes are like 'too-wide'");
    }
    notes->notes.push_back({where == nullptr || *where == '\0' ? notes->graph : where, code,
                            ramus::one_line(text, std::numeric_limits<std::size_t>::max())});
    return {};
  });
}
