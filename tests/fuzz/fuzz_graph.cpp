// Any bytes are a graph of at most 16 nodes; what graph/ says of its dominators and regions must be what follows from
// their definitions.
#include <cstdio>
#include <cstdlib>

#include "graph/text_form.hpp"
#include "tests/graph/by_definition.hpp"
#include "tests/graph/random_graph.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ramus::Graph graph = ramus::testing::build(ramus::testing::plan_from_bytes({data, size}));
  const std::string difference = ramus::testing::difference_from_definition(graph);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n%s", difference.c_str(), ramus::to_text(graph).c_str());
    std::abort();
  }
  return 0;
}
