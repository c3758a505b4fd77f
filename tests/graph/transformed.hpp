// The same graph, written down differently: other names, another order of nodes, Identity here and there.
//
//     x ──▶ (a) ──▶ v ──▶ (b)          x7 ──▶ (a) ──▶ x3 ──▶ (Identity) ──▶ x3~1 ──▶ (Identity) ──▶ x3~2 ──▶ (b)
//
// Nodes keep their names and what they stand for in the file, so that findings can be compared by origins; those of the
// Identities added here begin at kFirstAddedOrigin.
#pragma once

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus::testing {

inline constexpr std::uint32_t kFirstAddedOrigin = 1'000'000;

struct Transformation {
  bool renames = false;     // every value gets a new name, but for those that bodies capture
  bool reorders = false;    // nodes stand in another order in which each stands behind what it reads
  bool identities = false;  // Identity behind half of the values that are computed or fed, or two in a row
  bool parameters = false;  // Identity behind half of the parameters
};

class Transformer {
 public:
  Transformer(const Graph& graph, const Transformation& wanted, std::uint64_t seed)
      : graph_(graph), wanted_(wanted), random_(seed) {}

  Graph run() {
    name_values();
    add_values();
    for (const NodeId id : order()) {
      add_node(graph_[id]);
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists()) add_identities(output);
      }
    }
    for (const ValueId output : graph_.outputs()) builder_.add_output(names_[output.index]);
    auto graph = builder_.finish();
    if (!graph) throw std::runtime_error(graph.error().message);
    return std::move(*graph);
  }

 private:
  void name_values() {
    std::set<ValueId> captured;
    for (const Node& node : graph_.nodes()) captured.insert(node.captures.begin(), node.captures.end());
    std::vector<std::size_t> numbers(graph_.values().size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    std::shuffle(numbers.begin(), numbers.end(), random_);
    for (std::size_t v = 0; v < numbers.size(); ++v) {
      const Value& value = graph_.values()[v];
      const bool keeps = !wanted_.renames || value.kind == ValueKind::captured || captured.count(ValueId(v)) != 0;
      names_.push_back(keeps ? value.name : "renamed~" + std::to_string(numbers[v]));
    }
    behind_ = names_;
  }

  void add_values() {
    for (const ValueId input : graph_.inputs()) {
      builder_.add_input(names_[input.index], graph_[input].type, graph_[input].shape);
    }
    for (std::size_t v = 0; v < graph_.values().size(); ++v) {
      const Value& value = graph_.values()[v];
      if (value.kind == ValueKind::parameter) {
        builder_.add_parameter(names_[v], graph_[value.weight], value.may_be_fed);
      } else {
        if (value.kind == ValueKind::captured) builder_.add_captured(names_[v]);
        builder_.set_type(names_[v], value.type, value.shape);
      }
    }
    for (std::size_t v = 0; v < graph_.values().size(); ++v) {
      if (graph_.values()[v].kind != ValueKind::computed) add_identities(ValueId(v));
    }
  }

  void add_identities(ValueId id) {
    const bool may_have = graph_.is_parameter(id) ? wanted_.parameters : wanted_.identities;
    if (!may_have || random_() % 2 == 0) return;
    for (std::size_t count = 1 + random_() % 2, i = 1; i <= count; ++i) {
      std::string next = names_[id.index] + "~" + std::to_string(i);
      builder_.set_type(next, graph_[id].type, graph_[id].shape);
      builder_.add_node({.op = "Identity",
                         .inputs = {behind_[id.index]},
                         .outputs = {next},
                         .name = "added~" + std::to_string(added_),
                         .origins = {kFirstAddedOrigin + added_}});
      ++added_;
      behind_[id.index] = std::move(next);
    }
  }

  // Whether behind the Identities or before them: what else reads the value does not matter.
  const std::string& read(ValueId id) { return (random_() % 4 == 0 ? names_ : behind_)[id.index]; }

  void add_node(const Node& node) {
    GraphBuilder::NewNode copy{node.op, {}, {}, node.name, node.domain, node.attributes, node.bodies, {}, node.origins};
    copy.place = node.place;
    copy.is_added = !node.place;
    copy.in_call = node.in_call;
    for (const ValueId input : node.inputs) copy.inputs.push_back(input.exists() ? read(input) : "");
    for (const ValueId output : node.outputs) copy.outputs.push_back(output.exists() ? names_[output.index] : "");
    for (const ValueId capture : node.captures) copy.captures.push_back(names_[capture.index]);
    builder_.add_node(std::move(copy));
  }

  std::vector<NodeId> order() {
    std::vector<NodeId> order(graph_.nodes().size());
    for (std::size_t n = 0; n < order.size(); ++n) order[n] = NodeId(n);
    if (!wanted_.reorders) return order;
    std::vector<std::size_t> waits(order.size(), 0);
    for (const Value& value : graph_.values()) {
      if (!value.producer.exists()) continue;
      for (const NodeId reader : value.readers) ++waits[reader.index];
    }
    std::vector<NodeId> ready;
    std::copy_if(order.begin(), order.end(), std::back_inserter(ready),
                 [&](NodeId id) { return waits[id.index] == 0; });
    order.clear();
    while (!ready.empty()) {
      std::swap(ready[random_() % ready.size()], ready.back());
      order.push_back(ready.back());
      ready.pop_back();
      for (const ValueId output : graph_[order.back()].outputs) {
        if (!output.exists()) continue;
        for (const NodeId reader : graph_[output].readers) {
          if (--waits[reader.index] == 0) ready.push_back(reader);
        }
      }
    }
    return order;
  }

  const Graph& graph_;
  const Transformation wanted_;
  std::mt19937_64 random_;
  GraphBuilder builder_{"transformed"};
  std::vector<std::string> names_, behind_;  // by value: as it is written, and behind the Identities added
  std::uint32_t added_ = 0;
};

inline Graph transformed(const Graph& graph, const Transformation& wanted, std::uint64_t seed) {
  return Transformer(graph, wanted, seed).run();
}

}  // namespace ramus::testing
