// Which plain operator a quantised or fused one stands for, and where its operands stand.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace ramus {

inline constexpr int kNone = -1;

// Places among the node's inputs.
struct QuantisedOperand {
  int value = kNone, scale = kNone, zero = kNone;
};

struct OperatorForm {
  std::string_view plain;                  // operator of ai.onnx
  std::vector<QuantisedOperand> operands;  // in its order
  int sum = kNone;                         // input that is added to the result
  bool weight_is_blocked = false;          // the weight is not laid out as in the plain operator
};

// nullopt: the node is plain already, or not known. Sources: ONNX 1.18 operators; ONNX Runtime 1.20 docs/ContribOperators.md.
std::optional<OperatorForm> find_operator_form(const Node& node);

// The plain operator of an `activation` attribute; empty for "" and what is not known.
std::string_view plain_activation(std::string_view activation);

}  // namespace ramus
