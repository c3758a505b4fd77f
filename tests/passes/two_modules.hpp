// Two modules of two branches, one behind the other, with planted weights between them.
//
//   x ─▶ [a0] [a1] ─▶ concat A ─▶ relu ─▶ pool ─▶ [b0] [b1] ─▶ concat B        12 and 20 units in each module
#pragma once

#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "passes/numerics/random.hpp"

namespace ramus::testing {

inline std::vector<float> noise(std::int64_t count, std::string_view key, int seed = 0) {
  RandomStream random(static_cast<std::uint64_t>(seed), key);
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (float& weight : weights) weight = static_cast<float>(2 * random.unit() - 1);
  return weights;
}

struct Modules {
  float ratio = 2;       // of weights from a branch to its partner
  bool crossed = false;  // partners are a0, b1 and a1, b0; else a0, b0 and a1, b1
  int seed = 0;
  std::vector<float> gauge = {};  // by unit of the first module: its weights times this, those that read it divided
  float scale = 1;                // of the weights of b0 and b1
};

inline Graph two_modules(const Modules& modules) {
  constexpr std::int64_t kUnits[] = {12, 20};
  const auto gauge = [&](std::int64_t unit) {
    return modules.gauge.empty() ? 1 : modules.gauge[static_cast<std::size_t>(unit)];
  };
  GraphBuilder builder("modules");
  builder.add_input("x", ElementType::float32, Dims{1, 3, 8, 8});
  for (std::int64_t branch = 0; branch < 2; ++branch) {
    const std::string name = std::to_string(branch);
    std::vector<float> first = noise(kUnits[branch] * 3, "a" + name, modules.seed);
    for (std::size_t i = 0; i < first.size(); ++i)
      first[i] *= gauge(branch * kUnits[0] + static_cast<std::int64_t>(i / 3));
    builder.add_parameter("A" + name, make_weight("A" + name, {kUnits[branch], 3, 1, 1}, first));
    builder.add_node({"Conv", {"x", "A" + name}, {"a" + name}, "conv_a" + name});
  }
  builder.add_node({"Concat", {"a0", "a1"}, {"a"}, "A", "", {{"axis", std::int64_t{1}}}});
  builder.add_node({"Relu", {"a"}, {"r"}, "relu"});
  builder.add_node({"MaxPool", {"r"}, {"p"}, "pool", "", {{"kernel_shape", std::vector<std::int64_t>{2, 2}}}});
  for (std::int64_t branch = 0; branch < 2; ++branch) {
    const std::string name = std::to_string(branch);
    std::vector<float> second = noise(kUnits[branch] * 32, "b" + name, modules.seed);
    for (std::size_t i = 0; i < second.size(); ++i) {
      const auto unit = static_cast<std::int64_t>(i % 32);
      const bool partner = (unit < kUnits[0]) == ((branch == 0) != modules.crossed);
      second[i] *= (partner ? modules.ratio : 1) * modules.scale / gauge(unit);
    }
    builder.add_parameter("B" + name, make_weight("B" + name, {kUnits[branch], 32, 1, 1}, second));
    builder.add_node({"Conv", {"p", "B" + name}, {"b" + name}, "conv_b" + name});
  }
  builder.add_node({"Concat", {"b0", "b1"}, {"y"}, "B", "", {{"axis", std::int64_t{1}}}});
  builder.add_output("y");
  return builder.finish().value();
}

}  // namespace ramus::testing
