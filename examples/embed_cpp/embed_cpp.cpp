// A host in C++11: analyses a model, prints its groups of branches, and has a pass of its own that looks for wide ones.
//
//   embed_cpp MODEL.onnx
#include <iostream>
#include <map>

#include "ramus.hpp"

namespace {

// "Conv 2, Relu 1": which operators the nodes of a branch are.
std::string operators_of(const ramus_graph_view* graph, const ramus_branch& branch) {
  std::map<std::string, int> counts;
  for (std::size_t n = 0; n < branch.node_count; ++n) {
    const ramus_node* node = ramus_graph_find_node(graph, branch.nodes[n]);
    if (node != nullptr) ++counts[node->op];
  }
  std::string text;
  for (const auto& count : counts) {
    text += (text.empty() ? "" : ", ") + count.first + " " + std::to_string(count.second);
  }
  return text.empty() ? "no nodes" : text;
}

// Groups are structs, and JSON need not be read for them. Strings live as long as the call.
void print_groups(const ramus_graph_view* graph, ramus_notes* notes) {
  for (std::size_t g = 0; g < ramus_graph_group_count(graph); ++g) {
    const ramus_group& group = *ramus_graph_group(graph, g);
    std::cout << std::string(2 * static_cast<std::size_t>(group.depth), ' ') << group.kind << " " << group.name << "\n";
    for (std::size_t b = 0; b < group.branch_count; ++b) {
      const ramus_branch& branch = *group.branches[b];
      std::cout << std::string(2 * static_cast<std::size_t>(group.depth) + 2, ' ') << branch.name << ": "
                << operators_of(graph, branch) << "\n";
    }
    if (group.branch_count > 1) {
      const std::string text = std::to_string(group.branch_count) + " branches meet here";
      ramus::Pass::note(notes, group.join == nullptr ? group.name : group.join, "width", text);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " MODEL.onnx\n";
    return RAMUS_USAGE;
  }
  try {
    const ramus::Session session;
    const ramus::Model model(session, argv[1]);
    ramus::AnalyzeOptions options;
    options.passes = {"branch-tree", "wide-groups"};  // structure only: no weight is read
    options.host_passes.emplace_back("wide-groups", print_groups);
    const ramus::Report report = model.analyze(options);
    std::cout << "\n" << report.text();
  } catch (const ramus::Error& error) {
    std::cerr << error.what() << "\n";
    return error.status();
  }
  return 0;
}
