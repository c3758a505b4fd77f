// Residual blocks that read some units of a stream of 16 and write some, for passes that ask who reads what whom writes.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "passes/numerics/random.hpp"
#include "tests/passes/run_passes.hpp"

namespace ramus::testing {

inline std::vector<float> noise(std::int64_t count, std::string_view key) {
  RandomStream random(11, key);
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (float& weight : weights) weight = static_cast<float>(2 * random.unit() - 1);
  return weights;
}

// [outputs x 16 x 1 x 1] that only looks at units [begin, begin + 4), or (written) only writes them.
inline std::vector<float> reading(std::int64_t outputs, std::int64_t begin) {
  std::vector<float> weights = noise(outputs * 16, "reading");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto unit = static_cast<std::int64_t>(i % 16);
    if (unit < begin || unit >= begin + 4) weights[i] = 0;
  }
  return weights;
}

inline std::vector<float> writing(std::int64_t inputs, std::int64_t begin) {
  std::vector<float> weights = noise(16 * inputs, "writing");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int64_t unit = static_cast<std::int64_t>(i) / inputs;
    if (unit < begin || unit >= begin + 4) weights[i] = 0;
  }
  return weights;
}

// Residual blocks of two 1x1 convolutions: block b reads units from `reads[b]` on, writes those from `writes[b]` on.
class ResidualBlocks {
 public:
  ResidualBlocks() : builder_("test") { builder_.add_input("x", ElementType::float32, Dims{1, 16, 8, 8}); }

  void weight(const std::string& name, Dims dims, const std::vector<float>& values) {
    builder_.add_parameter(name, make_weight(name, std::move(dims), values));
  }
  void node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
    builder_.add_node({op, inputs, {output}, output});
  }
  void block(std::int64_t reads, std::int64_t writes) {
    const std::string n = std::to_string(count_++);
    weight("A" + n, {8, 16, 1, 1}, reading(8, reads));
    weight("B" + n, {16, 8, 1, 1}, writing(8, writes));
    node("Conv", {last_, "A" + n}, "a" + n);
    node("Relu", {"a" + n}, "r" + n);
    node("Conv", {"r" + n, "B" + n}, "b" + n);
    node("Add", {last_, "b" + n}, "s" + n);
    last_ = "s" + n;
  }
  void between(const std::string& op, const std::string& output, const std::vector<std::string>& more = {}) {
    std::vector<std::string> inputs{last_};
    inputs.insert(inputs.end(), more.begin(), more.end());
    node(op, inputs, output);
    last_ = output;
  }
  Findings findings(const std::vector<std::string>& settings = {}, const std::string& pass = "composition") {
    node("Relu", {last_}, "y");
    builder_.add_output("y");
    auto analysed = run_passes(builder_.finish().value(), {.passes = {pass}, .settings = settings});
    REQUIRE(analysed.has_value());
    return std::move(analysed->findings);
  }

 private:
  GraphBuilder builder_;
  std::string last_ = "x";
  int count_ = 0;
};

// Attentions in a row, each of two heads of 4 units, on a stream of 8.
inline std::string attention_blocks(int count) {
  std::string text = "x:[1,5,8] -> y : ";
  std::string last = "x";
  for (int block = 1; block <= count; ++block) {
    const std::string n = std::to_string(block);
    for (const std::string role : {"q", "k", "v"}) {
      text += role + n + " = MatMul(" + last + ", W" + role + n + ":float[8,8]); " + role + "r" + n + " = Reshape(" +
              role + n + ", shape" + role + n + ":int64[4]={1,5,2,4}); " + role + "t" + n +
              " = Transpose[perm=[0,2,1,3]](" + role + "r" + n + "); ";
    }
    text += "kk" + n + " = Transpose[perm=[0,1,3,2]](kt" + n + "); s" + n + " = MatMul(qt" + n + ", kk" + n + "); p" +
            n + " = Softmax[axis=-1](s" + n + "); c" + n + " = MatMul(p" + n + ", vt" + n + "); m" + n +
            " = Transpose[perm=[0,2,1,3]](c" + n + "); f" + n + " = Reshape(m" + n + ", flat" + n +
            ":int64[3]={1,5,8}); o" + n + " = MatMul(f" + n + ", Wo" + n + ":float[8,8]); h" + n + " = Add(" + last +
            ", o" + n + "); ";
    last = "h" + n;
  }
  return text + "y = Relu(" + last + ")";
}

}  // namespace ramus::testing
