// A weight as it lies in the model: dims, element type, and borrowed bytes that are decoded only when asked for.
//
//   dense    packed elements, little-endian, row-major (raw_data, external data, float_data)
//   varint   one base-128 varint per element (int32_data, int64_data, uint64_data), row-major
//   fill     one element stands for all (ConstantOfShape)
//   sparse   `bytes` holds the values that are not zero, `positions` their row-major places
//   derived  `derived` says how the numbers come from a stored tensor (integers with scales)
//   absent   the model names the weight but its bytes are not there (stripped, or external data left out)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/element_type.hpp"
#include "graph/float_view.hpp"
#include "graph/limits.hpp"
#include "graph/result.hpp"

namespace ramus {

using Dims = std::vector<std::int64_t>;

enum class WeightStorage : std::uint8_t { dense, varint, fill, sparse, derived, absent };

struct DerivedWeight;  // derived_weight.hpp

struct WeightView {
  std::string name;  // of the tensor, for errors and annotations; may be empty
  ElementType type = ElementType::undefined;
  WeightStorage storage = WeightStorage::absent;
  Dims dims;                                     // empty for a scalar
  std::span<const std::byte> bytes;              // borrowed: lives as long as the model it was read from, or `owned`
  std::span<const std::int64_t> positions;       // sparse only; strictly increasing, below elements()
  std::shared_ptr<const DerivedWeight> derived;  // derived only; `bytes` are those of the stored tensor
  std::shared_ptr<const void> owned;  // keeps bytes alive that stand in no file (repacked or folded constants)

  // Product of dims; 1 for a scalar. The reader has checked that it neither overflows nor exceeds Limits.
  std::int64_t elements() const;

  // All elements, row-major. Errors: absent bytes, a type without real values, a fill or sparse tensor beyond
  // limits.filled_elements, a payload that ends early, a position outside the dims.
  Result<std::vector<float>> decode_float(const Limits& limits = {}) const;
  Result<std::vector<double>> decode_double(const Limits& limits = {}) const;
  // The same as decode_float, without a copy where the bytes are floats already.
  Result<FloatView> floats(const Limits& limits = {}) const;
  // For shapes and axes: integer types and boolean only, at most `most` elements. Exact; uint64 beyond the range of
  // int64 gives the largest int64.
  Result<std::vector<std::int64_t>> decode_int64(std::int64_t most = 4096) const;
};

// Product of dims, or an error when one is negative or the product exceeds `most`.
Result<std::int64_t> checked_elements(std::span<const std::int64_t> dims, std::int64_t most);

// A weight that owns its bytes, for constants that no file holds.
WeightView make_weight(std::string name, Dims dims, std::vector<float> values);
WeightView make_weight(std::string name, Dims dims, std::vector<std::int64_t> values);

}  // namespace ramus
