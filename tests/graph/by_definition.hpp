// Dominators and regions straight from their definitions, by removing vertices and asking what is still reachable. Slow,
// and independent of graph/dominators.cpp and graph/region.cpp; only for graphs of at most 96 vertices.
#pragma once

#include <algorithm>
#include <bitset>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/region.hpp"

namespace ramus::testing {

class ByDefinition {
 public:
  static constexpr std::size_t kMost = 96;
  using VertexSet = std::bitset<kMost>;

  explicit ByDefinition(const Graph& graph) : graph_(graph), nodes_(graph.nodes().size()) {
    size_ = 2 + nodes_ + graph.values().size();
    if (size_ > kMost) throw std::length_error("too large for a comparison by definition");
    next_.resize(size_);
    before_.resize(size_);
    for (std::size_t v = 0; v < graph.values().size(); ++v) {
      const Value& value = graph.values()[v];
      if (value.kind == ValueKind::parameter) continue;
      const bool used = value.is_output || !value.readers.empty();
      if (!used) continue;
      add_edge(value.producer.exists() ? of(value.producer) : Dataflow::kSource, of(ValueId(v)));
      for (const NodeId reader : value.readers) add_edge(of(ValueId(v)), of(reader));
      if (value.is_output) add_edge(of(ValueId(v)), Dataflow::kSink);
    }
    for (std::size_t n = 0; n < nodes_; ++n) {
      if (graph.data_inputs(NodeId(n)).empty()) add_edge(Dataflow::kSource, of(NodeId(n)));
    }
    const VertexSet live = reachable(Dataflow::kSink, before_);
    for (Vertex v = 0; v < size_; ++v) {
      next_[v] &= live[v] ? live : VertexSet();
      before_[v] &= live[v] ? live : VertexSet();
    }
    dominated_by_ = cut_off(Dataflow::kSource, next_);
    post_dominated_by_ = cut_off(Dataflow::kSink, before_);
  }

  std::size_t size() const { return size_; }
  bool has_edge(Vertex a, Vertex b) const { return next_[a][b]; }

  VertexSet reachable(Vertex from, const std::vector<VertexSet>& edges, std::optional<Vertex> without = {}) const {
    VertexSet seen;
    std::vector<Vertex> waiting;
    if (from != without) waiting.push_back(from);
    while (!waiting.empty()) {
      const Vertex v = waiting.back();
      waiting.pop_back();
      if (seen[v]) continue;
      seen[v] = true;
      for (Vertex w = 0; w < size_; ++w) {
        if (edges[v][w] && w != without) waiting.push_back(w);
      }
    }
    return seen;
  }

  // a (post-)dominates b when b cannot be reached from the source (sink) without a.
  bool dominates(Vertex a, Vertex b) const { return dominated_by_[a][b]; }
  bool post_dominates(Vertex a, Vertex b) const { return post_dominated_by_[a][b]; }

  // Of the others that dominate v, the one that all the others dominate; v itself when there is none.
  template <class Dominates>
  Vertex immediate(Vertex v, Dominates dominates) const {
    std::vector<Vertex> above;
    for (Vertex a = 0; a < size_; ++a) {
      if (a != v && dominates(a, v)) above.push_back(a);
    }
    for (const Vertex a : above) {
      if (std::all_of(above.begin(), above.end(), [&](Vertex b) { return dominates(b, a); })) return a;
    }
    return v;
  }

  std::optional<Region> region(NodeId join) const {
    std::vector<ValueId> inputs;
    for (const ValueId input : graph_.data_inputs(join)) {
      if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
    }
    if (inputs.size() < 2 || next_[of(join)].none()) return std::nullopt;  // no output depends on it
    Region region;
    region.join = join;
    region.fork = immediate(of(join), [&](Vertex a, Vertex b) { return dominates(a, b); });
    VertexSet inside = reachable(region.fork, next_) & reachable(of(join), before_);
    inside[region.fork] = inside[of(join)] = false;

    std::vector<VertexSet> both_ways(size_);
    for (Vertex a = 0; a < size_; ++a) {
      if (inside[a]) both_ways[a] = (next_[a] | before_[a]) & inside;
    }
    for (std::uint32_t i = 0; i < inputs.size(); ++i) {
      Arm arm{{}, {i}, false};
      const VertexSet piece = inside[of(inputs[i])] ? reachable(of(inputs[i]), both_ways) : VertexSet{};
      bool alone = true;
      for (const ValueId other : inputs) alone = alone && (other == inputs[i] || !piece[of(other)]);
      region.overlapping = region.overlapping || !alone;
      for (std::size_t n = 0; n < nodes_; ++n) {
        if (piece[of(NodeId(n))] && reached(n, inputs) == std::set<std::size_t>{i}) arm.nodes.emplace_back(n);
      }
      arm.skip = alone && arm.nodes.empty();
      region.arms.push_back(std::move(arm));
    }
    for (std::size_t n = 0; n < nodes_; ++n) {
      if (inside[of(NodeId(n))] && reached(n, inputs).size() > 1) region.shared.emplace_back(n);
    }
    for (std::size_t v = 0; v < graph_.values().size(); ++v) {
      if (crosses(ValueId(v), region.fork, of(join), inside)) region.crossing.emplace_back(v);
    }
    region.closed = !region.overlapping && region.crossing.empty() && post_dominates(of(join), region.fork);
    return region;
  }

 private:
  Vertex of(NodeId id) const { return static_cast<Vertex>(2 + id.index); }
  Vertex of(ValueId id) const { return static_cast<Vertex>(2 + nodes_ + id.index); }
  void add_edge(Vertex a, Vertex b) { next_[a][b] = before_[b][a] = true; }

  // For each vertex, what cannot be reached from the root without it, though with it.
  std::vector<VertexSet> cut_off(Vertex root, const std::vector<VertexSet>& edges) const {
    const VertexSet all = reachable(root, edges);
    std::vector<VertexSet> result(size_);
    for (Vertex v = 0; v < size_; ++v) {
      if (all[v]) result[v] = all & ~reachable(root, edges, v);
    }
    return result;
  }

  // Which of the inputs a path from node n leads to.
  std::set<std::size_t> reached(std::size_t n, const std::vector<ValueId>& inputs) const {
    std::set<std::size_t> result;
    const VertexSet after = reachable(of(NodeId(n)), next_);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (after[of(inputs[i])]) result.insert(i);
    }
    return result;
  }

  // Of the region (or its fork, or written by either) and read by something else.
  bool crosses(ValueId id, Vertex fork, Vertex join, const VertexSet& inside) const {
    const auto ours = [&](Vertex v) { return inside[v] || (v == fork && fork != Dataflow::kSource); };
    const NodeId producer = graph_[id].producer;
    const Vertex v = of(id);
    if (next_[v].none()) return false;
    if (!ours(v)) return producer.exists() && ours(of(producer));
    VertexSet readers = next_[v] & ~inside;
    readers[join] = false;
    return readers.any();
  }

  const Graph& graph_;
  std::size_t nodes_, size_;
  std::vector<VertexSet> next_, before_, dominated_by_, post_dominated_by_;
};

inline bool same_region(const Region& a, const Region& b) {
  const auto same_arm = [](const Arm& left, const Arm& right) {
    return left.nodes == right.nodes && left.inputs == right.inputs && left.skip == right.skip;
  };
  return a.fork == b.fork && a.join == b.join && a.shared == b.shared && a.crossing == b.crossing &&
         std::equal(a.arms.begin(), a.arms.end(), b.arms.begin(), b.arms.end(), same_arm) &&
         a.overlapping == b.overlapping && a.closed == b.closed;
}

// What graph/ says differently from the definitions; empty when nothing.
inline std::string difference_from_definition(const Graph& graph) {
  const ByDefinition truth(graph);
  const Dataflow flow(graph);
  if (flow.size() != truth.size()) return "number of vertices";
  for (Vertex a = 0; a < flow.size(); ++a) {
    for (Vertex b = 0; b < flow.size(); ++b) {
      if (boost::edge(a, b, flow.edges()).second != truth.has_edge(a, b)) return "edges";
    }
  }
  const auto dominators = DominatorTree::dominators(flow);
  const auto post_dominators = DominatorTree::post_dominators(flow);
  const auto dominates = [&](Vertex a, Vertex b) { return truth.dominates(a, b); };
  const auto post_dominates = [&](Vertex a, Vertex b) { return truth.post_dominates(a, b); };
  std::vector<Vertex> by_boost(flow.size());
  for (Vertex v = 0; v < flow.size(); ++v) by_boost[v] = v;
  using AdjacencyList = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
  AdjacencyList copy(flow.size());  // Boost's algorithm does not compile for the graph of a Dataflow
  for (auto [edge, last] = boost::edges(flow.edges()); edge != last; ++edge) {
    boost::add_edge(boost::source(*edge, flow.edges()), boost::target(*edge, flow.edges()), copy);
  }
  boost::lengauer_tarjan_dominator_tree(
      copy, Dataflow::kSource,
      boost::make_iterator_property_map(by_boost.begin(), boost::get(boost::vertex_index, copy)));
  for (Vertex v = 0; v < flow.size(); ++v) {
    const std::string where = " of vertex " + std::to_string(v);
    if (dominators.parent(v) != truth.immediate(v, dominates)) return "immediate dominator" + where;
    if (post_dominators.parent(v) != truth.immediate(v, post_dominates)) return "immediate post-dominator" + where;
    const bool known_to_boost = by_boost[v] < flow.size();
    if (dominators.parent(v) != (known_to_boost ? by_boost[v] : v)) return "Lengauer and Tarjan's dominator" + where;
    for (Vertex a = 0; a < flow.size(); ++a) {
      if (dominators.dominates(a, v) != (a == v || truth.dominates(a, v))) return "dominance" + where;
      if (post_dominators.dominates(a, v) != (a == v || truth.post_dominates(a, v))) return "post-dominance" + where;
    }
  }
  const Limits limits;
  RegionFinder finder(graph, flow, dominators, post_dominators, limits);
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const auto found = finder.find(NodeId(n));
    const auto expected = truth.region(NodeId(n));
    if (!found || found->has_value() != expected.has_value()) return "whether node " + std::to_string(n) + " is a join";
    if (expected && !same_region(**found, *expected)) return "region of node " + graph.nodes()[n].name;
  }
  return {};
}

}  // namespace ramus::testing
