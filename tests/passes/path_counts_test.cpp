// Paths of residual streams, counted by walking them one by one through the graph.
#include <doctest/doctest.h>

#include <random>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

constexpr std::size_t kMostPaths = 20'000;  // of one stream: each is walked

// Up to twelve blocks with one to three computing arms, a skip or a projection, and something between or not. The nodes
// that computing arms begin with are called f0, f1 ...
struct MadeStream {
  std::string text;
  std::size_t blocks = 0;
};

class StreamWriter {
 public:
  explicit StreamWriter(std::uint64_t seed) : random_(seed) {}

  MadeStream run() {
    const std::size_t wanted = 1 + below(12);
    std::string x = "x";
    std::size_t paths = 1, blocks = 0;
    while (blocks < wanted && paths * 2 <= kMostPaths) {
      std::size_t arms = 1 + (below(2) == 0 ? below(3) : 0);
      if (paths * (arms + 1) > kMostPaths) arms = 1;
      paths *= arms + 1;
      x = block(x, arms);
      if (++blocks < wanted) x = between(x);
    }
    return {"x:float[1,8,4,4] -> y : " + text_ + "y = Relu(" + x + ")", blocks};
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string add(const std::string& letter, const std::string& operation) {
    const std::string value = letter + std::to_string(next_++);
    text_ += value + ":float[1,8,4,4] = " + operation + "; ";
    return value;
  }

  std::string conv(const std::string& letter, const std::string& x, const std::string& kernel) {
    return add(letter, "Conv(" + x + ", W" + std::to_string(next_) + ":float[8,8," + kernel + "])");
  }

  std::string block(const std::string& x, std::size_t arms) {
    std::vector<std::string> terms{below(3) == 0 ? conv("p", x, "1,1") : x};
    for (std::size_t a = 0; a < arms; ++a) {
      std::string f = conv("f", x, "3,3");
      for (std::size_t more = below(3); more > 0; --more) f = conv("c", add("r", "Relu(" + f + ")"), "3,3");
      terms.push_back(f);
    }
    std::swap(terms[0], terms[below(terms.size())]);
    const bool nests = below(2) == 0;
    std::string sum = terms[0];
    for (std::size_t t = 1; t < terms.size(); ++t) {
      sum = nests ? add("s", "Add(" + sum + ", " + terms[t] + ")") : sum + ", " + terms[t];
    }
    return nests ? sum : add("s", "Sum(" + sum + ")");
  }

  std::string between(const std::string& x) {
    static const char* const kOps[] = {"Relu(", "LeakyRelu(", "LayerNormalization(", "MaxPool[kernel_shape=[1,1]]("};
    const std::size_t op = below(8);
    return op >= 4 ? x : add("t", kOps[op] + x + (op == 2 ? ", g" + std::to_string(next_) + ":float[4])" : ")"));
  }

  std::mt19937_64 random_;
  std::string text_;
  std::size_t next_ = 0;
};

// Paths from the value to `end`, by how many computing arms they enter.
void walk(const Graph& graph, ValueId value, ValueId end, std::size_t entered, std::vector<std::uint64_t>& lengths) {
  if (value == end) {
    if (lengths.size() <= entered) lengths.resize(entered + 1, 0);
    ++lengths[entered];
    return;
  }
  for (const NodeId reader : graph[value].readers) {
    const std::size_t enters = graph[reader].name.front() == 'f' ? 1 : 0;
    walk(graph, graph[reader].outputs.front(), end, entered + enters, lengths);
  }
}

}  // namespace

TEST_CASE("paths and their lengths are those that a walk through the graph meets") {
  std::size_t longest = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const MadeStream made = StreamWriter(seed).run();
    CAPTURE(made.text);
    const Analysed analysed = analyse(made.text, {.passes = {"residual-streams"}});
    REQUIRE(analysed.findings.streams.size() == 1);
    const ResidualStream& stream = analysed.findings.streams[0];
    REQUIRE(stream.blocks.size() == made.blocks);
    longest = std::max(longest, made.blocks);
    // The model as it stands in the file, where a sum of four may be three sums of two.
    const Graph graph = graph_from_text(made.text);
    const auto original = [&](ValueId id) { return *graph.find_value((*analysed.graph)[id].name); };
    std::vector<std::uint64_t> lengths;
    walk(graph, original(stream.start), original(stream.end), 0, lengths);
    std::uint64_t paths = 0;
    std::vector<std::string> expected;
    for (const std::uint64_t length : lengths) {
      paths += length;
      expected.push_back(std::to_string(length));
    }
    CHECK(stream.paths == std::to_string(paths));
    expected.resize(made.blocks + 1, "0");
    CHECK(stream.path_lengths == expected);
  }
  CHECK(longest == 12);
}
