#include "passes/operator_forms.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace ramus {
namespace {

constexpr std::string_view kMicrosoft = "com.microsoft", kBlocked = "com.microsoft.nchwc";

enum class Layout { unary, binary, convolution, integer, scaled_product, dynamic_product, plain, plain_sum };

struct Row {
  std::string_view domain, op, plain;
  Layout layout;
};

constexpr std::array kRows{
    Row{"", "QLinearConv", "Conv", Layout::convolution},
    Row{"", "QLinearMatMul", "MatMul", Layout::binary},
    Row{"", "ConvInteger", "Conv", Layout::integer},
    Row{"", "MatMulInteger", "MatMul", Layout::integer},
    Row{kMicrosoft, "QLinearConv", "Conv", Layout::convolution},
    Row{kMicrosoft, "QGemm", "Gemm", Layout::convolution},
    Row{kMicrosoft, "QLinearAdd", "Add", Layout::binary},
    Row{kMicrosoft, "QLinearMul", "Mul", Layout::binary},
    Row{kMicrosoft, "QLinearSigmoid", "Sigmoid", Layout::unary},
    Row{kMicrosoft, "QLinearLeakyRelu", "LeakyRelu", Layout::unary},
    Row{kMicrosoft, "QLinearSoftmax", "Softmax", Layout::unary},
    Row{kMicrosoft, "QLinearAveragePool", "AveragePool", Layout::unary},
    Row{kMicrosoft, "QLinearGlobalAveragePool", "GlobalAveragePool", Layout::unary},
    Row{kMicrosoft, "MatMulIntegerToFloat", "MatMul", Layout::scaled_product},
    Row{kMicrosoft, "DynamicQuantizeMatMul", "MatMul", Layout::dynamic_product},
    Row{kMicrosoft, "FusedConv", "Conv", Layout::plain_sum},
    Row{kMicrosoft, "FusedGemm", "Gemm", Layout::plain},
    Row{kMicrosoft, "Gelu", "Gelu", Layout::plain},
    Row{kMicrosoft, "QuickGelu", "Gelu", Layout::plain},
    Row{kBlocked, "Conv", "Conv", Layout::plain_sum},
    Row{kBlocked, "MaxPool", "MaxPool", Layout::plain},
    Row{kBlocked, "GlobalMaxPool", "GlobalMaxPool", Layout::plain},
    Row{kBlocked, "AveragePool", "AveragePool", Layout::plain},
    Row{kBlocked, "GlobalAveragePool", "GlobalAveragePool", Layout::plain},
    Row{kBlocked, "Upsample", "Upsample", Layout::plain},
    Row{kBlocked, "ReorderInput", "Identity", Layout::plain},
    Row{kBlocked, "ReorderOutput", "Identity", Layout::plain},
};

std::vector<QuantisedOperand> operands_of(Layout layout) {
  switch (layout) {
    case Layout::unary:
      return {{0, 1, 2}};
    case Layout::binary:
      return {{0, 1, 2}, {3, 4, 5}};
    case Layout::convolution:
      return {{0, 1, 2}, {3, 4, 5}, {8, kNone, kNone}};
    case Layout::integer:
      return {{0, kNone, 2}, {1, kNone, 3}};
    case Layout::scaled_product:
      return {{0, 2, 4}, {1, 3, 5}};
    case Layout::dynamic_product:
      return {{0, kNone, kNone}, {1, 2, 3}};
    case Layout::plain:
    case Layout::plain_sum:
      return {{0, kNone, kNone}, {1, kNone, kNone}, {2, kNone, kNone}};
  }
  return {};
}

// com.microsoft.QLinearConcat: scale and zero point of the output, then three inputs for each part.
OperatorForm concatenation(const Node& node) {
  OperatorForm form{"Concat", {}, kNone, false};
  for (int i = 2; i + 2 < static_cast<int>(node.inputs.size()); i += 3) form.operands.push_back({i, i + 1, i + 2});
  return form;
}

}  // namespace

std::optional<OperatorForm> find_operator_form(const Node& node) {
  const std::string_view domain = node.domain == "ai.onnx" ? std::string_view() : std::string_view(node.domain);
  if (domain == kMicrosoft && node.op == "QLinearConcat") return concatenation(node);
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& known) { return known.op == node.op && known.domain == domain; });
  if (row == kRows.end()) return std::nullopt;
  OperatorForm form{row->plain, operands_of(row->layout), kNone, domain == kBlocked && row->plain == "Conv"};
  if (row->layout == Layout::plain_sum) form.sum = 3;
  if (node.op == "QGemm") form.operands[2].value = 6;  // its bias stands before the output's scale
  return form;
}

std::string_view plain_activation(std::string_view activation) {
  constexpr std::array<std::string_view, 6> kKnown{"Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid"};
  const auto found = std::find(kKnown.begin(), kKnown.end(), activation);
  return found == kKnown.end() ? std::string_view() : *found;
}

}  // namespace ramus
