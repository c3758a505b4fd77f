#include <fmt/format.h>

#include "adapters/pictures/diagram.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/pictures/pictures.hpp"
#include "adapters/report/colours.hpp"

namespace ramus {
namespace {

using Kind = DiagramNode::Kind;

constexpr double kMostLine = 25;                           // em
constexpr std::size_t kMostLabel = 80, kMostTitle = 1000;  // code points

class DotFile {
 public:
  explicit DotFile(const Report& report)
      : report_(report), findings_(report), sections_(outline_of(report, findings_)), diagram_(diagram_of(sections_)) {}

  std::string run() {
    const std::string title = "Branches of " + shown_file(report_.model.path);
    text_ =
        "digraph branches {\n"
        "  graph [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, labelloc=t, compound=true, nodesep=0.2,\n"
        "         ranksep=0.3, label=" +
        as_dot(at_most(title, 200)) +
        "]\n"
        "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, shape=box, style=\"rounded,filled\",\n"
        "        fillcolor=\"#EEF1F4\", color=\"#818B98\", height=0.3]\n"
        "  edge [color=\"#818B98\", arrowsize=0.6]\n";
    cluster(0, "  ");
    for (const DiagramEdge& edge : diagram_.edges) {
      text_ += fmt::format("  n{} -> n{}", edge.from, edge.to);
      if (edge.place) text_ += fmt::format(" [color=\"{}\", penwidth=2]", colour_of_branch(*edge.place));
      text_ += "\n";
    }
    return std::move(text_) + "}\n";
  }

 private:
  void cluster(std::size_t c, const std::string& indent) {
    const DiagramCluster& cluster = diagram_.clusters[c];
    for (const std::size_t n : cluster.nodes) node(n, indent);
    for (const std::size_t inner : cluster.clusters) {
      const DiagramCluster& box = diagram_.clusters[inner];
      const std::string label = as_dot(at_most(shown(box.label + box.facts), kMostLabel));
      text_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={}; labeljust=l; ", indent, inner, indent, label);
      if (box.place) {
        const std::string_view colour = colour_of_branch(*box.place);
        text_ += fmt::format("style=\"rounded,filled\"; color=\"{}\"; fillcolor=\"{}29\"\n", colour, colour);
      } else {
        text_ += "style=\"rounded,dashed\"; color=\"#818B98\"\n";
      }
      this->cluster(inner, indent + "  ");
      text_ += indent + "}\n";
    }
  }

  void node(std::size_t n, const std::string& indent) {
    const DiagramNode& node = diagram_.nodes[n];
    text_ += fmt::format("{}n{} [", indent, n);
    if (node.kind == Kind::point) {
      text_ += "shape=point, width=0.08]\n";
      return;
    }
    std::string label, title;
    for (const std::string& line : node.lines) {
      label += (label.empty() ? "" : "\n") + fitted_line(line, kMostLine);
    }
    for (const std::string& line : node.hint) {
      title += (title.empty() ? "" : "\n") + at_most(shown(line), kMostTitle);
    }
    text_ += "label=" + with_lines(label);
    if (!title.empty()) text_ += ", tooltip=" + with_lines(title);
    if (node.kind == Kind::branch) text_ += fmt::format(", fillcolor=\"{}\"", colour_of_branch(node.place));
    if (node.kind == Kind::join) text_ += ", fillcolor=white, penwidth=1.5";
    if (node.kind == Kind::more) text_ += ", style=\"rounded,dashed\"";
    text_ += "]\n";
  }

  // Line breaks of ours; names hold none by now.
  static std::string with_lines(const std::string& text) {
    std::string quoted = as_dot(text);
    for (std::size_t at; (at = quoted.find('\n')) != std::string::npos;) quoted.replace(at, 1, "\\n");
    return quoted;
  }

  const Report& report_;
  const BranchFindings findings_;
  const std::vector<MapSection> sections_;
  const Diagram diagram_;
  std::string text_;
};

}  // namespace

Status write_dot(const Report& report, const TextSink& sink) { return write_whole(DotFile(report).run(), sink); }

}  // namespace ramus
