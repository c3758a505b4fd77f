// What structure costs: graphs of blocks (residual, concat and a chain) of two sizes, from names to groups and streams.
//   structure_bench [NODES] [CHAIN]        defaults 200000 and 1000000; exit status 1 when a bound is missed
//   structure_bench --edges NODES FILE     writes the data flow as "from to" lines, for structure_against_networkx.py
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "passes/pipeline.hpp"
#include "passes/registry.hpp"

namespace {

using namespace ramus;

constexpr double kMostSeconds = 1, kMostSecondsOfChain = 5, kMostBytesPerNode = 1000;

double megabytes_at_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1000;
}

// Blocks of seven nodes: two residual branches, then a fork of two arms that are concatenated and brought back.
Graph blocks(std::size_t nodes) {
  GraphBuilder builder("blocks");
  builder.add_input("v0", ElementType::float32, Dims{1, 8, 4, 4});
  const WeightView square = make_weight("", {8, 8, 1, 1}, std::vector<float>(64, 0.5f));
  const WeightView narrow = make_weight("", {8, 16, 1, 1}, std::vector<float>(128, 0.5f));
  builder.add_parameter("W", square);
  builder.add_parameter("N", narrow);
  std::string at = "v0";
  std::size_t made = 0, next = 1;
  const auto add = [&](const char* op, std::vector<std::string> inputs) {
    std::string name = "v" + std::to_string(next++);
    builder.add_node(op, std::move(inputs), {name});
    ++made;
    return name;
  };
  while (made + 7 <= nodes) {
    const std::string a = add("Conv", {at, "W"}), b = add("Relu", {a}), sum = add("Add", {at, b});
    const std::string left = add("Conv", {sum, "W"}), right = add("Conv", {sum, "W"});
    const std::string both = add("Concat", {left, right});
    at = add("Conv", {both, "N"});
  }
  builder.add_output(at);
  return builder.finish().value();
}

Graph chain(std::size_t nodes) {
  GraphBuilder builder("chain");
  builder.add_input("v0");
  for (std::size_t n = 0; n < nodes; ++n) {
    builder.add_node("Relu", {"v" + std::to_string(n)}, {"v" + std::to_string(n + 1)});
  }
  builder.add_output("v" + std::to_string(nodes));
  return builder.finish().value();
}

struct Measured {
  double build = 0, structure = 0;
  std::size_t groups = 0;
};

template <class Make>
Measured measure(Make make, std::size_t nodes) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  Graph graph = make(nodes);
  const auto built = Clock::now();
  const PassOptions options(all_passes());
  PipelineRequest request;
  request.passes = {"residual-streams"};
  request.options = &options;
  const auto analysed = run_pipeline(std::move(graph), request);
  const auto done = Clock::now();
  if (!analysed) std::exit(2);
  return {std::chrono::duration<double>(built - begin).count(), std::chrono::duration<double>(done - built).count(),
          analysed->findings.groups.size()};
}

void print(const char* what, std::size_t nodes, const Measured& half, const Measured& whole) {
  std::printf("%-8s %8zu nodes: graph %.2f s, structure %.2f s, %zu groups; against half the size: %.2f times\n", what,
              nodes, whole.build, whole.structure, whole.groups, whole.structure / half.structure);
}

int write_edges(std::size_t nodes, const char* path) {
  const Graph graph = blocks(nodes);
  const Dataflow flow(graph);
  std::ofstream out(path);
  for (auto [edge, last] = boost::edges(flow.edges()); edge != last; ++edge) {
    out << boost::source(*edge, flow.edges()) << ' ' << boost::target(*edge, flow.edges()) << '\n';
  }
  const auto begin = std::chrono::steady_clock::now();
  const DominatorTree dominators = DominatorTree::dominators(flow);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%.6f %u\n", seconds, dominators.depth(Dataflow::kSink));
  return out.flush() ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--edges") == 0) {
    return write_edges(static_cast<std::size_t>(std::atoll(argv[2])), argv[3]);
  }
  const auto nodes = static_cast<std::size_t>(argc > 1 ? std::atoll(argv[1]) : 200'000);
  const auto length = static_cast<std::size_t>(argc > 2 ? std::atoll(argv[2]) : 1'000'000);
  const Measured half = measure(blocks, nodes / 2), whole = measure(blocks, nodes);
  print("blocks", nodes, half, whole);
  const Measured half_chain = measure(chain, length / 2), whole_chain = measure(chain, length);
  print("chain", length, half_chain, whole_chain);
  const double bytes = megabytes_at_peak() * 1e6 / static_cast<double>(length);
  std::printf("memory at peak: %.0f bytes per node of the chain\n", bytes);
  const bool within = whole.structure < kMostSeconds && whole_chain.structure < kMostSecondsOfChain;
  std::printf("bounds (%.0f s, %.0f s, %.0f bytes): %s\n", kMostSeconds, kMostSecondsOfChain, kMostBytesPerNode,
              within && bytes < kMostBytesPerNode ? "kept" : "missed");
  return within && bytes < kMostBytesPerNode ? 0 : 1;
}
