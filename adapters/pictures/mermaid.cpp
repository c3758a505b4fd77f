#include "adapters/pictures/mermaid.hpp"

#include <fmt/format.h>

#include "adapters/pictures/names.hpp"
#include "adapters/report/colours.hpp"

namespace ramus {
namespace {

using Kind = DiagramNode::Kind;

constexpr std::size_t kMostEdges = 480, kMostBytes = 48'000;
constexpr double kMostLine = 22;  // em
constexpr std::size_t kColours = 8;

// Lines of one label; the break is Mermaid's own tag, which no name can write.
std::string label_of(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    const std::string quoted = as_mermaid(fitted_line(line, kMostLine));
    label += (label.empty() ? "" : "<br>") + quoted.substr(1, quoted.size() - 2);
  }
  return "\"" + label + "\"";
}

class Writer {
 public:
  explicit Writer(const Diagram& diagram) : diagram_(diagram) {}

  std::string run() {
    text_ = "flowchart TB\n";
    cluster(0, "  ");
    text_ += styles_;
    std::string coloured[kColours];
    for (std::size_t e = 0; e < diagram_.edges.size(); ++e) {
      const DiagramEdge& edge = diagram_.edges[e];
      text_ += fmt::format("  n{} --> n{}\n", edge.from, edge.to);
      if (!edge.place) continue;
      std::string& list = coloured[*edge.place % kColours];
      list += (list.empty() ? "" : ",") + std::to_string(e);
    }
    for (std::size_t c = 0; c < kColours; ++c) {
      const std::string_view colour = colour_of_branch(c);
      text_ += fmt::format("  classDef b{} fill:{},stroke:{},color:#1f2328\n", c, colour, colour);
      if (!coloured[c].empty()) {
        text_ += fmt::format("  linkStyle {} stroke:{},stroke-width:3px\n", coloured[c], colour);
      }
    }
    return std::move(text_);
  }

 private:
  void cluster(std::size_t c, const std::string& indent) {
    const DiagramCluster& cluster = diagram_.clusters[c];
    for (const std::size_t n : cluster.nodes) node(n, indent);
    for (const std::size_t inner : cluster.clusters) {
      text_ += fmt::format("{}subgraph c{}[{}]\n", indent, inner, as_mermaid(shown(diagram_.clusters[inner].label)));
      this->cluster(inner, indent + "  ");
      text_ += indent + "end\n";
      if (const auto place = diagram_.clusters[inner].place) {
        const std::string_view colour = colour_of_branch(*place);
        styles_ += fmt::format("  style c{} fill:{}29,stroke:{}\n", inner, colour, colour);
      } else {
        styles_ += fmt::format("  style c{} fill:none,stroke:#818b98,stroke-dasharray:6 4\n", inner);
      }
    }
  }

  void node(std::size_t n, const std::string& indent) {
    const DiagramNode& node = diagram_.nodes[n];
    switch (node.kind) {
      case Kind::point:
        text_ += fmt::format("{}n{}(( ))\n", indent, n);
        break;
      case Kind::join:
        text_ += fmt::format("{}n{}([{}])\n", indent, n, label_of(node.lines));
        break;
      case Kind::branch:
        text_ += fmt::format("{}n{}({}):::b{}\n", indent, n, label_of(node.lines), node.place % kColours);
        break;
      default:
        text_ += fmt::format("{}n{}[{}]\n", indent, n, label_of(node.lines));
    }
  }

  const Diagram& diagram_;
  std::string text_, styles_;
};

}  // namespace

std::string mermaid_from(const Diagram& diagram) {
  if (diagram.edges.size() > kMostEdges || diagram.nodes.empty()) return {};
  std::string text = Writer(diagram).run();
  return text.size() > kMostBytes ? std::string() : text;
}

}  // namespace ramus
