#include "graph/dominators.hpp"

#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/graph/by_definition.hpp"
#include "tests/graph/graph_text.hpp"
#include "tests/graph/random_graph.hpp"

namespace ramus::testing {

TEST_CASE("dominators, post-dominators and regions are what their definitions say, on random graphs") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 4000; ++round) {
    const Graph graph = build(plan_from_bytes(random_bytes(random)));
    const std::string difference = difference_from_definition(graph);
    REQUIRE_MESSAGE(difference.empty(), difference, "\n", to_text(graph));
  }
}

TEST_CASE("on a diamond the fork dominates the join, and the join post-dominates the fork") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); b = Tanh(x); y = Add(a, b)");
  const Dataflow flow(graph);
  const auto vertex = [&](const char* name) { return flow.vertex(*graph.find_value(name)); };
  const Vertex join = flow.vertex(*graph.find_node("y"));
  const auto dominators = DominatorTree::dominators(flow);
  const auto post_dominators = DominatorTree::post_dominators(flow);
  CHECK(dominators.root() == Dataflow::kSource);
  CHECK(dominators.parent(join) == vertex("x"));
  CHECK(post_dominators.parent(vertex("x")) == join);
  CHECK(dominators.depth(vertex("x")) == 1);
  CHECK(dominators.dominates(vertex("x"), vertex("b")));
  CHECK_FALSE(dominators.dominates(vertex("a"), join));
  CHECK(dominators.nearest_common_ancestor(vertex("a"), vertex("b")) == vertex("x"));
}

TEST_CASE("a parameter or a value that nobody reads is its own parent, and has only the root in common with others") {
  const Graph graph = graph_from_text("x -> y : y, mask = Dropout(x, ratio:float[]={0.5})");
  const Dataflow flow(graph);
  const auto dominators = DominatorTree::dominators(flow);
  for (const char* name : {"mask", "ratio"}) {
    const Vertex v = flow.vertex(*graph.find_value(name));
    CHECK(dominators.parent(v) == v);
    CHECK_FALSE(dominators.dominates(dominators.root(), v));
    CHECK(dominators.nearest_common_ancestor(v, flow.vertex(*graph.find_value("y"))) == dominators.root());
  }
}

TEST_CASE("a graph without nodes has a source and a sink") {
  const Graph empty = GraphBuilder("empty").finish().value();
  const Dataflow flow(empty);
  CHECK(flow.topological_order().size() == 2);
  CHECK(DominatorTree::dominators(flow).parent(Dataflow::kSink) == Dataflow::kSink);
  const Graph wire = graph_from_text("x -> x :");
  CHECK(difference_from_definition(wire).empty());
}

TEST_CASE("the topological order of a data flow holds every connected vertex once, after those before it") {
  const Graph graph = graph_from_text("x, unread -> y : y, mask = Dropout(a); a = Relu(x); dead = Relu(a)");
  const Dataflow flow(graph);
  std::vector<std::size_t> place(flow.size(), 0);
  for (std::size_t i = 0; i < flow.topological_order().size(); ++i) place[flow.topological_order()[i]] = i + 1;
  std::size_t edges = 0;
  for (auto [edge, last] = boost::edges(flow.edges()); edge != last; ++edge, ++edges) {
    CHECK(place[boost::source(*edge, flow.edges())] < place[boost::target(*edge, flow.edges())]);
  }
  CHECK(edges == 6);  // source to x, x to a and on to its value, to Dropout, y, the sink
  CHECK(place[flow.vertex(*graph.find_value("unread"))] == 0);
  CHECK(flow.topological_order().size() == flow.size() - 4);  // unread, mask, dead and its value
}

TEST_CASE("a node is live when an output depends on it, also through constants; data flow leaves constants out") {
  const Graph graph = graph_from_text(
      "x:[1,8,4,4] -> y : w = Neg(W:float[8,8,1,1]); a = Conv(x, w); cut = Relu(a); more = Neg(cut); y = Relu(a)");
  const std::vector<bool> live = find_live_nodes(graph);
  const Dataflow flow(graph);
  const auto is = [&](std::string_view node) {
    const NodeId id = graph.find_node(node).value();
    return std::pair<bool, bool>(live[id.index], flow.is_connected(id));
  };
  CHECK(is("w") == std::pair(true, false));
  CHECK(is("a") == std::pair(true, true));
  CHECK(is("cut") == std::pair(false, false));
  CHECK(is("more") == std::pair(false, false));
}

}  // namespace ramus::testing
