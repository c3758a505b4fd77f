#include "graph/region.hpp"

#include <doctest/doctest.h>

#include <map>

#include "graph/text_form.hpp"
#include "tests/graph/graph_text.hpp"
#include "tests/graph/random_graph.hpp"

namespace ramus::testing {
namespace {

// The region that ends at the node `join`, as one line.
std::string region_at(const Graph& graph, NodeId join) {
  const Dataflow flow(graph);
  const auto dominators = DominatorTree::dominators(flow);
  const auto post_dominators = DominatorTree::post_dominators(flow);
  const Limits limits;
  const auto region = RegionFinder(graph, flow, dominators, post_dominators, limits).find(join).value();
  return region ? to_text(graph, flow, *region) : "none";
}

std::string region_at(std::string_view text, std::string_view join) {
  const Graph graph = graph_from_text(text);
  return region_at(graph, graph.find_node(join).value());
}

}  // namespace

TEST_CASE("an inception block forks into its arms") {
  CHECK(region_at("stem -> y : a = Conv(stem); b1 = Conv(stem); b2 = Conv(b1); c = MaxPool(stem); y = Concat(a, b2, c)",
                  "y") == "stem -> [a] [b1 b2] [c] -> y");
}

TEST_CASE("a skip is an arm without nodes") {
  CHECK(region_at("x -> y : a = Conv(x); b = Conv(a); y = Add(b, x)", "y") == "x -> [a b] [] -> y");
}

TEST_CASE("arms stand in the order of the join's inputs, nodes in the order of the model") {
  CHECK(region_at("x -> y : b = Relu(x); c = Relu(b); a = Relu(x); y = Concat(a, x, c)", "y") ==
        "x -> [a] [] [b c] -> y");
}

TEST_CASE("SiLU is a skip beside a sigmoid") {
  CHECK(region_at("x -> y : s = Sigmoid(x); y = Mul(x, s)", "y") == "x -> [] [s] -> y");
}

TEST_CASE("a node with several outputs is a fork") {
  CHECK(region_at("x -> y : a, b = Split(x) as split; r = Relu(b); y = Concat(a, r)", "y") == "split -> [] [r] -> y");
}

TEST_CASE("an output of the fork that is read elsewhere crosses") {
  CHECK(region_at("x -> y, z : a, b, c = Split(x) as split; r = Relu(b); y = Concat(a, r); z = Relu(c)", "y") ==
        "split -> [] [r] -> y crossing: c open");
}

TEST_CASE("towers with an input each meet at the source") {
  CHECK(region_at("left, right -> y : a = Conv(left); b = Conv(right); y = Concat(a, b)", "y") ==
        "source -> [a] [b] -> y");
}

TEST_CASE("a graph input that the join reads directly is a skip from the source") {
  CHECK(region_at("x, z -> y : a = Relu(z); y = Add(x, a)", "y") == "source -> [] [a] -> y");
}

TEST_CASE("a node that reads nothing starts at the source") {
  CHECK(region_at("x -> y : n = RandomNormal(); y = Add(x, n)", "y") == "source -> [] [n] -> y");
}

TEST_CASE("the long skips of a U-Net nest, and each is closed") {
  const char* unet =
      "x -> y : d1 = Conv(x); d2 = Conv(d1); d3 = Conv(d2); u2 = Concat(d3, d2) as join2; v2 = Conv(u2);"
      "u1 = Concat(v2, d1) as join1; y = Conv(u1)";
  CHECK(region_at(unet, "join2") == "d2 -> [d3] [] -> join2");
  CHECK(region_at(unet, "join1") == "d1 -> [d2 d3 join2 v2] [] -> join1");
}

TEST_CASE("skips of a U-Net that cross a sum leave the inner group open") {
  CHECK(region_at("x -> y : a = Conv(x); b = Conv(a); c = Add(a, b); y = Concat(c, a)", "c") ==
        "a -> [] [b] -> c crossing: a open");
}

TEST_CASE("DenseNet's concatenations overlap: each takes all earlier layers") {
  const char* dense = "x -> y : a = Conv(x); ca = Concat(x, a); b = Conv(ca); y = Concat(x, a, b)";
  CHECK(region_at(dense, "ca") == "x -> [] [a] -> ca crossing: x a open");
  CHECK(region_at(dense, "y") == "x -> [] [] [ca b] -> y shared: a open");
}

TEST_CASE("what serves several inputs of the join is shared") {
  CHECK(region_at("x -> y : a = Relu(x); b = Relu(a); y = Add(b, a)", "y") == "a -> [b] [] -> y");
  CHECK(region_at("x -> y : p = Relu(x); a = Relu(p); b = Relu(a); c = Relu(p); q = Add(a, c); y = Concat(b, q, x)",
                  "y") == "x -> [b] [c q] [] -> y shared: p a open");
}

TEST_CASE("a value that is read twice is one arm, and no join by itself") {
  CHECK(region_at("x -> y : y = Add(x, x)", "y") == "none");
  CHECK(region_at("x -> y : a = Relu(x); y = Concat(a, x, a)", "y") == "x -> [a] [] -> y");
  CHECK(region_at("x -> y : a = Mul(x, x); y = Add(a, x)", "y") == "x -> [a] [] -> y");
}

TEST_CASE("parameters are no arms") {
  CHECK(region_at("x -> y : y = Conv(x, W:float[4,4,1,1], B:float[4])", "y") == "none");
  CHECK(region_at("x -> y : a = Add(x, B:float[4]); y = Add(a, x)", "y") == "x -> [a] [] -> y");
}

TEST_CASE("the mask of a Dropout that nobody reads does not open a region") {
  CHECK(region_at("x -> y : a = Conv(x); d, mask = Dropout(a); y = Add(d, x)", "y") == "x -> [a d] [] -> y");
}

TEST_CASE("a mask that is read elsewhere does") {
  CHECK(region_at("x -> y, z : d, mask = Dropout(x); y = Add(d, x); z = Cast(mask)", "y") ==
        "x -> [d] [] -> y crossing: mask open");
}

TEST_CASE("an inner value that is an output of the graph crosses") {
  CHECK(region_at("x -> y, a : a = Relu(x); y = Add(a, x)", "y") == "x -> [a] [] -> y crossing: a open");
  CHECK(region_at("x -> y, x : a = Relu(x); y = Add(a, x)", "y") == "x -> [a] [] -> y crossing: x open");
}

TEST_CASE("a value that a body captures is an input of its node") {
  CHECK(region_at("x -> y : c = Cast(x); a = Relu(x); y = If[then_branch={-> t : t = Neg(a)}](c)", "y") ==
        "x -> [c] [a] -> y");
}

TEST_CASE("a node that no output depends on opens no region, and has none") {
  CHECK(region_at("x -> y : a = Relu(x); dead = Relu(x); y = Add(a, x)", "y") == "x -> [a] [] -> y");
  CHECK(region_at("x -> y : a = Relu(x); dead = Add(a, x); y = Relu(a)", "dead") == "none");
}

TEST_CASE("neither names nor the order of nodes change a region") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 500; ++round) {
    const GraphPlan plan = plan_from_bytes(random_bytes(random));
    std::vector<std::size_t> order(plan.nodes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const Graph graph = build(plan, order, "v");
    const Graph renamed = build(plan, order, "other");
    std::shuffle(order.begin(), order.end(), random);
    const Graph shuffled = build(plan, order, "v");
    // Regions of a shuffled graph, with sets in place of lists that follow the order of the model.
    const auto sets = [](const Graph& of) {
      const Dataflow flow(of);
      const auto dominators = DominatorTree::dominators(flow), post_dominators = DominatorTree::post_dominators(flow);
      const Limits limits;
      RegionFinder finder(of, flow, dominators, post_dominators, limits);
      std::map<std::string, std::vector<std::set<std::string>>> result;
      for (std::size_t n = 0; n < of.nodes().size(); ++n) {
        const auto region = finder.find(NodeId(n)).value();
        if (!region) continue;
        auto& rows = result[of.nodes()[n].name];
        const auto add = [&](const auto& ids) {
          auto& row = rows.emplace_back();
          for (const auto id : ids) row.insert(of[id].name);
        };
        for (const Arm& arm : region->arms) add(arm.nodes);
        add(region->shared);
        add(region->crossing);
        rows.push_back({region->closed ? "closed" : "open"});
      }
      return result;
    };
    REQUIRE(sets(graph) == sets(shuffled));
    for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
      const std::string line = region_at(graph, NodeId(n));
      std::string other = region_at(renamed, NodeId(n));
      for (std::size_t at = other.find("other"); at != std::string::npos; at = other.find("other")) {
        other.replace(at, 5, "v");
      }
      REQUIRE(line == other);
    }
  }
}

TEST_CASE("regions that overlap beyond the limit are an error, not a hang") {
  const Graph graph = graph_from_text("x -> y : a = Relu(x); b = Add(a, x); c = Relu(b); y = Add(c, b)");
  const Dataflow flow(graph);
  const auto dominators = DominatorTree::dominators(flow), post_dominators = DominatorTree::post_dominators(flow);
  Limits limits;
  limits.region_visits = 7;  // each region has 4 edges
  RegionFinder finder(graph, flow, dominators, post_dominators, limits);
  CHECK(finder.find(*graph.find_node("b")));
  const auto second = finder.find(*graph.find_node("y"));
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::invalid_input);
}

}  // namespace ramus::testing
