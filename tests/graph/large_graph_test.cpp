// Graphs as large as the largest exports: every analysis must be close to linear and must not recurse along a path.
#include <doctest/doctest.h>

#include "graph/channel_flow.hpp"
#include "graph/region.hpp"
#include "graph/verify.hpp"

namespace ramus::testing {
namespace {

struct Counted {
  std::size_t regions = 0, closed = 0;
  std::string error;
};

Counted count_regions(const Graph& graph, const Limits& limits = {}) {
  const Dataflow flow(graph);
  const auto dominators = DominatorTree::dominators(flow), post_dominators = DominatorTree::post_dominators(flow);
  RegionFinder finder(graph, flow, dominators, post_dominators, limits);
  Counted counted;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const auto region = finder.find(NodeId(n));
    if (!region) {
      counted.error = region.error().message;
      return counted;
    }
    if (!*region) continue;
    ++counted.regions;
    counted.closed += (*region)->closed ? 1 : 0;
  }
  return counted;
}

std::string v(std::size_t i) { return "v" + std::to_string(i); }

}  // namespace

TEST_CASE("a chain of 200,000 nodes") {
  GraphBuilder builder("chain");
  builder.add_input("v0", ElementType::float32, Dims{1, 8, 4, 4});
  for (std::size_t i = 0; i < 200'000; ++i) builder.add_node("Relu", {v(i)}, {v(i + 1)});
  builder.add_output(v(200'000));
  const Graph graph = builder.finish().value();
  CHECK(verify(graph));
  CHECK(count_regions(graph).regions == 0);
  const Dataflow flow(graph);
  const auto dominators = DominatorTree::dominators(flow);
  CHECK(dominators.depth(Dataflow::kSink) == flow.size() - 1);
  CHECK(dominators.dominates(flow.vertex(ValueId(0)), Dataflow::kSink));
  CHECK(ChannelFlow(graph)[graph.outputs()[0]].segments.size() == 1);
}

TEST_CASE("a chain whose nodes stand in the opposite order") {
  GraphBuilder builder("backwards");
  builder.add_input("v0");
  for (std::size_t i = 200'000; i-- > 0;) builder.add_node("Relu", {v(i)}, {v(i + 1)});
  builder.add_output(v(200'000));
  CHECK(verify(builder.finish().value()));
}

TEST_CASE("a chain of 66,000 residual blocks") {
  GraphBuilder builder("residual");
  builder.add_input("v0");
  constexpr std::size_t kBlocks = 66'000;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    builder.add_node("Relu", {v(i)}, {v(i) + "a"});
    builder.add_node("Relu", {v(i) + "a"}, {v(i) + "b"});
    builder.add_node("Add", {v(i), v(i) + "b"}, {v(i + 1)});
  }
  builder.add_output(v(kBlocks));
  const Counted counted = count_regions(builder.finish().value());
  CHECK(counted.regions == kBlocks);
  CHECK(counted.closed == kBlocks);
}

TEST_CASE("a U-Net of 50,000 levels answers with an error line, since its regions hold one another") {
  GraphBuilder builder("unet");
  builder.add_input("v0");
  constexpr std::size_t kLevels = 50'000;
  for (std::size_t i = 0; i < kLevels; ++i) builder.add_node("Conv", {v(i)}, {v(i + 1)});
  std::string up = v(kLevels);
  for (std::size_t i = kLevels; i-- > 0;) {
    builder.add_node("Concat", {up, v(i)}, {v(i) + "up"});
    up = v(i) + "up";
  }
  builder.add_output(up);
  Limits limits;
  limits.region_visits = 20'000'000;
  CHECK(count_regions(builder.finish().value(), limits).error ==
        "its regions overlap too much: more than 20000000 steps to list their nodes");
}

TEST_CASE("one value that 100,000 nodes read, and many joins behind it") {
  GraphBuilder builder("fan");
  builder.add_input("x");
  for (std::size_t i = 0; i < 50'000; ++i) {
    builder.add_node("Relu", {"x"}, {v(i) + "a"});
    builder.add_node("Add", {"x", v(i) + "a"}, {v(i)});
    builder.add_output(v(i));
  }
  const Counted counted = count_regions(builder.finish().value());
  CHECK(counted.regions == 50'000);
  CHECK(counted.closed == 0);
}

TEST_CASE("a join of 200,000 values") {
  GraphBuilder builder("wide");
  builder.add_input("x");
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < 200'000; ++i) {
    builder.add_node("Relu", {"x"}, {v(i)});
    inputs.push_back(v(i));
  }
  builder.add_node("Concat", inputs, {"y"});
  builder.add_output("y");
  CHECK(count_regions(builder.finish().value()).closed == 1);
}

TEST_CASE("a node of 200,000 outputs") {
  GraphBuilder builder("split");
  builder.add_input("x");
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < 200'000; ++i) outputs.push_back(v(i));
  builder.add_node("Split", {"x"}, outputs);
  builder.add_node("Add", {v(0), v(1)}, {"y"});
  builder.add_output("y");
  const Graph graph = builder.finish().value();
  CHECK(verify(graph));
  CHECK(count_regions(graph).regions == 1);
}

TEST_CASE("a cycle of 200,000 nodes is found") {
  GraphBuilder builder("cycle");
  for (std::size_t i = 0; i < 200'000; ++i) builder.add_node("Relu", {v(i)}, {v((i + 1) % 200'000)});
  CHECK_FALSE(builder.finish());
}

TEST_CASE("a chain of 200,000 batch norms does not carry them all to its end") {
  GraphBuilder builder("norms");
  builder.add_input("v0", ElementType::float32, Dims{1, 8, 4, 4});
  for (std::size_t i = 0; i < 200'000; ++i) builder.add_node("BatchNormalization", {v(i)}, {v(i + 1)});
  builder.add_output(v(200'000));
  const Graph graph = builder.finish().value();
  CHECK(ChannelFlow(graph)[graph.outputs()[0]].stopped == "the model joins its channels in too many pieces");
}

}  // namespace ramus::testing
