#include "passes/sliding_windows.hpp"

#include <doctest/doctest.h>

#include "tests/graph/graph_text.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::optional<SlidingWindows> windows(const std::string& input, const std::string& attributes) {
  const Graph graph = graph_from_text(input + " -> y : y = Conv[" + attributes + "](x, W:float[4,3,7,5])");
  return windows_of(graph, graph.nodes().front());
}

}  // namespace

TEST_CASE("windows are what the attributes say, per axis") {
  const auto found = windows("x:[1,3,40,41]", "strides=[2,1], dilations=[1,2], pads=[3,4,3,4]");
  REQUIRE(found.has_value());
  CHECK((*found)[0].extent == 7);
  CHECK((*found)[0].stride == 2);
  CHECK((*found)[0].before == 3);
  CHECK((*found)[1].extent == 5);
  CHECK((*found)[1].dilation == 2);
  CHECK((*found)[1].before == 4);
}

TEST_CASE("pads that follow from the input's size") {
  const auto before = [](const std::string& input, const std::string& mode) {
    const auto found = windows(input, "strides=[2,2], auto_pad=\"" + mode + "\"");
    return std::array{(*found)[0].before, (*found)[1].before};
  };
  CHECK(before("x:[1,3,40,41]", "SAME_UPPER") == std::array<std::int64_t, 2>{2, 2});  // 5 in all, and 4
  CHECK(before("x:[1,3,40,41]", "SAME_LOWER") == std::array<std::int64_t, 2>{3, 2});
  CHECK(before("x:[1,3,?,?]", "SAME_UPPER") == std::array<std::int64_t, 2>{2, 1});
  CHECK(before("x:[1,3,40,41]", "VALID") == std::array<std::int64_t, 2>{0, 0});
}

TEST_CASE("attributes that do not fit give no windows") {
  for (const char* const wrong : {"strides=[0,1]", "dilations=[1]", "pads=[-1,0,0,0]", "strides=[9000000000,1]"}) {
    CHECK_FALSE(windows("x:[1,3,40,40]", wrong).has_value());
  }
}
