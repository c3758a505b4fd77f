// Shapes that are put together while the model runs, as far as they are known before.
#include "passes/unit_layout.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostIntegers = 64;  // of a shape; operators stop at 8 dims
constexpr int kMostSteps = 8;              // operators between a constant and the shape that holds it

std::optional<std::vector<std::int64_t>> unknown_integers(const Value& value) {
  if (!value.shape) return std::nullopt;
  if (value.shape->empty()) return std::vector<std::int64_t>{kUnknownDim};
  const std::int64_t count = value.shape->size() == 1 ? value.shape->front() : -1;
  if (count < 0 || count > static_cast<std::int64_t>(kMostIntegers)) return std::nullopt;
  return std::vector<std::int64_t>(static_cast<std::size_t>(count), kUnknownDim);
}

std::optional<std::vector<std::int64_t>> integers_of(const Graph& graph, ValueId id, int steps, bool may_concatenate) {
  if (!id.exists()) return std::nullopt;
  const Value& value = graph[id];
  if (graph.is_parameter(id)) {
    auto decoded = graph[value.weight].decode_int64(kMostIntegers);
    return decoded ? std::optional(std::move(*decoded)) : unknown_integers(value);
  }
  if (!value.producer.exists() || steps == 0) return unknown_integers(value);
  const Node& node = graph[value.producer];
  const bool passes = node.is("Cast") || node.is("Unsqueeze") || node.is("Squeeze") || node.is("Identity");
  if (passes && !node.inputs.empty()) {
    auto inner = integers_of(graph, node.inputs.front(), steps - 1, may_concatenate);
    return inner ? inner : unknown_integers(value);
  }
  // A concatenation of concatenations is not looked into: it could ask for 64 parts of 64 parts of …
  if (!node.is("Concat") || !may_concatenate || node.inputs.size() > kMostIntegers) return unknown_integers(value);
  std::vector<std::int64_t> all;
  for (const ValueId part : node.inputs) {
    const auto integers = integers_of(graph, part, steps - 1, false);
    if (!integers || all.size() + integers->size() > kMostIntegers) return unknown_integers(value);
    all.insert(all.end(), integers->begin(), integers->end());
  }
  return all;
}

}  // namespace

std::optional<std::vector<std::int64_t>> known_integers(const Graph& graph, ValueId value) {
  return integers_of(graph, value, kMostSteps, true);
}

}  // namespace ramus
