// Groups of the whole pipeline against their definition, on thousands of small models.
#include <doctest/doctest.h>

#include "passes/branch_kind.hpp"
#include "tests/graph/by_definition.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/passes/provenance.hpp"
#include "tests/passes/random_network.hpp"
#include "tests/passes/random_operators.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

bool joins_explicitly(const BranchGroup& group) {
  return !shares_nodes(group) && group.kind != BranchKind::experts && group.kind != BranchKind::conditional &&
         group.kind != BranchKind::outputs;
}

bool is_region(const BranchGroup& group, const Region& region) {
  return group.fork == region.fork && group.closed == region.closed && group.crossing == region.crossing &&
         group.shared == region.shared &&
         std::equal(
             group.branches.begin(), group.branches.end(), region.arms.begin(), region.arms.end(),
             [](const Branch& branch, const Arm& arm) { return branch.nodes == arm.nodes && branch.skip == arm.skip; });
}

// A sum of a value and a block that is computed from it and from the side: all features of these models come from inputs,
// so what comes from the side has nothing but the source above it in common with the skip.
class SideBlock {
 public:
  SideBlock(const Analysed& analysed, const ByDefinition& truth, const BranchGroup& group)
      : graph_(*analysed.graph), flow_(analysed.analyses->dataflow()), truth_(truth), group_(group) {}

  std::string contradiction() const {
    if (group_.kind != BranchKind::residual || group_.branches.size() != 2) return "neither region nor residual";
    const auto terms = graph_.data_inputs(group_.join);
    const std::size_t skip = group_.branches[0].skip ? 0 : 1;
    if (flow_.vertex(terms[skip]) != group_.fork) return "the skip is not the fork";
    const std::vector<NodeId>& block = group_.branches[1 - skip].nodes;
    std::set<ValueId> crossing;
    for (std::size_t n = 0; n < graph_.nodes().size(); ++n) {
      const NodeId id(n);
      const bool between =
          leads(group_.fork, flow_.vertex(id)) && leads(flow_.vertex(id), flow_.vertex(terms[1 - skip]));
      if (between != std::binary_search(block.begin(), block.end(), id)) return "the block is not what lies between";
      if (!between) continue;
      for (const ValueId input : graph_.data_inputs(id)) {
        if (flow_.vertex(input) == group_.fork || leads(group_.fork, flow_.vertex(input))) continue;
        crossing.insert(input);
        for (Vertex v = 2; v < truth_.size(); ++v) {
          const bool above_both = above(v, flow_.vertex(input)) && above(v, group_.fork);
          if (above_both) return "a value is not from the side";
        }
      }
    }
    for (const ValueId value : crossing) {
      const auto& listed = group_.crossing;
      if (!std::binary_search(listed.begin(), listed.end(), value)) return "a side value is not listed";
    }
    return group_.closed ? "it is closed" : "";
  }

 private:
  bool above(Vertex a, Vertex b) const { return a == b || truth_.dominates(a, b); }

  bool leads(Vertex from, Vertex to) const {
    std::vector<Vertex> open{from};
    std::set<Vertex> seen;
    while (!open.empty()) {
      const Vertex v = open.back();
      open.pop_back();
      if (v == to) return true;
      if (!seen.insert(v).second) continue;
      for (Vertex w = 0; w < truth_.size(); ++w) {
        if (truth_.has_edge(v, w)) open.push_back(w);
      }
    }
    return false;
  }

  const Graph& graph_;
  const Dataflow& flow_;
  const ByDefinition& truth_;
  const BranchGroup& group_;
};

struct Counts {
  std::map<BranchKind, int> kinds;
  int from_the_side = 0;
};

// The first thing that is not as the definition has it; empty when nothing.
std::string contradiction(const Analysed& analysed, Counts& counts) {
  const Graph& graph = *analysed.graph;
  const ByDefinition truth(graph);
  std::set<NodeId> joins;
  for (const BranchGroup& group : analysed.findings.groups) {
    ++counts.kinds[group.kind];
    if (!joins_explicitly(group)) continue;
    const std::string where = to_text(analysed, group);
    if (!joins.insert(group.join).second) return where + ": a join twice";
    const auto region = truth.region(group.join);
    if (!region) return where + ": no join";
    if (is_region(group, *region)) {
      if (!truth.dominates(group.fork, 2 + group.join.index)) return where + ": the fork does not dominate the join";
      continue;
    }
    if (const auto why = SideBlock(analysed, truth, group).contradiction(); !why.empty()) return where + ": " + why;
    ++counts.from_the_side;
  }
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    const bool must_join = (is_sum(node) || node.is("Concat")) && !analysed.analyses->attention().holds(NodeId(n)) &&
                           !analysed.analyses->experts().joining[n];
    if (must_join && truth.region(NodeId(n)) && joins.count(NodeId(n)) == 0) return node.name + ": no group";
  }
  return {};
}

Analysed structure_of(Graph graph) {
  auto analysed = run_passes(std::move(graph), {.passes = {"residual-streams"}});
  if (!analysed) throw std::runtime_error(analysed.error().message);
  return std::move(*analysed);
}

}  // namespace

TEST_CASE("forks, joins and arms of random operators are those of the definition, and no node is lost on the way") {
  std::mt19937_64 random(20210405);
  Counts counts;
  for (int i = 0; i < 10'000; ++i) {
    CAPTURE(i);
    const std::vector<std::uint8_t> bytes = random_bytes(random);
    const Graph file = operators_from_bytes(bytes);
    const Analysed analysed = structure_of(operators_from_bytes(bytes));
    REQUIRE(contradiction(analysed, counts) == "");
    REQUIRE(lost_nodes(file, *analysed.graph) == "");
  }
  for (const BranchKind kind : {BranchKind::concat, BranchKind::sum, BranchKind::residual, BranchKind::gate,
                                BranchKind::split, BranchKind::towers, BranchKind::other, BranchKind::outputs}) {
    CHECK_MESSAGE(counts.kinds[kind] > 50, name_of(kind));
  }
  CHECK(counts.from_the_side > 50);
}

TEST_CASE("no node of a network is lost on the way to the normal form") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomNetwork network(seed);
    const std::string text = seed % 2 == 0 ? network.sequence() : network.image();
    REQUIRE_MESSAGE(lost_nodes(graph_from_text(text), *structure_of(graph_from_text(text)).graph) == "", text);
  }
}
