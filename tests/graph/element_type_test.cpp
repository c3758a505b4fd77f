#include "graph/element_type.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace ramus::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

// A small float read digit by digit, the way the formats' tables are written: sign, then 1.mmm or 0.mmm, then 2^e.
double by_digits(unsigned bits, int exponent_bits, int mantissa_bits, int bias) {
  const int width = 1 + exponent_bits + mantissa_bits;
  const auto digit = [&](int from_left) { return (bits >> (width - 1 - from_left)) & 1u; };
  int exponent = 0;
  for (int i = 1; i <= exponent_bits; ++i) exponent = 2 * exponent + static_cast<int>(digit(i));
  double significand = exponent == 0 ? 0.0 : 1.0;
  double place = 0.5;
  for (int i = exponent_bits + 1; i < width; ++i, place /= 2) significand += digit(i) * place;
  const double value = significand * std::pow(2.0, std::max(exponent, 1) - bias);
  return digit(0) != 0 ? -value : value;
}

}  // namespace

TEST_CASE("all 65,536 patterns of float16") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    double expected = by_digits(bits, 5, 10, 15);
    if ((bits & 0x7C00) == 0x7C00)
      expected = (bits & 0x3FF) != 0 ? kNan : (bits & 0x8000) != 0 ? -kInfinity : kInfinity;
    REQUIRE(same(decode_element(ElementType::float16, bits), expected));
  }
  CHECK(decode_element(ElementType::float16, 0x3555) == 0.333251953125);  // numpy.uint16(0x3555).view('f2')
  CHECK(decode_element(ElementType::float16, 0x0001) == 0x1p-24);
  CHECK(decode_element(ElementType::float16, 0x7BFF) == 65504);
}

#if defined(__FLT16_MANT_DIG__) && !defined(__clang__)
TEST_CASE("all patterns of float16 as the compiler converts them") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    __extension__ _Float16 half;
    std::memcpy(&half, &pattern, sizeof half);
    REQUIRE(same(decode_element(ElementType::float16, bits), static_cast<double>(half)));
  }
}
#endif

TEST_CASE("bfloat16 is the upper half of float32") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    double expected = by_digits(bits, 8, 7, 127);
    if ((bits & 0x7F80) == 0x7F80) expected = (bits & 0x7F) != 0 ? kNan : (bits & 0x8000) != 0 ? -kInfinity : kInfinity;
    REQUIRE(same(decode_element(ElementType::bfloat16, bits), expected));
  }
  CHECK(decode_element(ElementType::bfloat16, 0x3F80) == 1);
  CHECK(decode_element(ElementType::bfloat16, 0x4049) == 3.140625);
}

TEST_CASE("all 256 patterns of the four 8-bit floats") {
  for (unsigned bits = 0; bits < 256; ++bits) {
    CHECK(
        same(decode_element(ElementType::float8e4m3fn, bits), (bits & 0x7F) == 0x7F ? kNan : by_digits(bits, 4, 3, 7)));
    CHECK(same(decode_element(ElementType::float8e4m3fnuz, bits), bits == 0x80 ? kNan : by_digits(bits, 4, 3, 8)));
    CHECK(same(decode_element(ElementType::float8e5m2fnuz, bits), bits == 0x80 ? kNan : by_digits(bits, 5, 2, 16)));
    double e5m2 = by_digits(bits, 5, 2, 15);
    if ((bits & 0x7C) == 0x7C) e5m2 = (bits & 3) != 0 ? kNan : (bits & 0x80) != 0 ? -kInfinity : kInfinity;
    CHECK(same(decode_element(ElementType::float8e5m2, bits), e5m2));
  }
}

TEST_CASE("the largest and smallest 8-bit floats are those of the paper and of ONNX's float8 notes") {
  CHECK(decode_element(ElementType::float8e4m3fn, 0x7E) == 448);
  CHECK(decode_element(ElementType::float8e4m3fn, 0x01) == 0x1p-9);
  CHECK(decode_element(ElementType::float8e4m3fnuz, 0x7F) == 240);
  CHECK(decode_element(ElementType::float8e4m3fnuz, 0x01) == 0x1p-10);
  CHECK(decode_element(ElementType::float8e5m2, 0x7B) == 57344);
  CHECK(decode_element(ElementType::float8e5m2, 0x01) == 0x1p-16);
  CHECK(decode_element(ElementType::float8e5m2fnuz, 0x7F) == 57344);
  CHECK(decode_element(ElementType::float8e5m2fnuz, 0x01) == 0x1p-17);
}

TEST_CASE("all 16 patterns of the 4-bit types") {
  const std::vector<double> e2m1{0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6};
  for (unsigned bits = 0; bits < 16; ++bits) {
    const int int4 = bits < 8 ? static_cast<int>(bits) : static_cast<int>(bits) - 16;
    CHECK(same(decode_element(ElementType::float4e2m1, bits), e2m1[bits]));
    CHECK(decode_element(ElementType::uint4, bits) == bits);
    CHECK(decode_element(ElementType::int4, bits) == int4);
    CHECK(decode_integer(ElementType::int4, bits) == int4);
  }
}

TEST_CASE("bits above an element's width do not matter") {
  for (int type = 1; type <= kLastElementType; ++type) {
    const auto element = static_cast<ElementType>(type);
    const int bits = bits_of(element);
    if (!is_numeric(element) || bits == 64) continue;
    const std::uint64_t above = ~0ull << bits;
    for (const std::uint64_t pattern : {0ull, 1ull, 5ull}) {
      CHECK(same(decode_element(element, pattern), decode_element(element, pattern | above)));
    }
  }
}

TEST_CASE("integers are exact, and those beyond int64 give its largest value") {
  CHECK(decode_integer(ElementType::uint64, ~0ull) == std::numeric_limits<std::int64_t>::max());
  CHECK(decode_integer(ElementType::int64, ~0ull) == -1);
  CHECK(decode_integer(ElementType::int64, (1ull << 53) + 1) == (1LL << 53) + 1);
  CHECK(decode_integer(ElementType::int32, 0xFFFFFFFF) == -1);
  CHECK(decode_integer(ElementType::uint32, 0xFFFFFFFF) == 4294967295);
  CHECK(decode_integer(ElementType::float32, 0x3F800000) == 0);
}

TEST_CASE("every type has a name, and a number that stands for none is undefined") {
  for (int type = 1; type <= kLastElementType; ++type) CHECK(name_of(static_cast<ElementType>(type)) != "undefined");
  CHECK(name_of(ElementType::float8e5m2fnuz) == "float8e5m2fnuz");
  CHECK(name_of(ElementType::float4e2m1) == "float4e2m1");
  CHECK(bits_of(ElementType::complex128) == 128);
  for (const int beyond : {kLastElementType + 1, 255}) {
    CHECK(bits_of(static_cast<ElementType>(beyond)) == 0);
    CHECK(name_of(static_cast<ElementType>(beyond)) == "undefined");
    CHECK_FALSE(is_numeric(static_cast<ElementType>(beyond)));
    CHECK(std::isnan(decode_element(static_cast<ElementType>(beyond), 1)));
  }
}

TEST_CASE("shapes, indices, masks and texts are no features; quantised numbers are") {
  for (const ElementType type : {ElementType::int32, ElementType::int64, ElementType::uint32, ElementType::uint64,
                                 ElementType::boolean, ElementType::string}) {
    CHECK(is_index_type(type));
  }
  for (const ElementType type : {ElementType::float32, ElementType::int8, ElementType::uint8, ElementType::uint16,
                                 ElementType::uint4, ElementType::undefined}) {
    CHECK_FALSE(is_index_type(type));
  }
}

}  // namespace ramus::testing
