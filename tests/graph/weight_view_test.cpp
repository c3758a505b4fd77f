#include "graph/weight_view.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace ramus::testing {
namespace {

// A view of bytes that the test keeps.
struct Bytes {
  std::vector<std::byte> bytes;
  std::vector<std::int64_t> positions;

  WeightView view(ElementType type, Dims dims, WeightStorage storage = WeightStorage::dense) const {
    WeightView weight;
    weight.name = "W";
    weight.type = type;
    weight.storage = storage;
    weight.dims = std::move(dims);
    weight.bytes = bytes;
    weight.positions = positions;
    return weight;
  }
};

template <class T>
Bytes of(std::initializer_list<T> values) {
  Bytes result;
  for (const T value : values) {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    result.bytes.insert(result.bytes.end(), from, from + sizeof(T));
  }
  return result;
}

Bytes raw(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.bytes.push_back(static_cast<std::byte>(value));
  return result;
}

void append_varint(Bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.bytes.push_back(static_cast<std::byte>((value & 0x7F) | 0x80));
  to.bytes.push_back(static_cast<std::byte>(value));
}

Bytes varints(std::initializer_list<std::int64_t> values) {
  Bytes result;
  for (const std::int64_t value : values) append_varint(result, static_cast<std::uint64_t>(value));
  return result;
}

using Doubles = std::vector<double>;
using Integers = std::vector<std::int64_t>;
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "none" : result.error().message;
}

}  // namespace

TEST_CASE("dense elements of every width") {
  CHECK(of<float>({1.5f, -2}).view(ElementType::float32, {2}).decode_double().value() == Doubles{1.5, -2});
  CHECK(of<float>({1.5f, -2}).view(ElementType::float32, {2}).decode_float().value() == std::vector<float>{1.5f, -2});
  CHECK(of<double>({0.1}).view(ElementType::float64, {1}).decode_double().value() == Doubles{0.1});
  CHECK(of<std::int8_t>({-128, 127}).view(ElementType::int8, {2}).decode_double().value() == Doubles{-128, 127});
  CHECK(of<std::uint8_t>({0, 255}).view(ElementType::uint8, {2}).decode_double().value() == Doubles{0, 255});
  CHECK(of<std::int16_t>({-32768}).view(ElementType::int16, {1}).decode_double().value() == Doubles{-32768});
  CHECK(of<std::uint16_t>({65535}).view(ElementType::uint16, {1}).decode_double().value() == Doubles{65535});
  CHECK(of<std::int32_t>({-5}).view(ElementType::int32, {1}).decode_double().value() == Doubles{-5});
  CHECK(of<std::uint32_t>({4294967295u}).view(ElementType::uint32, {1}).decode_double().value() == Doubles{4294967295});
  CHECK(of<std::int64_t>({-7}).view(ElementType::int64, {1}).decode_double().value() == Doubles{-7});
  CHECK(of<std::uint64_t>({1ull << 63}).view(ElementType::uint64, {1}).decode_double().value() == Doubles{0x1p63});
  CHECK(raw({0, 1, 2}).view(ElementType::boolean, {3}).decode_double().value() == Doubles{0, 1, 1});
}

TEST_CASE("4-bit elements stand low nibble first, and an odd number of them leaves half a byte") {
  CHECK(raw({0x21, 0xF8}).view(ElementType::uint4, {4}).decode_double().value() == Doubles{1, 2, 8, 15});
  CHECK(raw({0x21, 0xF8}).view(ElementType::int4, {4}).decode_double().value() == Doubles{1, 2, -8, -1});
  CHECK(raw({0x21, 0xF8}).view(ElementType::int4, {3}).decode_int64().value() == Integers{1, 2, -8});
  CHECK(raw({0x1F, 0x02}).view(ElementType::float4e2m1, {3}).decode_double().value() == Doubles{-6, 0.5, 1});
}

TEST_CASE("varints hold one element each, negative ones in ten bytes") {
  CHECK(varints({1, -1, 300}).view(ElementType::int32, {3}, WeightStorage::varint).decode_double().value() ==
        Doubles{1, -1, 300});
  CHECK(varints({kLowest, kHighest}).view(ElementType::int64, {2}, WeightStorage::varint).decode_int64().value() ==
        Integers{kLowest, kHighest});
  CHECK(varints({0x3C00, 0xC000}).view(ElementType::float16, {2}, WeightStorage::varint).decode_double().value() ==
        Doubles{1, -2});
  CHECK(varints({-3}).view(ElementType::int8, {1}, WeightStorage::varint).decode_double().value() == Doubles{-3});
}

TEST_CASE("varints hold two 4-bit elements each") {
  CHECK(varints({0x21, 0x0F}).view(ElementType::int4, {3}, WeightStorage::varint).decode_double().value() ==
        Doubles{1, 2, -1});
}

TEST_CASE("one element fills a constant") {
  CHECK(of<float>({2.5f}).view(ElementType::float32, {2, 2}, WeightStorage::fill).decode_double().value() ==
        Doubles{2.5, 2.5, 2.5, 2.5});
  CHECK(raw({}).view(ElementType::float32, {0, 3}, WeightStorage::fill).decode_double().value().empty());
}

TEST_CASE("a sparse tensor is zero where it has no position") {
  Bytes sparse = of<float>({1, 2});
  sparse.positions = {1, 4};
  CHECK(sparse.view(ElementType::float32, {2, 3}, WeightStorage::sparse).decode_double().value() ==
        Doubles{0, 1, 0, 0, 2, 0});
  sparse.positions = {1, 6};
  CHECK(error_of(sparse.view(ElementType::float32, {2, 3}, WeightStorage::sparse).decode_double()) ==
        "weight 'W': one of its positions lies outside its dims");
  sparse.positions = {-1};
  CHECK_FALSE(sparse.view(ElementType::float32, {2, 3}, WeightStorage::sparse).decode_double());
  sparse.positions = {0, 1, 2};
  CHECK_FALSE(sparse.view(ElementType::float32, {2, 3}, WeightStorage::sparse).decode_double());
}

TEST_CASE("weights whose bytes are not there, or are no numbers, say so") {
  CHECK(error_of(raw({}).view(ElementType::float32, {3}, WeightStorage::absent).decode_float()) ==
        "weight 'W': its bytes are not in the model");
  CHECK(error_of(raw({0}).view(ElementType::string, {1}).decode_float()) ==
        "weight 'W': elements of type string are not numbers");
  for (const auto type : {ElementType::undefined, ElementType::complex64, ElementType::complex128}) {
    CHECK_FALSE(raw({0}).view(type, {1}).decode_double());
  }
  CHECK_FALSE(raw({0}).view(static_cast<ElementType>(200), {1}).decode_double());
}

TEST_CASE("a payload that is too short is an error, before any memory is taken for it") {
  const std::string message = "weight 'W': its payload ends before its last element";
  CHECK(error_of(of<float>({1}).view(ElementType::float32, {2}).decode_float()) == message);
  CHECK(error_of(raw({1}).view(ElementType::int4, {3}).decode_float()) == message);
  CHECK(error_of(raw({}).view(ElementType::float32, {3}, WeightStorage::fill).decode_float()) == message);
  CHECK(error_of(varints({1}).view(ElementType::int64, {1LL << 33}, WeightStorage::varint).decode_double()) == message);
  CHECK(error_of(raw({0x80}).view(ElementType::int64, {1}, WeightStorage::varint).decode_double()) == message);
  CHECK(error_of(raw({255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
                     .view(ElementType::int64, {1}, WeightStorage::varint)
                     .decode_double()) == message);
}

TEST_CASE("limits: elements without bytes behind them, and dims beyond all measure") {
  Limits limits;
  limits.filled_elements = 3;
  CHECK(of<float>({1}).view(ElementType::float32, {3}, WeightStorage::fill).decode_float(limits));
  CHECK(error_of(of<float>({1}).view(ElementType::float32, {4}, WeightStorage::fill).decode_float(limits)) ==
        "weight 'W': 4 elements without bytes behind them exceed the limit of 3");
  CHECK_FALSE(of<float>({1}).view(ElementType::float32, {kHighest, kHighest}).decode_float());
  CHECK_FALSE(of<float>({1}).view(ElementType::float32, {-1}).decode_float());
}

TEST_CASE("the number of elements: one for a scalar, none beside a zero") {
  CHECK(raw({}).view(ElementType::float32, {}).elements() == 1);
  CHECK(raw({}).view(ElementType::float32, {2, 3}).elements() == 6);
  CHECK(raw({}).view(ElementType::float32, {kHighest, kHighest, 0}).elements() == 0);
  CHECK(checked_elements(Dims{kHighest, kHighest, 0}, 10).value() == 0);
  CHECK(checked_elements(Dims{2, 5}, 10).value() == 10);
  CHECK_FALSE(checked_elements(Dims{2, 6}, 11));
  CHECK_FALSE(checked_elements(Dims{0, -1}, 11));
  CHECK_FALSE(checked_elements(Dims{}, 0));
}

TEST_CASE("shapes and axes are exact over the whole range of int64") {
  const std::int64_t odd = (1LL << 53) + 1;  // the first integer that a double does not hold
  CHECK(of<std::int64_t>({kHighest, kLowest, odd, -odd}).view(ElementType::int64, {4}).decode_int64().value() ==
        Integers{kHighest, kLowest, odd, -odd});
  CHECK(of<std::uint64_t>({~0ull, 5}).view(ElementType::uint64, {2}).decode_int64().value() == Integers{kHighest, 5});
  CHECK(of<std::int32_t>({-1, 2}).view(ElementType::int32, {2}).decode_int64().value() == Integers{-1, 2});
  CHECK(raw({1, 0}).view(ElementType::boolean, {2}).decode_int64().value() == Integers{1, 0});
}

TEST_CASE("what is no integer, or too many of them, is no shape") {
  for (const auto type : {ElementType::float32, ElementType::float16, ElementType::bfloat16, ElementType::float64,
                          ElementType::float8e4m3fn, ElementType::float4e2m1, ElementType::string}) {
    CHECK_FALSE(raw({0, 0, 0, 0, 0, 0, 0, 0}).view(type, {1}).decode_int64());
  }
  CHECK_FALSE(raw({0, 0, 0}).view(ElementType::int8, {3}).decode_int64(2));
  CHECK(raw({0, 0, 0}).view(ElementType::int8, {3}).decode_int64(3));
}

TEST_CASE("floats are read where they lie, at any address, and decoded where they are none") {
  const Bytes stored = of<float>({0, 1.5f, -2});
  std::vector<std::byte> file(1);  // so that the numbers stand at an odd address
  file.insert(file.end(), stored.bytes.begin(), stored.bytes.end());
  WeightView weight = stored.view(ElementType::float32, {3});
  weight.bytes = std::span<const std::byte>(file).subspan(1);
  const FloatView floats = weight.floats().value();
  REQUIRE(floats.size() == 3);
  CHECK(floats[2] == -2);
  CHECK(floats.data()[1] == 1.5f);
  file[4] = std::byte{0xC0};  // of the file still: the first number is -2 now
  file[3] = std::byte{0};
  CHECK(floats[0] == -2);
  const FloatView decoded = of<double>({0.5}).view(ElementType::float64, {1}).floats().value();
  CHECK(decoded[0] == 0.5f);
  const FloatView owned = make_weight("W", {2}, std::vector<float>{1, 2}).floats().value();
  CHECK(owned[1] == 2);
  CHECK(error_of(of<float>({1}).view(ElementType::float32, {2}).floats()) ==
        "weight 'W': its payload ends before its last element");
  CHECK_FALSE(raw({}).view(ElementType::float32, {3}, WeightStorage::absent).floats());
}

TEST_CASE("a weight that owns its bytes outlives what it was made from") {
  WeightView copy;
  {
    const WeightView made = make_weight("W", {2}, std::vector<float>{1, 2});
    copy = made;
  }
  CHECK(copy.decode_float().value() == std::vector<float>{1, 2});
  CHECK(make_weight("s", {}, std::vector<std::int64_t>{kHighest}).decode_int64().value() == Integers{kHighest});
  CHECK_FALSE(make_weight("W", {3}, std::vector<float>{1, 2}).decode_float());
}

}  // namespace ramus::testing
