// What the passes find does not depend on how a model is written down. The model's order decides only between equals, which
// none of these networks has: two residual sums equally far behind a third, of which one goes on with its stream.
#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/passes/canonical_form.hpp"
#include "tests/passes/random_network.hpp"
#include "tests/passes/random_operators.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

Analysed structure_of(Graph graph) {
  auto analysed = run_passes(std::move(graph), {.passes = {"residual-streams"}});
  if (!analysed) throw std::runtime_error(analysed.error().message);
  return std::move(*analysed);
}

std::string network(std::uint64_t seed) {
  RandomNetwork network(seed);
  return seed % 3 == 0 ? network.sequence() : network.image();
}

constexpr std::uint64_t kNetworks = 300;
constexpr int kOperatorGraphs = 2000;

void check(const Transformation& transformation) {
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const std::string text = network(seed);
    const Analysed before = structure_of(graph_from_text(text));
    const Analysed after = structure_of(transformed(graph_from_text(text), transformation, seed));
    REQUIRE_MESSAGE(difference(before, after) == "", seed << ": " << text);
  }
  std::mt19937_64 random(20210405);
  for (int i = 0; i < kOperatorGraphs; ++i) {
    const Graph graph = operators_from_bytes(random_bytes(random));
    const Analysed before = structure_of(transformed(graph, {}, 0));
    const Analysed after = structure_of(transformed(graph, transformation, random()));
    REQUIRE_MESSAGE(difference(before, after) == "", i << ":\n" << to_text(graph));
  }
}

}  // namespace

TEST_CASE("names of values change nothing") { check({.renames = true}); }
TEST_CASE("the order of independent nodes changes nothing") { check({.reorders = true}); }
TEST_CASE("Identity behind values, also two in a row, changes nothing") { check({.identities = true}); }
TEST_CASE("Identity behind parameters changes nothing") { check({.parameters = true}); }
TEST_CASE("all of that at once changes nothing") { check({true, true, true, true}); }

TEST_CASE("random networks have groups of many kinds, streams, heads and experts") {
  std::map<BranchKind, int> kinds;
  std::size_t streams = 0;
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const Analysed analysed = structure_of(graph_from_text(network(seed)));
    for (const BranchGroup& group : analysed.findings.groups) ++kinds[group.kind];
    streams += analysed.findings.streams.size();
  }
  for (const BranchKind kind :
       {BranchKind::concat, BranchKind::sum, BranchKind::residual, BranchKind::gate, BranchKind::split,
        BranchKind::grouped, BranchKind::outputs, BranchKind::heads, BranchKind::experts}) {
    CHECK_MESSAGE(kinds[kind] > 30, name_of(kind));
  }
  CHECK(streams > kNetworks / 2);
}
