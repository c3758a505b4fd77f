#include "plugin/onnx/known_values.hpp"

#include <algorithm>
#include <array>

#include "plugin/onnx/attribute_reader.hpp"
#include "plugin/onnx/tensor_fields.hpp"
#include "plugin/onnx/value_types.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

constexpr std::size_t kMostNumbers = 64;       // an axis list or a shape; nothing longer decides a condition
constexpr std::size_t kLargestRead = 1 << 12;  // bytes of an attribute: it is read once for each call

// The output has the rank of the first input.
constexpr std::array<std::string_view, 44> kKeepsRank{"AveragePool",
                                                      "BatchNormalization",
                                                      "Cast",
                                                      "CastLike",
                                                      "Clip",
                                                      "Concat",
                                                      "Conv",
                                                      "ConvTranspose",
                                                      "CumSum",
                                                      "Dropout",
                                                      "Elu",
                                                      "Erf",
                                                      "Exp",
                                                      "Gelu",
                                                      "GlobalAveragePool",
                                                      "GlobalMaxPool",
                                                      "GroupNormalization",
                                                      "HardSigmoid",
                                                      "HardSwish",
                                                      "Identity",
                                                      "InstanceNormalization",
                                                      "LayerNormalization",
                                                      "LeakyRelu",
                                                      "Log",
                                                      "LogSoftmax",
                                                      "MaxPool",
                                                      "Mish",
                                                      "Neg",
                                                      "Not",
                                                      "PRelu",
                                                      "Pad",
                                                      "Reciprocal",
                                                      "Relu",
                                                      "Resize",
                                                      "Sigmoid",
                                                      "Slice",
                                                      "Softmax",
                                                      "Softplus",
                                                      "Split",
                                                      "Sqrt",
                                                      "Tanh",
                                                      "Tile",
                                                      "Transpose",
                                                      "Trilu"};

constexpr std::array<std::string_view, 11> kBroadcasts{"Add", "And", "Div", "Equal", "Max",  "Min",
                                                       "Mul", "Or",  "Pow", "Sub",   "Where"};

template <std::size_t N>
bool is_one_of(std::string_view op, const std::array<std::string_view, N>& ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

KnownValue scalar(std::int64_t number) { return {0, 1, std::vector{number}}; }

KnownValue vector(std::vector<std::int64_t> numbers) {
  KnownValue known{1, static_cast<std::int64_t>(numbers.size()), {}};
  if (numbers.size() <= kMostNumbers) known.numbers = std::move(numbers);
  return known;
}

KnownValue of_rank(std::optional<std::int64_t> rank) { return {rank, {}, {}}; }

KnownValue of_tensor(const WeightView& tensor) {
  KnownValue known = of_rank(static_cast<std::int64_t>(tensor.dims.size()));
  if (tensor.dims.size() > 1) return known;
  known.length = tensor.elements();
  if (auto numbers = tensor.decode_int64(kMostNumbers)) known.numbers = std::move(*numbers);
  return known;
}

}  // namespace

void KnownValues::add_graph(const WireGraph& graph) {
  for (const auto* list : {&graph.inputs, &graph.value_infos}) {
    for (const Bytes message : *list) {
      const auto value = read_value_info(message, model_.limits().rank);
      if (value && value->type.shape) {
        values_[value->name] = of_rank(static_cast<std::int64_t>(value->type.shape->size()));
      }
    }
  }
  for (const Bytes message : graph.initializers) {
    const auto fields = read_tensor_fields(message, model_.limits().rank);
    if (!fields) continue;
    KnownValue known = of_rank(static_cast<std::int64_t>(fields->dims.size()));
    const auto elements = checked_elements(fields->dims, kMostNumbers);
    if (elements && fields->dims.size() < 2 && !fields->is_external) {
      std::vector<Note> notes;
      const TensorContext context{model_.external_data(), model_.limits(), model_.info().ir_version, true, notes};
      if (const auto tensor = read_tensor(message, context)) known = of_tensor(*tensor);
    }
    values_[std::string(fields->name)] = std::move(known);
  }
}

void KnownValues::add_node(const InlinedNode& node) {
  if (node.outputs.empty() || !(node.domain.empty() || node.domain == "ai.onnx")) return;
  KnownValue known = result_of(node);
  if (!known.rank && !known.length && !known.numbers) return;
  const bool all_alike = node.op == "Split" || node.op == "MaxPool";
  for (std::size_t i = 0; i < (all_alike ? node.outputs.size() : 1); ++i) {
    if (!node.outputs[i].empty()) values_[node.outputs[i]] = known;
  }
}

std::optional<bool> KnownValues::truth(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || !found->second.numbers || found->second.numbers->size() != 1) return std::nullopt;
  return found->second.numbers->front() != 0;
}

KnownValue KnownValues::input(const InlinedNode& node, std::size_t place) const {
  if (place >= node.inputs.size()) return {};
  const auto found = values_.find(node.inputs[place]);
  return found == values_.end() ? KnownValue{} : found->second;
}

std::optional<Attribute> KnownValues::read(const InlinedAttribute& attribute) const {
  if (attribute.message.size() > kLargestRead) return std::nullopt;
  std::vector<Note> notes;
  const TensorContext context{model_.external_data(), model_.limits(), model_.info().ir_version, true, notes};
  auto read = read_attribute(attribute.message, context);
  return read ? std::optional(std::move(read->attribute)) : std::nullopt;
}

std::optional<Attribute> KnownValues::attribute(const InlinedNode& node, std::string_view name) const {
  for (const InlinedAttribute& candidate : node.attributes) {
    if (candidate.name == name) return read(candidate);
  }
  return std::nullopt;
}

std::optional<std::int64_t> KnownValues::integer(const InlinedNode& node, std::string_view name) const {
  const auto found = attribute(node, name);
  const auto* value = found ? std::get_if<std::int64_t>(&found->value) : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

KnownValue KnownValues::constant(const InlinedNode& node) const {
  if (node.attributes.size() != 1) return {};
  const auto value = read(node.attributes.front());
  if (!value) return {};
  if (const auto* tensor = std::get_if<WeightView>(&value->value)) return of_tensor(*tensor);
  if (const auto* number = std::get_if<std::int64_t>(&value->value)) return scalar(*number);
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value->value)) return vector(*numbers);
  return std::holds_alternative<float>(value->value) ? KnownValue{0, 1, {}} : KnownValue{};
}

std::optional<std::int64_t> KnownValues::largest_rank(const InlinedNode& node) const {
  std::optional<std::int64_t> largest = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const auto rank = input(node, i).rank;
    if (!rank) return std::nullopt;
    largest = std::max(*largest, *rank);
  }
  return largest;
}

// Its own axes only: start and end are left to those who need the extents.
KnownValue KnownValues::shape_of(const InlinedNode& node) const {
  const auto rank = input(node, 0).rank;
  KnownValue known = of_rank(1);
  if (!rank) return known;
  const auto place = [&](std::string_view name, std::int64_t otherwise) {
    const std::int64_t given = integer(node, name).value_or(otherwise);
    return std::clamp<std::int64_t>(given < 0 ? given + *rank : given, 0, *rank);
  };
  known.length = std::max<std::int64_t>(0, place("end", *rank) - place("start", 0));
  if (known.length == 0) known.numbers.emplace();
  return known;
}

KnownValue KnownValues::moved_axes(const InlinedNode& node, std::int64_t sign) const {
  const auto rank = input(node, 0).rank;
  std::optional<std::int64_t> count = input(node, 1).length;
  if (const auto axes = attribute(node, "axes")) {
    const auto* list = std::get_if<std::vector<std::int64_t>>(&axes->value);
    if (list != nullptr) count = static_cast<std::int64_t>(list->size());
  }
  KnownValue known;
  if (rank && count) known.rank = std::max<std::int64_t>(0, *rank + sign * *count);
  if (known.rank && *known.rank <= 1) known.numbers = input(node, 0).numbers;
  if (known.numbers) known.length = static_cast<std::int64_t>(known.numbers->size());
  return known;
}

KnownValue KnownValues::compared(const InlinedNode& node) const {
  const KnownValue a = input(node, 0), b = input(node, 1);
  if (!a.numbers || !b.numbers || a.numbers->size() != 1 || b.numbers->size() != 1) return of_rank(largest_rank(node));
  const std::int64_t left = a.numbers->front(), right = b.numbers->front();
  if (node.op == "Equal") return scalar(left == right);
  if (node.op == "Less") return scalar(left < right);
  if (node.op == "Greater") return scalar(left > right);
  if (node.op == "And") return scalar(left != 0 && right != 0);
  return scalar(left != 0 || right != 0);
}

KnownValue KnownValues::result_of(const InlinedNode& node) const {
  const std::string_view op = node.op;
  if (op == "Constant") return constant(node);
  if (op == "Shape") return shape_of(node);
  if (op == "Size") return input(node, 0).length ? scalar(*input(node, 0).length) : of_rank(0);
  if (op == "Equal" || op == "Less" || op == "Greater" || op == "And" || op == "Or") return compared(node);
  if (op == "Identity" || op == "Cast" || op == "CastLike") return input(node, 0);
  if (op == "Not") {
    const KnownValue known = input(node, 0);
    return known.numbers && known.numbers->size() == 1 ? scalar(known.numbers->front() == 0) : of_rank(known.rank);
  }
  if (op == "Reshape" || op == "ConstantOfShape") return of_rank(input(node, op == "Reshape" ? 1 : 0).length);
  if (op == "Expand") {
    const auto rank = input(node, 0).rank, length = input(node, 1).length;
    return rank && length ? of_rank(std::max(*rank, *length)) : KnownValue{};
  }
  if (op == "Unsqueeze") return moved_axes(node, 1);
  if (op == "Squeeze") return moved_axes(node, -1);
  if (op == "Gemm" || op == "Flatten") return of_rank(2);
  if (op.substr(0, 6) == "Reduce")
    return integer(node, "keepdims").value_or(1) != 0 ? of_rank(input(node, 0).rank) : KnownValue{};
  if (is_one_of(op, kKeepsRank)) return of_rank(input(node, 0).rank);
  if (is_one_of(op, kBroadcasts)) return of_rank(largest_rank(node));
  return {};
}

}  // namespace ramus::onnx_wire
