// What the passes found, in a form that neither names of values nor the order of nodes nor added Identities show in.
//
//     residual input 0 -> [] [Conv{0} Relu{1}] -> Add{2}     nodes are their operators and their places in the file,
//     stream input 0 -> [Add{2}] -> Add{2}.0  2 paths: 1 1   values are outputs of nodes; the lines are sorted
//
// Left out: names of groups and branches, which come from names of nodes, values and weights; the order of groups.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "passes/pipeline.hpp"
#include "tests/graph/transformed.hpp"

namespace ramus::testing {

class CanonicalForm {
 public:
  explicit CanonicalForm(const Analysed& analysed)
      : graph_(*analysed.graph), flow_(analysed.analyses->dataflow()), found_(analysed.findings) {
    for (std::size_t g = 0; g < found_.groups.size(); ++g) {
      const BranchTree::Entry& entry = found_.tree->entries[found_.tree->entry_of[g]];
      std::string text = line(found_.groups[g]) + " times " + std::to_string(entry.times);
      if (entry.parent) {
        // The arm, not whose it is: of two joins whose arms are the same nodes, the first in the model's order has it.
        const BranchGroup& parent = found_.groups[found_.tree->entries[entry.parent->entry].group];
        text += " inside " + list(parent.branches[entry.parent->branch].nodes, true);
      }
      lines_.push_back(std::move(text));
    }
    for (const ResidualStream& stream : found_.streams) lines_.push_back(line(stream));
    for (const Note& note : found_.notes) lines_.push_back("note " + note.code);
    std::sort(lines_.begin(), lines_.end());
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  // By its place in the file, or by the last of those that it stands for. The others may differ: what is dropped behind a
  // graph input passes to its first reader, and the order of nodes says who that is.
  std::string text_of(NodeId id) const {
    const Node& node = graph_[id];
    std::optional<std::uint32_t> place = node.place;
    for (const std::uint32_t origin : node.origins) {
      if (!node.place && origin < kFirstAddedOrigin) place = origin;
    }
    return node.op + "{" + (place ? std::to_string(*place) : "") + "}";
  }

  std::string text_of(ValueId id) const {
    const Value& value = graph_[id];
    if (value.kind == ValueKind::captured) return "captured " + value.name;
    if (value.kind == ValueKind::parameter) return "parameter " + graph_[value.weight].name;
    const auto place_in = [&](const auto& values) {
      return std::to_string(std::find(values.begin(), values.end(), id) - values.begin());
    };
    if (!value.producer.exists()) return "input " + place_in(graph_.inputs());
    return text_of(value.producer) + "." + place_in(graph_[value.producer].outputs);
  }

  std::string text_of(Vertex v) const {
    return flow_.is_value(v) ? text_of(flow_.value(v)) : flow_.is_node(v) ? text_of(flow_.node(v)) : "source";
  }

  std::string text_of(const UnitRange& range) const {
    return text_of(range.layer) + " " + std::to_string(range.begin) + "-" + std::to_string(range.end);
  }

  // In square brackets; sorted where the order says nothing.
  template <class Item>
  std::string list(const std::vector<Item>& items, bool is_set) const {
    std::vector<std::string> texts;
    for (const Item& item : items) texts.push_back(text_of(item));
    if (is_set) std::sort(texts.begin(), texts.end());
    std::string text;
    for (const std::string& item : texts) text += (text.empty() ? "" : " ") + item;
    return "[" + text + "]";
  }

  std::string ends_of(const BranchGroup& group) const {
    return std::string(name_of(group.kind)) + " " + text_of(group.fork) + " -> " +
           (group.join.exists() ? text_of(group.join) : "outputs");
  }

  std::string line(const BranchGroup& group) const {
    std::string text = ends_of(group) + (group.closed ? " closed" : " open") + (group.leaking ? " leaking" : "");
    if (group.along)
      text += " along " + std::string(name_of(*group.along)) + " " + std::to_string(group.axis.value_or(-1));
    text += " crossing " + list(group.crossing, true) + " shared " + list(group.shared, true) + " branches";
    for (const Branch& branch : group.branches) {
      text += " " + list(branch.nodes, true) + (branch.skip ? "skip" : "") + (branch.projection ? "projection" : "");
      if (branch.units) text += " units " + text_of(*branch.units);
      text +=
          " layers " + list(branch.layers, group.kind != BranchKind::heads) + " inputs " + list(branch.inputs, false);
      text += " body " + branch.body + " of " + std::to_string(branch.parameters) + " parameters " +
              std::to_string(branch.macs) + " macs";
      if (branch.output.exists()) text += " output " + text_of(branch.output);
      if (branch.kernel) text += " " + std::to_string((*branch.kernel)[0]) + "x" + std::to_string((*branch.kernel)[1]);
    }
    return text;
  }

  std::string line(const ResidualStream& stream) const {
    std::string text = "stream " + text_of(stream.start) + " ->";
    for (const StreamBlock& block : stream.blocks) {
      text += " [" + text_of(block.read) + " " + text_of(block.write) + " " + std::string(name_of(block.link));
      for (const std::string& op : block.via) text += " " + op;
      text += " " + std::to_string(block.branch) + " of " + ends_of(found_.groups[block.group]) + "]";
    }
    text += " -> " + text_of(stream.end) + "  " + stream.paths + " paths:";
    for (const std::string& length : stream.path_lengths) text += " " + length;
    return text;
  }

  const Graph& graph_;
  const Dataflow& flow_;
  const Findings& found_;
  std::vector<std::string> lines_;
};

// Lines of one and not the other, "- " before those of the first; empty where they agree.
inline std::string difference(const Analysed& before, const Analysed& after) {
  const CanonicalForm first(before), second(after);
  std::vector<std::string> lost, gained;
  std::set_difference(first.lines().begin(), first.lines().end(), second.lines().begin(), second.lines().end(),
                      std::back_inserter(lost));
  std::set_difference(second.lines().begin(), second.lines().end(), first.lines().begin(), first.lines().end(),
                      std::back_inserter(gained));
  std::string text;
  for (const std::string& line : lost) text += "\n- " + line;
  for (const std::string& line : gained) text += "\n+ " + line;
  return text;
}

}  // namespace ramus::testing
