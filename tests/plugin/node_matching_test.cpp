// Which node is which, between a graph and what an optimiser or a renaming made of it.
#include "plugin/reattach/node_matching.hpp"

#include <doctest/doctest.h>

#include "plugin/reattach/anchors.hpp"

using namespace ramus;

namespace {

// "conv1 = Conv(x)": the node and the value it writes have one name. A hash of its own unless `hash` says another.
ReportGraphNode node(const std::string& name, const std::string& op, std::vector<std::string> inputs,
                     std::vector<std::int64_t> weight = {}, const std::string& hash = "") {
  static int count = 0;
  return {
      name, op, 0, std::move(inputs), {name}, hash.empty() ? "#" + std::to_string(count++) : hash, std::move(weight)};
}

ReportGraph graph(std::vector<ReportGraphNode> nodes) {
  for (std::size_t n = 0; n < nodes.size(); ++n) nodes[n].index = static_cast<std::uint32_t>(n);
  return {"", "", {"x"}, {nodes.back().outputs.front()}, std::move(nodes)};
}

// "conv1->c1 by hash, relu1 lost"
std::string matched(const ReportGraph& from, const ReportGraph& to) {
  const auto matches = match_nodes(from, to);
  std::string text;
  for (std::size_t n = 0; n < matches.size(); ++n) {
    text += (n == 0 ? "" : ", ") + from.nodes[n].name;
    if (!matches[n]) {
      text += " lost";
      continue;
    }
    text += "->" + to.nodes[matches[n]->node].name + " by " + std::string(name_of(matches[n]->basis));
  }
  return text;
}

const std::vector<std::int64_t> kSquare{8, 8, 3, 3};

ReportGraph conv_norm_relu() {
  return graph({node("c", "Conv", {"x", "W"}, kSquare), node("n", "BatchNormalization", {"c"}),
                node("r", "Relu", {"n"}), node("d", "Conv", {"r", "V"}, {4, 8, 1, 1})});
}

}  // namespace

TEST_CASE("anchors are layers and what joins two of them; all else belongs to one") {
  const ReportGraph blocks =
      graph({node("c", "Conv", {"x"}, kSquare), node("s", "Sigmoid", {"c"}), node("m", "Mul", {"c", "s"}),
             node("d", "Conv", {"m"}, kSquare), node("a", "Add", {"m", "d"})});
  const AnchorGraph anchors(blocks);
  REQUIRE(anchors.anchors().size() == 4);  // x, c, d, a
  CHECK(anchors.anchors()[1].members == std::vector<std::size_t>{1, 2});
  CHECK(anchors.anchors()[3].producers.size() == 2);
  CHECK(anchors.anchors()[1].consumers.size() == 2);
}

TEST_CASE("renamed nodes are found by their hashes") {
  const ReportGraph before = graph({node("c", "Conv", {"x"}, kSquare, "1"), node("r", "Relu", {"c"}, {}, "2")});
  const ReportGraph after = graph({node("q", "Conv", {"x"}, kSquare, "1"), node("p", "Relu", {"q"}, {}, "2")});
  CHECK(matched(before, after) == "c->q by hash, r->p by hash");
}

TEST_CASE("equal computations that were merged have one match") {
  const ReportGraph before = graph({node("c", "Conv", {"x"}, kSquare, "1"), node("d", "Conv", {"x"}, kSquare, "1"),
                                    node("a", "Concat", {"c", "d"}, {}, "2")});
  const ReportGraph after = graph({node("c", "Conv", {"x"}, kSquare, "1"), node("a", "Concat", {"c", "c"}, {}, "2")});
  CHECK(matched(before, after) == "c->c by hash, d->c by hash, a->a by hash");
}

TEST_CASE("a folded norm and a fused activation leave the values' names") {
  const ReportGraph after =
      graph({node("r", "com.microsoft.FusedConv", {"x", "W2"}, kSquare), node("d", "Conv", {"r", "V"}, {4, 8, 1, 1})});
  CHECK(matched(conv_norm_relu(), after) == "c->r by values, n lost, r lost, d->d by values");
}

TEST_CASE("without names, a node is found where no other could stand") {
  const ReportGraph after =
      graph({node("1", "com.microsoft.FusedConv", {"x", "W2"}, kSquare), node("2", "Conv", {"1", "V"}, {4, 8, 1, 1})});
  CHECK(matched(conv_norm_relu(), after) == "c->1 by place, n lost, r lost, d->2 by place");
}

TEST_CASE("arms that are built alike are told apart by their slots at a concatenation, and not at all at a sum") {
  const auto arms = [](const std::string& join, const std::string& prefix) {
    return graph({node(prefix + "a", "Conv", {"x"}, kSquare), node(prefix + "b", "Conv", {"x"}, kSquare),
                  node(prefix + "j", join, {prefix + "a", prefix + "b"})});
  };
  CHECK(matched(arms("Concat", ""), arms("Concat", "new")) == "a->newa by place, b->newb by place, j->newj by place");
  CHECK(matched(arms("Add", ""), arms("Add", "new")) == "a lost, b lost, j->newj by place");
}

TEST_CASE("numbers given anew to other values deceive nobody") {
  const auto chain = [](int first) {
    std::vector<ReportGraphNode> nodes;
    std::string last = "x";
    for (int i = first; i < first + 6; ++i) {
      nodes.push_back(node(std::to_string(i), "Conv", {last}, kSquare));
      last = std::to_string(i);
    }
    return graph(std::move(nodes));
  };
  CHECK(matched(chain(1), chain(2)) ==
        "1->2 by place, 2->3 by place, 3->4 by place, 4->5 by place, 5->6 by place, 6->7 by place");
}

TEST_CASE("a norm in nine nodes and in one is the same function of the sum before it") {
  const ReportGraph before =
      graph({node("d", "MatMul", {"x"}, {8, 8}), node("s", "Add", {"x", "d"}), node("mean", "ReduceMean", {"s"}),
             node("off", "Sub", {"s", "mean"}), node("square", "Pow", {"off"}), node("var", "ReduceMean", {"square"}),
             node("norm", "Div", {"off", "var"}), node("e", "MatMul", {"norm"}, {8, 16})});
  const ReportGraph after =
      graph({node("1", "MatMul", {"x"}, {8, 8}), node("2", "com.microsoft.SkipLayerNormalization", {"x", "1"}),
             node("3", "MatMul", {"2"}, {8, 16})});
  const std::string found = matched(before, after);
  CHECK(found.starts_with("d->1 by place, s->2 by place, mean lost"));
  CHECK(found.ends_with("e->3 by place"));
}

TEST_CASE("sizes computed along the way are no data, and a cycle in a hostile report ends") {
  const ReportGraph before = graph({node("c", "Conv", {"x"}, kSquare), node("d", "Conv", {"c"}, kSquare),
                                    node("s", "Shape", {"c"}), node("y", "Reshape", {"d", "s"})});
  const ReportGraph after =
      graph({node("1", "Conv", {"x"}, kSquare), node("2", "Conv", {"1"}, kSquare), node("3", "Reshape", {"2"})});
  CHECK(matched(before, after) == "c->1 by place, d->2 by place, s lost, y->3 by place");
  const ReportGraph cycle = graph({node("a", "Add", {"x", "b"}), node("b", "Relu", {"a"})});
  CHECK(matched(cycle, cycle) == "a->a by hash, b->b by hash");
  CHECK(matched(cycle, after) == "a lost, b lost");
}
