#include "passes/constant_weights.hpp"

#include <algorithm>

#include "graph/derived_weight.hpp"
#include "passes/packed_weight.hpp"

namespace ramus {
namespace {

using Inputs = std::span<const WeightView* const>;

// In whole bytes, so that rows may be cut and joined.
bool is_plain(const WeightView* weight) {
  return weight != nullptr && weight->storage == WeightStorage::dense && bits_of(weight->type) >= 8 &&
         static_cast<std::int64_t>(weight->bytes.size()) == weight->elements() * (bits_of(weight->type) / 8);
}

std::optional<std::vector<std::int64_t>> integers_of(const Node& node, Inputs inputs, std::size_t place,
                                                     std::string_view attribute) {
  if (place < node.inputs.size() && node.inputs[place].exists()) {
    auto decoded = inputs[place] == nullptr ? invalid_input("") : inputs[place]->decode_int64(8);
    return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
  }
  const auto list = node.ints_attribute(attribute);
  return std::vector<std::int64_t>(list.begin(), list.end());
}

std::optional<WeightView> slice(const Node& node, Inputs inputs) {
  WeightView part = *inputs[0];
  const auto starts = integers_of(node, inputs, 1, "starts"), ends = integers_of(node, inputs, 2, "ends");
  const auto axes = integers_of(node, inputs, 3, "axes"), steps = integers_of(node, inputs, 4, "steps");
  if (!starts || !ends || !axes || !steps || starts->size() != 1 || ends->size() != 1) return std::nullopt;
  if (part.dims.empty() || part.elements() == 0 || (!axes->empty() && axes->front() != 0) ||
      (!steps->empty() && steps->front() != 1)) {
    return std::nullopt;
  }
  const std::int64_t rows = part.dims[0];
  const auto place = [&](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + rows : given, 0, rows);
  };
  const std::int64_t begin = place(starts->front()), end = place(ends->front());
  if (begin >= end) return std::nullopt;
  const std::size_t row = part.bytes.size() / static_cast<std::size_t>(rows);
  part.bytes = part.bytes.subspan(static_cast<std::size_t>(begin) * row, static_cast<std::size_t>(end - begin) * row);
  part.dims[0] = end - begin;
  return part;
}

std::optional<WeightView> concat(const Node& node, Inputs inputs, std::int64_t most) {
  if (node.int_attribute("axis", 1) != 0) return std::nullopt;
  WeightView joined = *inputs[0];
  if (joined.dims.empty()) return std::nullopt;
  auto bytes = std::make_shared<std::vector<std::byte>>();
  joined.dims[0] = 0;
  for (const WeightView* part : inputs) {
    if (!is_plain(part) || part->type != joined.type || part->dims.size() != joined.dims.size()) return std::nullopt;
    if (!std::equal(part->dims.begin() + 1, part->dims.end(), joined.dims.begin() + 1)) return std::nullopt;
    most -= part->elements();
    if (most < 0) return std::nullopt;
    joined.dims[0] += part->dims[0];
    bytes->insert(bytes->end(), part->bytes.begin(), part->bytes.end());
  }
  joined.bytes = *bytes;
  joined.owned = std::move(bytes);
  return joined;
}

std::optional<WeightView> unsqueeze(const Node& node, Inputs inputs) {
  const auto axes = integers_of(node, inputs, 1, "axes");
  WeightView view = *inputs[0];
  if (!axes || axes->size() != 1) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(view.dims.size()) + 1;
  const std::int64_t axis = axes->front() < 0 ? axes->front() + rank : axes->front();
  if (axis < 0 || axis >= rank) return std::nullopt;
  view.dims.insert(view.dims.begin() + axis, 1);
  return view;
}

}  // namespace

std::optional<WeightView> rearranged_weight(const Node& node, std::span<const WeightView* const> inputs,
                                            std::int64_t most) {
  if (inputs.empty() || !is_plain(inputs[0])) return std::nullopt;
  if (node.is("Slice")) return slice(node, inputs);
  if (node.is("Concat")) return concat(node, inputs, most);
  return node.is("Unsqueeze") ? unsqueeze(node, inputs) : std::nullopt;
}

std::optional<WeightView> transposed_weight(const Node& node, const WeightView& weight) {
  const auto perm = node.ints_attribute("perm");
  const bool turns = perm.empty() || (perm.size() == 2 && perm[0] == 1 && perm[1] == 0);
  if (weight.dims.size() != 2 || !turns) return std::nullopt;
  DerivedWeight turned = weight.derived ? *weight.derived : DerivedWeight{weight, {1}, {}};
  turned.transposed = !turned.transposed;
  auto view = make_derived(std::move(turned));
  return view ? std::optional(std::move(*view)) : std::nullopt;
}

std::optional<WeightView> product_of_constants(const WeightView& a, const WeightView& b) {
  constexpr std::int64_t kMostElements = 1 << 16;
  if (a.elements() != 1) return b.elements() == 1 ? product_of_constants(b, a) : std::nullopt;
  if (b.elements() > kMostElements || b.dims.size() < a.dims.size()) return std::nullopt;
  const auto factor = read_scales(&a);
  auto values = read_scales(&b);
  if (!factor || !values || factor->size() != 1) return std::nullopt;
  std::vector<float> product;
  for (const double value : *values) product.push_back(static_cast<float>(factor->front() * value));
  return make_weight(b.name, b.dims, std::move(product));
}

}  // namespace ramus
