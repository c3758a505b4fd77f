#include "graph/weight_view.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "graph/derived_weight.hpp"

namespace ramus {
namespace {

// Whether the bytes that `count` elements need are there.
bool holds(const WeightView& weight, std::int64_t count) {
  const auto places =
      static_cast<std::uint64_t>(weight.storage == WeightStorage::fill     ? std::min<std::int64_t>(count, 1)
                                 : weight.storage == WeightStorage::sparse ? weight.positions.size()
                                                                           : count);
  const auto bits = static_cast<std::uint64_t>(bits_of(weight.type));
  // A varint takes at least one byte, and two 4-bit elements share one.
  if (weight.storage == WeightStorage::varint)
    return weight.bytes.size() >= (bits == 4 ? places / 2 + places % 2 : places);
  return weight.bytes.size() >= places / 8 * bits + (places % 8 * bits + 7) / 8;
}

// The low `bits` bits at element `i` of a packed little-endian array; 4-bit elements stand low nibble first.
std::uint64_t packed_bits(std::span<const std::byte> bytes, int bits, std::size_t i) {
  if (bits == 4) return (static_cast<std::uint64_t>(bytes[i / 2]) >> (i % 2 == 0 ? 0 : 4)) & 0xF;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + i * static_cast<std::size_t>(bits / 8), static_cast<std::size_t>(bits / 8));
  return word;
}

std::optional<std::uint64_t> next_varint(std::span<const std::byte>& rest) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<std::uint64_t>(rest.front());
    rest = rest.subspan(1);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

// One element as T: integers to int64 without a detour through double.
template <class T>
T element_as(ElementType type, std::uint64_t bits) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return decode_integer(type, bits);
  } else {
    return static_cast<T>(decode_element(type, bits));
  }
}

template <class T>
void decode_dense(const WeightView& weight, std::span<T> out) {
  if constexpr (std::is_same_v<T, float>) {
    if (weight.type == ElementType::float32) {
      if (!out.empty()) std::memcpy(out.data(), weight.bytes.data(), out.size_bytes());
      return;
    }
  }
  const int bits = bits_of(weight.type);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = element_as<T>(weight.type, packed_bits(weight.bytes, bits, i));
  }
}

// int32_data holds 4-bit types two to an entry (low nibble first), every other type one to an entry.
template <class T>
bool decode_varint(const WeightView& weight, std::span<T> out) {
  std::span<const std::byte> rest = weight.bytes;
  const bool paired = bits_of(weight.type) == 4;
  std::uint64_t entry = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!paired || i % 2 == 0) {
      const auto value = next_varint(rest);
      if (!value) return false;
      entry = *value;
    } else {
      entry >>= 4;
    }
    out[i] = element_as<T>(weight.type, entry);
  }
  return true;
}

template <class T>
bool decode_sparse(const WeightView& weight, std::span<T> out) {
  const int bits = bits_of(weight.type);
  for (std::size_t i = 0; i < weight.positions.size(); ++i) {
    const std::int64_t place = weight.positions[i];
    if (place < 0 || static_cast<std::uint64_t>(place) >= out.size()) return false;
    out[static_cast<std::size_t>(place)] = element_as<T>(weight.type, packed_bits(weight.bytes, bits, i));
  }
  return true;
}

template <class T>
Result<std::vector<T>> decode(const WeightView& weight, const Limits& limits);

template <class T>
Result<std::vector<T>> decode_derived(const WeightView& weight, const Limits& limits) {
  const DerivedWeight& derived = *weight.derived;
  auto out = decode<T>(derived.stored, limits);
  if (!out) return out;
  for (std::size_t i = 0; i < out->size(); ++i) {
    (*out)[i] = static_cast<T>(derived.value(static_cast<double>((*out)[i]), static_cast<std::int64_t>(i)));
  }
  if (!derived.transposed) return out;
  const auto rows = static_cast<std::size_t>(weight.dims[0]), columns = static_cast<std::size_t>(weight.dims[1]);
  std::vector<T> turned(out->size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) turned[r * columns + c] = (*out)[c * rows + r];
  }
  return turned;
}

auto fail(const WeightView& weight, const std::string& what) {
  return invalid_input("weight '" + weight.name + "': " + what);
}

constexpr const char* kTooShort = "its payload ends before its last element";

// How many elements a weight has that is stored as it is; asked before memory is taken for what the dims promise.
Result<std::int64_t> stored_elements(const WeightView& weight, const Limits& limits) {
  if (!is_numeric(weight.type)) {
    return fail(weight, "elements of type " + std::string(name_of(weight.type)) + " are not numbers");
  }
  if (weight.storage == WeightStorage::absent) return fail(weight, "its bytes are not in the model");
  const auto count = checked_elements(weight.dims, limits.tensor_elements);
  if (!count) return fail(weight, count.error().message);
  const bool backed = weight.storage == WeightStorage::dense || weight.storage == WeightStorage::varint;
  if (!backed && *count > limits.filled_elements) {
    return fail(weight, std::to_string(*count) + " elements without bytes behind them exceed the limit of " +
                            std::to_string(limits.filled_elements));
  }
  if (!holds(weight, *count)) return fail(weight, kTooShort);
  return *count;
}

template <class T>
Result<std::vector<T>> decode(const WeightView& weight, const Limits& limits) {
  if (weight.storage == WeightStorage::derived && is_numeric(weight.type)) return decode_derived<T>(weight, limits);
  auto count = stored_elements(weight, limits);
  if (!count) return propagate(std::move(count.error()));
  std::vector<T> out(static_cast<std::size_t>(*count));
  switch (weight.storage) {
    case WeightStorage::dense:
      decode_dense<T>(weight, out);
      break;
    case WeightStorage::varint:
      if (!decode_varint<T>(weight, out)) return fail(weight, kTooShort);
      break;
    case WeightStorage::fill:
      if (out.empty()) break;
      std::fill(out.begin(), out.end(), element_as<T>(weight.type, packed_bits(weight.bytes, bits_of(weight.type), 0)));
      break;
    case WeightStorage::sparse:
      if (!decode_sparse<T>(weight, out)) return fail(weight, "one of its positions lies outside its dims");
      break;
    case WeightStorage::derived:
    case WeightStorage::absent:
      break;
  }
  return out;
}

template <class T>
WeightView own(std::string name, ElementType type, Dims dims, std::vector<T> values) {
  auto kept = std::make_shared<const std::vector<T>>(std::move(values));
  WeightView weight;
  weight.name = std::move(name);
  weight.type = type;
  weight.storage = WeightStorage::dense;
  weight.dims = std::move(dims);
  weight.bytes = std::as_bytes(std::span<const T>(*kept));
  weight.owned = std::move(kept);
  return weight;
}

}  // namespace

std::int64_t WeightView::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim == 0) return 0;  // the dims beside a zero may be of any size
  }
  for (const std::int64_t dim : dims) count *= dim;
  return count;
}

Result<std::vector<float>> WeightView::decode_float(const Limits& limits) const { return decode<float>(*this, limits); }

Result<FloatView> WeightView::floats(const Limits& limits) const {
  if (storage == WeightStorage::dense && type == ElementType::float32) {
    auto count = stored_elements(*this, limits);
    if (!count) return propagate(std::move(count.error()));
    return FloatView(bytes.first(static_cast<std::size_t>(*count) * sizeof(float)), owned);
  }
  auto decoded = decode_float(limits);
  if (!decoded) return propagate(std::move(decoded.error()));
  return FloatView(std::move(*decoded));
}

Result<std::vector<double>> WeightView::decode_double(const Limits& limits) const {
  return decode<double>(*this, limits);
}

Result<std::vector<std::int64_t>> WeightView::decode_int64(std::int64_t most) const {
  if (!is_integer(type)) {
    return invalid_input("weight '" + name + "': integers were expected, not " + std::string(name_of(type)));
  }
  if (auto count = checked_elements(dims, most); !count) {
    return invalid_input("weight '" + name + "': " + count.error().message);
  }
  return decode<std::int64_t>(*this, Limits{});
}

Result<std::int64_t> checked_elements(std::span<const std::int64_t> dims, std::int64_t most) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : dims) {
    if (dim < 0) return invalid_input("dimension " + std::to_string(dim) + " is negative");
    empty = empty || dim == 0;
  }
  if (empty) return 0;
  for (const std::int64_t dim : dims) {
    if (dim > most / count) return invalid_input("its dims ask for more than " + std::to_string(most) + " elements");
    count *= dim;
  }
  if (count > most) return invalid_input("its one element is more than " + std::to_string(most));
  return count;
}

WeightView make_weight(std::string name, Dims dims, std::vector<float> values) {
  return own(std::move(name), ElementType::float32, std::move(dims), std::move(values));
}
WeightView make_weight(std::string name, Dims dims, std::vector<std::int64_t> values) {
  return own(std::move(name), ElementType::int64, std::move(dims), std::move(values));
}

}  // namespace ramus
