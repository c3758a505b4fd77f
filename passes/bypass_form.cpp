#include "passes/bypass_form.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostOnTheWay = 64;  // from a softmax to the product with values

bool moves_only(const Node& node) {
  return node.is_one_of({"Identity",       "Reshape",         "Flatten",         "Squeeze", "Unsqueeze",
                         "Transpose",      "Slice",           "Split",           "Concat",  "Pad",
                         "Cast",           "Gather",          "Expand",          "Tile",    "DepthToSpace",
                         "SpaceToDepth",   "ScatterND",       "ScatterElements", "Resize",  "Upsample",
                         "QuantizeLinear", "DequantizeLinear"});
}

bool squashes(const Node& node) { return node.is_one_of({"Sigmoid", "HardSigmoid", "Softmax", "Tanh"}); }

bool ends_squashed(const Graph& graph, ValueId value) {
  for (NodeId at = graph[value].producer; at.exists(); at = graph[value].producer) {
    if (squashes(graph[at])) return true;
    const ValueIds data = graph.data_inputs(at);
    if (data.size() != 1 || !moves_only(graph[at])) return false;
    value = data.front();
  }
  return false;
}

// Whether what the softmax makes weighs values, as in attention, and is not what a classifier answers.
bool weighs_values(const Graph& graph, NodeId softmax) {
  std::vector<NodeId> open{softmax};
  for (std::size_t i = 0; i < open.size() && i < kMostOnTheWay; ++i) {
    for (const ValueId output : graph[open[i]].outputs) {
      if (!output.exists()) continue;
      for (const NodeId reader : graph[output].readers) {
        if (graph[reader].is("MatMul") && graph.data_inputs(reader).size() == 2) return true;
        if (moves_only(graph[reader]) || graph[reader].is("Dropout")) open.push_back(reader);
      }
    }
  }
  return false;
}

// A mask before the softmax of scores that attention.hpp does not know.
bool masks_scores(const Graph& graph, NodeId join) {
  const Node& node = graph[join];
  if (!node.is_one_of({"Add", "Sub", "Where", "Mul"}) || node.outputs.empty()) return false;
  const auto& readers = graph[node.outputs.front()].readers;
  return std::any_of(readers.begin(), readers.end(),
                     [&](NodeId reader) { return graph[reader].is("Softmax") && weighs_values(graph, reader); });
}

// As far as both shapes are known.
bool has_fewer_elements(const Graph& graph, ValueId a, ValueId b) {
  const auto of_a = known_elements(graph[a]), of_b = known_elements(graph[b]);
  return of_a && of_b && *of_a < *of_b;
}

// Convolutions leave an image an image; a matrix over all of it can look for a pattern.
bool stays_an_image(const Graph& graph, const Bypass& bypass) {
  return std::all_of(bypass.nodes.begin(), bypass.nodes.end(), [&](NodeId id) {
    return !graph[id].is_one_of({"Gemm", "MatMul", "Flatten", "Reshape", "GlobalAveragePool", "GlobalMaxPool"});
  });
}

constexpr std::array<std::string_view, 31> kConditional{"Equal",     "Greater",     "GreaterOrEqual",
                                                        "Less",      "LessOrEqual", "And",
                                                        "Or",        "Xor",         "Not",
                                                        "Where",     "If",          "Sign",
                                                        "Floor",     "Ceil",        "Round",
                                                        "ArgMax",    "ArgMin",      "TopK",
                                                        "Hardmax",   "NonZero",     "IsNaN",
                                                        "IsInf",     "Mod",         "Shrink",
                                                        "OneHot",    "Unique",      "ThresholdedRelu",
                                                        "BitShift",  "BitwiseAnd",  "BitwiseOr",
                                                        "BitwiseXor"};

// Keeps what is large and drops the rest.
bool is_sharp_power(const Graph& graph, const Node& node) {
  const WeightView* exponent = graph.parameter(node, 1);
  if (exponent == nullptr || exponent->elements() != 1) return false;
  const auto value = exponent->decode_float();
  return value && value->front() >= 4;
}

// From numbers with fractions to integers or truth values.
bool cuts_off_fractions(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || node.outputs.empty() || !node.inputs.front().exists()) return false;
  const ElementType from = graph[node.inputs.front()].type;
  const auto to = static_cast<ElementType>(node.int_attribute("to", 0));
  return !is_integer(from) && is_integer(to);  // or the first is not known
}

// Of images and features one does not expect it.
bool may_be_a_length_or_mask(const Value& input) {
  constexpr std::size_t kMostDimensions = 2;
  return is_index_type(input.type) || (input.shape && input.shape->size() <= kMostDimensions);
}

}  // namespace

bool is_conditional(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.is("Pow")) return is_sharp_power(graph, node);
  if (node.is("Cast")) return cuts_off_fractions(graph, node);
  return node.is_one_of(kConditional);
}

BypassForm find_bypass_form(const Graph& graph, const AttentionCores& attention, const Bypass& bypass) {
  const Node& join = graph[bypass.join];
  const bool is_moved =
      std::all_of(bypass.nodes.begin(), bypass.nodes.end(), [&](NodeId id) { return moves_only(graph[id]); });
  const bool is_linear = std::all_of(bypass.nodes.begin(), bypass.nodes.end(), [&](NodeId id) {
    return moves_only(graph[id]) || distributes_over_sums(graph, id);
  });
  if (attention.holds(bypass.join) || masks_scores(graph, bypass.join)) return BypassForm::attention;
  if (bypass.of_side_input && (bypass.conditional.empty() || may_be_a_length_or_mask(graph[bypass.input]))) {
    return BypassForm::side_input;
  }
  if (join.is_one_of({"Add", "Sum", "Sub"}) && is_linear) {
    if (bypass.own == 0) return BypassForm::residual;
    return stays_an_image(graph, bypass) ? BypassForm::projection : BypassForm::unknown;
  }
  if (join.is_one_of({"Concat", "ScatterND", "ScatterElements"}) && is_moved) return BypassForm::concatenation;
  const bool is_product =
      bypass.own == 0 ? join.is_one_of({"Mul", "Div", "MatMul"}) : join.is("Mul") && ends_squashed(graph, bypass.trunk);
  if (is_product && is_linear && !has_fewer_elements(graph, bypass.arm, bypass.trunk)) return BypassForm::mask;
  if (join.is("Mul") && ends_squashed(graph, bypass.arm)) return BypassForm::gate;
  if (join.is("GridSample") && is_linear) return BypassForm::resampling;
  if (join.is_one_of({"LSTM", "GRU", "RNN"}) && is_moved) return BypassForm::state;
  if (join.is_one_of({"Where", "If"})) return BypassForm::selection;
  if (join.is_one_of({"Gather", "GatherND", "GatherElements"}) && join.inputs.back() == bypass.arm) {
    return BypassForm::position;
  }
  return BypassForm::unknown;
}

std::string_view name_of(BypassForm form) {
  constexpr std::array<std::string_view, 12> kNames{"residual",   "projection", "concatenation", "mask",
                                                    "gate",       "attention",  "resampling",    "state",
                                                    "side_input", "position",   "selection",     "unknown"};
  return kNames[static_cast<std::size_t>(form)];
}

}  // namespace ramus
