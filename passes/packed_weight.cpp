#include "passes/packed_weight.hpp"

#include "graph/derived_weight.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kMostFilledScales = 1 << 12;  // without bytes behind them

struct Packing {
  std::int64_t rows, columns, block, bits;
  std::int64_t blocks() const { return columns / block; }
};

// One zero point for each block: packed like the weights, each row from a byte of its own, or plain numbers.
std::optional<std::vector<double>> read_zeros(const WeightView* given, const Packing& packing) {
  const auto count = static_cast<std::size_t>(packing.rows * packing.blocks());
  if (given == nullptr) return std::vector<double>(count, packing.bits == 4 ? 8 : 128);
  auto stored = read_scales(given);
  if (!stored) return std::nullopt;
  if (stored->size() == count && (packing.bits == 8 || !is_integer(given->type))) return stored;
  const std::int64_t bytes = (packing.blocks() + 1) / 2;
  const bool is_packed = packing.bits == 4 && given->type == ElementType::uint8 &&
                         static_cast<std::int64_t>(stored->size()) == packing.rows * bytes;
  if (!is_packed) return std::nullopt;
  std::vector<double> zeros;
  for (std::int64_t r = 0; r < packing.rows; ++r) {
    for (std::int64_t b = 0; b < packing.blocks(); ++b) {
      const auto byte = static_cast<unsigned>((*stored)[static_cast<std::size_t>(r * bytes + b / 2)]);
      zeros.push_back(b % 2 == 0 ? byte & 0xF : byte >> 4);
    }
  }
  return zeros;
}

std::optional<Packing> find_packing(const Node& node, const WeightView* packed) {
  const Packing packing{node.int_attribute("N", 0), node.int_attribute("K", 0), node.int_attribute("block_size", 0),
                        node.int_attribute("bits", 4)};
  if (packed == nullptr || bits_of(packed->type) != 8) return std::nullopt;
  const std::int64_t bytes = packed->elements();
  const auto within = [](std::int64_t value, std::int64_t most) { return value > 0 && value <= most; };
  const bool fits = within(packing.rows, bytes) && within(packing.columns, 2 * bytes) && packing.block > 0 &&
                    packing.columns % packing.block == 0 && (packing.bits == 4 || packing.bits == 8) &&
                    bytes % packing.rows == 0 && bytes / packing.rows == packing.columns * packing.bits / 8;
  return fits ? std::optional(packing) : std::nullopt;
}

}  // namespace

std::optional<std::vector<double>> read_scales(const WeightView* weight) {
  if (weight == nullptr) return std::nullopt;
  const bool has_bytes = weight->storage == WeightStorage::dense || weight->storage == WeightStorage::varint;
  if (!has_bytes && weight->elements() > kMostFilledScales) return std::nullopt;
  auto decoded = weight->decode_double();
  return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
}

std::optional<WeightView> read_packed_weight(const Node& node, const WeightView* packed, const WeightView* scales,
                                             const WeightView* zeros) {
  const auto packing = find_packing(node, packed);
  if (!packing) return std::nullopt;
  if (packed->storage == WeightStorage::absent) {
    WeightView absent;
    absent.name = packed->name;
    absent.type = ElementType::float32;
    absent.dims = {packing->columns, packing->rows};
    return absent;
  }
  if (packed->storage != WeightStorage::dense) return std::nullopt;
  auto read = read_scales(scales), zero_points = read_zeros(zeros, *packing);
  if (!read || !zero_points) return std::nullopt;
  DerivedWeight derived{*packed, std::move(*read), std::move(*zero_points)};
  derived.stored.type = packing->bits == 4 ? ElementType::uint4 : ElementType::uint8;
  derived.stored.dims = {packing->rows, packing->columns};
  derived.axis = 1;
  derived.block = packing->block;
  derived.transposed = true;
  auto view = make_derived(std::move(derived));
  return view ? std::optional(std::move(*view)) : std::nullopt;
}

}  // namespace ramus
