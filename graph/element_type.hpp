// Element types of tensors: every one of TensorProto.DataType up to IR version 11.
#pragma once

#include <cstdint>
#include <string_view>

namespace ramus {

// Values are those of onnx.TensorProto.DataType (onnx.proto3, IR version 11), so that a reader can cast.
enum class ElementType : std::uint8_t {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
  float8e4m3fn = 17,
  float8e4m3fnuz = 18,
  float8e5m2 = 19,
  float8e5m2fnuz = 20,
  uint4 = 21,
  int4 = 22,
  float4e2m1 = 23,
};

inline constexpr int kLastElementType = 23;

// Bits of one element in raw_data; 0 for undefined, string, and a number that stands for no type (as does name_of).
int bits_of(ElementType type);
std::string_view name_of(ElementType type);
// Whether elements decode to one real number each: all but undefined, string and the complex types.
bool is_numeric(ElementType type);

// One element from its bit pattern (the low bits_of(type) bits of `bits`).
// Rounding: exact, but for int64 and uint64 beyond 2^53.
// Source: IEEE 754 binary16; bfloat16; "FP8 Formats for Deep Learning" (Micikevicius et al. 2022) and ONNX's float8 notes.
double decode_element(ElementType type, std::uint64_t bits);
// Exact for every integer type and boolean; uint64 beyond the range of int64 gives its largest value. 0 for other types.
std::int64_t decode_integer(ElementType type, std::uint64_t bits);
bool is_integer(ElementType type);  // boolean is one
// Whether values of the type hold shapes, indices, truth values or texts, and no features: the types of 32 and more bits
// among the integers, for quantised features have fewer.
bool is_index_type(ElementType type);

}  // namespace ramus
