#include "graph/element_type.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace ramus {
namespace {

struct TypeRow {
  std::string_view name;
  int bits;
};

constexpr std::array<TypeRow, kLastElementType + 1> kTypes{{
    {"undefined", 0},      {"float32", 32},  {"uint8", 8},        {"int8", 8},           {"uint16", 16},
    {"int16", 16},         {"int32", 32},    {"int64", 64},       {"string", 0},         {"bool", 8},
    {"float16", 16},       {"float64", 64},  {"uint32", 32},      {"uint64", 64},        {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16}, {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},     {"int4", 4},         {"float4e2m1", 4},
}};

const TypeRow& row_of(ElementType type) {
  const auto place = static_cast<std::size_t>(type);
  return kTypes[place < kTypes.size() ? place : 0];
}

// What the largest exponent of a small float means.
enum class Specials { ieee, nan_only_at_all_ones, nan_at_negative_zero, none };

double decode_small_float(std::uint32_t bits, int exponent_bits, int mantissa_bits, int bias, Specials specials) {
  const std::uint32_t mantissa_mask = (1u << mantissa_bits) - 1;
  const std::uint32_t exponent_mask = (1u << exponent_bits) - 1;
  const std::uint32_t mantissa = bits & mantissa_mask;
  const std::uint32_t exponent = (bits >> mantissa_bits) & exponent_mask;
  const bool negative = ((bits >> (mantissa_bits + exponent_bits)) & 1u) != 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (specials == Specials::ieee && exponent == exponent_mask) {
    const double infinity = std::numeric_limits<double>::infinity();
    return mantissa != 0 ? nan : (negative ? -infinity : infinity);
  }
  if (specials == Specials::nan_only_at_all_ones && exponent == exponent_mask && mantissa == mantissa_mask) return nan;
  if (specials == Specials::nan_at_negative_zero && negative && exponent == 0 && mantissa == 0) return nan;
  const double magnitude = exponent == 0 ? std::ldexp(static_cast<double>(mantissa), 1 - bias - mantissa_bits)
                                         : std::ldexp(static_cast<double>(mantissa | (1u << mantissa_bits)),
                                                      static_cast<int>(exponent) - bias - mantissa_bits);
  return negative ? -magnitude : magnitude;
}

}  // namespace

int bits_of(ElementType type) { return row_of(type).bits; }
std::string_view name_of(ElementType type) { return row_of(type).name; }

bool is_numeric(ElementType type) {
  if (bits_of(type) == 0) return false;
  switch (type) {
    case ElementType::undefined:
    case ElementType::string:
    case ElementType::complex64:
    case ElementType::complex128:
      return false;
    default:
      return true;
  }
}

double decode_element(ElementType type, std::uint64_t bits) {
  const auto word = static_cast<std::uint32_t>(bits);
  switch (type) {
    case ElementType::float32:
      return std::bit_cast<float>(word);
    case ElementType::float64:
      return std::bit_cast<double>(bits);
    case ElementType::float16:
      return decode_small_float(word, 5, 10, 15, Specials::ieee);
    case ElementType::bfloat16:
      return std::bit_cast<float>(word << 16);
    case ElementType::float8e4m3fn:
      return decode_small_float(word, 4, 3, 7, Specials::nan_only_at_all_ones);
    case ElementType::float8e4m3fnuz:
      return decode_small_float(word, 4, 3, 8, Specials::nan_at_negative_zero);
    case ElementType::float8e5m2:
      return decode_small_float(word, 5, 2, 15, Specials::ieee);
    case ElementType::float8e5m2fnuz:
      return decode_small_float(word, 5, 2, 16, Specials::nan_at_negative_zero);
    case ElementType::float4e2m1:
      return decode_small_float(word, 2, 1, 1, Specials::none);
    case ElementType::uint64:
      return static_cast<double>(bits);
    default:
      return is_integer(type) ? static_cast<double>(decode_integer(type, bits))
                              : std::numeric_limits<double>::quiet_NaN();
  }
}

bool is_integer(ElementType type) {
  switch (type) {
    case ElementType::int4:
    case ElementType::int8:
    case ElementType::int16:
    case ElementType::int32:
    case ElementType::int64:
    case ElementType::uint4:
    case ElementType::uint8:
    case ElementType::uint16:
    case ElementType::uint32:
    case ElementType::uint64:
    case ElementType::boolean:
      return true;
    default:
      return false;
  }
}

bool is_index_type(ElementType type) {
  return type == ElementType::boolean || type == ElementType::string || (is_integer(type) && bits_of(type) >= 32);
}

std::int64_t decode_integer(ElementType type, std::uint64_t bits) {
  switch (type) {
    case ElementType::int4:
      return static_cast<std::int64_t>(bits & 0x7) - static_cast<std::int64_t>(bits & 0x8);
    case ElementType::int8:
      return static_cast<std::int8_t>(bits);
    case ElementType::int16:
      return static_cast<std::int16_t>(bits);
    case ElementType::int32:
      return static_cast<std::int32_t>(bits);
    case ElementType::int64:
      return static_cast<std::int64_t>(bits);
    case ElementType::uint4:
      return static_cast<std::int64_t>(bits & 0xF);
    case ElementType::uint8:
      return static_cast<std::uint8_t>(bits);
    case ElementType::uint16:
      return static_cast<std::uint16_t>(bits);
    case ElementType::uint32:
      return static_cast<std::uint32_t>(bits);
    case ElementType::uint64:
      return static_cast<std::int64_t>(std::min(bits, std::uint64_t{std::numeric_limits<std::int64_t>::max()}));
    case ElementType::boolean:
      return (bits & 0xFF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace ramus
