// Graphs of up to 16 operators out of bytes: any bytes give a valid model, and similar bytes similar models.
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ramus::testing {

class OperatorGraph {
 public:
  explicit OperatorGraph(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  Graph run() {
    for (std::size_t i = 1 + below(2); i > 0; --i) {
      const std::string input = "in" + std::to_string(i);
      builder_.add_input(input, ElementType::float32, Dims{1, 8, 4, 4});
      values_.push_back({input, 8});
    }
    for (std::size_t n = 1 + below(16); n > 0; --n) add_operator();
    std::vector<std::string> outputs{values_.back().name};
    for (std::size_t i = below(3); i > 0; --i) outputs.push_back(values_[below(values_.size())].name);
    std::sort(outputs.begin(), outputs.end());
    outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());
    for (const std::string& output : outputs) builder_.add_output(output);
    auto graph = builder_.finish();
    if (!graph) throw std::runtime_error(graph.error().message);
    return std::move(*graph);
  }

 private:
  struct Made {
    std::string name;
    std::int64_t channels;
  };

  std::size_t below(std::size_t bound) { return at_ < bytes_.size() ? bytes_[at_++] % bound : 0; }

  // Mostly one of the last values, so that long paths arise.
  Made any() {
    const std::size_t pick = below(256), window = std::min<std::size_t>(values_.size(), pick % 3 == 0 ? 99 : 4);
    return values_[values_.size() - 1 - pick / 3 % window];
  }

  Made like(const Made& other) {
    std::vector<Made> fit;
    for (const Made& value : values_) {
      if (value.channels == other.channels) fit.push_back(value);
    }
    return fit[fit.size() - 1 - below(fit.size())];
  }

  std::string weight(Dims dims) {
    std::size_t elements = 1;
    for (const std::int64_t dim : dims) elements *= static_cast<std::size_t>(dim);
    const std::string name = "w" + std::to_string(next_++);
    builder_.add_parameter(name, make_weight(name, std::move(dims), std::vector<float>(elements, 0.5f)));
    return name;
  }

  std::string written(std::int64_t channels) {
    values_.push_back({"v" + std::to_string(next_++), channels});
    builder_.set_type(values_.back().name, ElementType::float32, Dims{1, channels, 4, 4});
    return values_.back().name;
  }

  void add(const std::string& op, std::vector<std::string> inputs, std::int64_t channels,
           std::vector<Attribute> attributes = {}) {
    GraphBuilder::NewNode node{op, std::move(inputs), {written(channels)}};
    node.attributes = std::move(attributes);
    builder_.add_node(std::move(node));
  }

  void add_operator() {
    static const std::vector<std::string> kUnary{"Relu", "Sigmoid", "Identity", "Softmax", "Dropout"};
    static const std::vector<std::string> kBinary{"Add", "Add", "Mul", "MatMul", "Sub", "Max", "Sum"};
    const Made x = any();
    const std::size_t op = below(20);
    if (op < kUnary.size()) return add(kUnary[op], {x.name}, x.channels);
    if (op < 12) return add(kBinary[op - 5], {x.name, like(x).name}, x.channels);
    switch (op) {
      case 12:
        return add("Sum", {x.name, like(x).name, like(x).name}, x.channels);
      case 13:
      case 14:
        return add_concat(x);
      case 15:
        return add_split(x);
      case 16:
        return add("Mul", {x.name, weight({1})}, x.channels);
      case 17:
        return add("Conv", {x.name, weight({8, x.channels, 3, 3})}, 8);
      case 18:
        return add("Conv", {x.name, weight({8, x.channels, 1, 1})}, 8);
      default:
        return add_constant(x);
    }
  }

  void add_concat(const Made& x) {
    const Made y = any(), z = any();
    if (x.channels + y.channels + z.channels > 64) return add("Relu", {x.name}, x.channels);
    std::vector<std::string> inputs{x.name, y.name};
    const bool three = below(2) == 0;
    if (three) inputs.push_back(z.name);
    add("Concat", inputs, x.channels + y.channels + (three ? z.channels : 0), {{"axis", std::int64_t{1}}});
  }

  void add_split(const Made& x) {
    if (x.channels % 2 != 0) return add("Relu", {x.name}, x.channels);
    GraphBuilder::NewNode node{"Split", {x.name}, {}};
    for (int part = 0; part < 2; ++part) node.outputs.push_back(written(x.channels / 2));
    node.attributes.push_back({"axis", std::int64_t{1}});
    builder_.add_node(std::move(node));
  }

  void add_constant(const Made& x) {
    const std::string constant = "c" + std::to_string(next_++);
    GraphBuilder::NewNode node{"Constant", {}, {constant}};
    node.attributes.push_back({"value", make_weight("", {1}, std::vector<float>{below(2) == 0 ? 1.0f : 3.0f})});
    builder_.add_node(std::move(node));
    add("Mul", {x.name, constant}, x.channels);
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0, next_ = 0;
  GraphBuilder builder_{"random"};
  std::vector<Made> values_;
};

inline Graph operators_from_bytes(std::span<const std::uint8_t> bytes) { return OperatorGraph(bytes).run(); }

}  // namespace ramus::testing
