// Small graphs out of bytes: any bytes give a valid graph of at most 16 nodes, and similar bytes similar graphs.
#pragma once

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus::testing {

// What a graph says, before it has names and an order: values are numbered, graph inputs first.
struct GraphPlan {
  struct PlannedNode {
    std::vector<std::size_t> inputs, outputs;
  };
  std::size_t inputs = 1;
  std::size_t values = 1;
  std::vector<PlannedNode> nodes;
  std::vector<std::size_t> outputs;
};

inline GraphPlan plan_from_bytes(std::span<const std::uint8_t> bytes) {
  std::size_t at = 0;
  const auto below = [&](std::size_t bound) { return at < bytes.size() ? bytes[at++] % bound : 0; };
  GraphPlan plan;
  plan.inputs = plan.values = 1 + below(3);
  const std::size_t count = 1 + below(16);
  for (std::size_t n = 0; n < count; ++n) {
    GraphPlan::PlannedNode node;
    const std::size_t shape = below(32);
    const std::size_t reads = shape == 31 ? 0 : shape % 4 == 0 ? 1 : shape % 4;  // few nodes read nothing
    for (std::size_t i = 0; i < reads; ++i) {
      // Mostly one of the last values, so that long paths arise; sometimes any of them.
      const std::size_t pick = below(256), window = std::min<std::size_t>(plan.values, pick % 3 == 0 ? plan.values : 4);
      node.inputs.push_back(plan.values - 1 - pick / 3 % window);
    }
    const std::size_t writes = shape >= 24 ? 1 + shape % 3 : 1;
    for (std::size_t i = 0; i < writes; ++i) node.outputs.push_back(plan.values++);
    plan.nodes.push_back(std::move(node));
  }
  const std::size_t outputs = 1 + below(3);
  for (std::size_t i = 0; i < outputs; ++i) {
    const std::size_t value = plan.values - 1 - below(plan.values);
    if (std::find(plan.outputs.begin(), plan.outputs.end(), value) == plan.outputs.end()) plan.outputs.push_back(value);
  }
  return plan;
}

// The planned graph, its nodes added in `order`, its values called PREFIX0, PREFIX1 ...; node n is always named "n".
inline Graph build(const GraphPlan& plan, const std::vector<std::size_t>& order, const std::string& prefix) {
  const auto names = [&](const std::vector<std::size_t>& values) {
    std::vector<std::string> result;
    for (const std::size_t value : values) result.push_back(prefix + std::to_string(value));
    return result;
  };
  GraphBuilder builder("random");
  for (std::size_t i = 0; i < plan.inputs; ++i) builder.add_input(prefix + std::to_string(i));
  for (const std::size_t n : order) {
    builder.add_node({"Op", names(plan.nodes[n].inputs), names(plan.nodes[n].outputs), std::to_string(n)});
  }
  for (const std::string& output : names(plan.outputs)) builder.add_output(output);
  auto graph = builder.finish();
  if (!graph) throw std::runtime_error(graph.error().message);
  return std::move(*graph);
}

inline Graph build(const GraphPlan& plan) {
  std::vector<std::size_t> order(plan.nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return build(plan, order, "v");
}

inline std::vector<std::uint8_t> random_bytes(std::mt19937_64& random) {
  std::vector<std::uint8_t> bytes(8 + random() % 100);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace ramus::testing
