// Which operator a formula is: compared, sample by sample, with the definitions of the operators.
//
//     x * clip(x + 3, 0, 6) / 6        HardSwish
//     0.5 x (1 + erf(x / sqrt 2))      Gelu
//     (x - mean) / sqrt(var + eps) g   LayerNormalization, with g as its scale
//
// Definitions: ONNX operator specification, opset 24. RMS norm: Zhang, Sennrich, "Root mean square layer normalization",
// 2019.
#pragma once

#include "passes/formula.hpp"

namespace ramus {

struct KnownOperator {
  std::string_view op;
  std::vector<ValueId> constants;  // its inputs after x
  std::vector<Attribute> attributes;
};

std::optional<KnownOperator> recognise(const Graph& graph, const Formula& formula);

}  // namespace ramus
