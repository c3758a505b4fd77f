// Every payload form and element type against values written by hand.
#include "plugin/onnx/tensor_reader.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/plugin/onnx/message.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

struct Read {
  Message message;  // the weight borrows from it
  ExternalData external{std::nullopt};
  Limits limits;
  std::vector<Note> notes;
  Result<WeightView> weight = invalid_input("");

  explicit Read(const Message& bytes, bool sparse = false, std::int64_t ir_version = 11) : message(bytes) {
    const wire::TensorContext context{external, limits, ir_version, false, notes};
    weight = sparse ? wire::read_sparse_tensor(message.span(), context) : wire::read_tensor(message.span(), context);
  }
};

using Doubles = std::vector<double>;

Doubles values_of(const Message& message) {
  const Read read(message);
  REQUIRE_MESSAGE(read.weight.has_value(), read.weight.error().message);
  auto values = read.weight->decode_double();
  REQUIRE_MESSAGE(values.has_value(), values.error().message);
  return *values;
}

std::string error_of(const Message& message, std::int64_t ir_version = 11) {
  const Read read(message, false, ir_version);
  REQUIRE_FALSE(read.weight.has_value());
  return read.weight.error().message;
}

std::string raw(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out += static_cast<char>(byte);
  return out;
}

}  // namespace

TEST_CASE("float_data is borrowed when packed and joined when not") {
  const Message packed = tensor_message("W", ElementType::float32, {3}).floats(wire::tensor::float_data, {1, -2, 0.5});
  CHECK(values_of(packed) == Doubles{1, -2, 0.5});
  const Read borrowed(packed);
  CHECK(borrowed.weight->owned == nullptr);

  Message loose = tensor_message("W", ElementType::float32, {3});
  loose.fixed32(wire::tensor::float_data, 1).floats(wire::tensor::float_data, {-2}).fixed32(4, 0.5);
  CHECK(values_of(loose) == Doubles{1, -2, 0.5});
  CHECK(Read(loose).weight->owned != nullptr);
}

TEST_CASE("double_data, int64_data and uint64_data") {
  CHECK(values_of(tensor_message("W", ElementType::float64, {2})
                      .fixed64(wire::tensor::double_data, 1e300)
                      .fixed64(wire::tensor::double_data, -1)) == Doubles{1e300, -1});
  CHECK(values_of(tensor_message("W", ElementType::int64, {3}).packed(wire::tensor::int64_data, {-1, 0, 1 << 20})) ==
        Doubles{-1, 0, 1 << 20});
  CHECK(values_of(tensor_message("W", ElementType::int64, {3}).integers(wire::tensor::int64_data, {-1, 0, 300})) ==
        Doubles{-1, 0, 300});
  CHECK(values_of(tensor_message("W", ElementType::uint64, {1}).packed(wire::tensor::uint64_data, {-1})) ==
        Doubles{18446744073709551615.0});
  CHECK(values_of(tensor_message("W", ElementType::uint32, {2}).packed(wire::tensor::uint64_data, {0xFFFFFFFF, 7})) ==
        Doubles{4294967295.0, 7});
}

TEST_CASE("int32_data holds every narrow type") {
  const auto read = [](ElementType type, std::initializer_list<std::int64_t> entries) {
    return values_of(tensor_message("W", type, {static_cast<std::int64_t>(entries.size())})
                         .packed(wire::tensor::int32_data, entries));
  };
  CHECK(read(ElementType::int32, {-5, 2147483647}) == Doubles{-5, 2147483647});
  CHECK(read(ElementType::int8, {-128, 127}) == Doubles{-128, 127});
  CHECK(read(ElementType::uint8, {255}) == Doubles{255});
  CHECK(read(ElementType::int16, {-32768}) == Doubles{-32768});
  CHECK(read(ElementType::uint16, {65535}) == Doubles{65535});
  CHECK(read(ElementType::boolean, {0, 1}) == Doubles{0, 1});
  CHECK(read(ElementType::float16, {0x3C00, 0xC000, 0x7BFF, 0x0001}) == Doubles{1, -2, 65504, std::ldexp(1.0, -24)});
  CHECK(read(ElementType::bfloat16, {0x3F80, 0xC000}) == Doubles{1, -2});
  CHECK(read(ElementType::float8e4m3fn, {0x38, 0x7E, 0xB8}) == Doubles{1, 448, -1});
  CHECK(read(ElementType::float8e4m3fnuz, {0x40, 0x7F}) == Doubles{1, 240});
  CHECK(read(ElementType::float8e5m2, {0x3C, 0x7B}) == Doubles{1, 57344});
  CHECK(read(ElementType::float8e5m2fnuz, {0x40, 0x7F}) == Doubles{1, 57344});
}

TEST_CASE("4-bit types stand two to an entry and two to a byte, the low half first") {
  CHECK(values_of(tensor_message("W", ElementType::int4, {3}).packed(wire::tensor::int32_data, {0x8F, 0x07})) ==
        Doubles{-1, -8, 7});
  CHECK(values_of(tensor_message("W", ElementType::uint4, {3}).bytes(wire::tensor::raw_data, raw({0x8F, 0x07}))) ==
        Doubles{15, 8, 7});
  CHECK(values_of(tensor_message("W", ElementType::float4e2m1, {4}).bytes(wire::tensor::raw_data, raw({0x72, 0x9F}))) ==
        Doubles{1, 6, -6, -0.5});
  CHECK(error_of(tensor_message("W", ElementType::int4, {3}).bytes(wire::tensor::raw_data, raw({1}))) ==
        "weight 'W': its raw_data has 1 bytes, but the dims and type need 2");
}

TEST_CASE("raw_data of every numeric type is borrowed") {
  for (int type = 1; type <= kLastElementType; ++type) {
    const auto element = static_cast<ElementType>(type);
    if (!is_numeric(element)) continue;
    CAPTURE(name_of(element));
    const std::string bytes(static_cast<std::size_t>(2 * bits_of(element) / 8), '\0');
    const Read read(tensor_message("W", element, {2}).bytes(wire::tensor::raw_data, bytes));
    REQUIRE(read.weight.has_value());
    CHECK(read.weight->storage == WeightStorage::dense);
    CHECK(read.weight->owned == nullptr);
    CHECK(*read.weight->decode_double() == Doubles{0, 0});
  }
}

TEST_CASE("a scalar has no dims, and a dim may be 0") {
  CHECK(values_of(tensor_message("W", ElementType::float32, {}).floats(wire::tensor::float_data, {7})) == Doubles{7});
  CHECK(values_of(tensor_message("W", ElementType::float32, {0, 4})).empty());
  CHECK(values_of(tensor_message("W", ElementType::int64, {0}).bytes(wire::tensor::raw_data, "")).empty());
}

TEST_CASE("strings and complex numbers are kept without an error") {
  const Read strings(tensor_message("S", ElementType::string, {2})
                         .bytes(wire::tensor::string_data, "a")
                         .bytes(wire::tensor::string_data, "b"));
  REQUIRE(strings.weight.has_value());
  CHECK(strings.weight->storage == WeightStorage::absent);
  const Read complex(tensor_message("C", ElementType::complex64, {1}).floats(wire::tensor::float_data, {1, 2}));
  REQUIRE(complex.weight.has_value());
  CHECK(complex.weight->bytes.size() == 8);
  CHECK_FALSE(complex.weight->decode_double().has_value());
}

TEST_CASE("a weight without bytes is absent, and a note says so") {
  const Read read(tensor_message("W", ElementType::float32, {2, 3}));
  REQUIRE(read.weight.has_value());
  CHECK(read.weight->storage == WeightStorage::absent);
  REQUIRE(read.notes.size() == 1);
  CHECK(read.notes[0].where == "W");
  CHECK(read.notes[0].code == "weight-absent");
}

TEST_CASE("what a tensor says of itself must agree") {
  const auto floats = [](std::initializer_list<std::int64_t> dims) {
    return tensor_message("W", ElementType::float32, dims).floats(wire::tensor::float_data, {1, 2, 3});
  };
  CHECK(error_of(floats({4})) == "weight 'W': its float_data has 12 bytes, but the dims and type need 16");
  CHECK(error_of(floats({2})) == "weight 'W': its float_data has 12 bytes, but the dims and type need 8");
  CHECK(error_of(floats({0})) == "weight 'W': its float_data has 12 bytes, but the dims and type need 0");
  CHECK(error_of(floats({-3})) == "weight 'W': dimension -3 is negative");
  CHECK(error_of(floats({3}).packed(wire::tensor::int32_data, {1})).find("two payloads") != std::string::npos);
  CHECK(error_of(tensor_message("W", ElementType::int64, {1}).floats(wire::tensor::float_data, {1}))
            .find("belongs into int64_data or raw_data") != std::string::npos);
  CHECK(error_of(tensor_message("W", ElementType::int64, {2}).packed(wire::tensor::int64_data, {1, 2, 3})) ==
        "weight 'W': its int64_data has 3 entries, but the dims and type need 2");
  const std::int64_t large = std::int64_t{1} << 32;
  CHECK(error_of(floats({large, large})).find("ask for more than") != std::string::npos);
  CHECK(error_of(floats({std::numeric_limits<std::int64_t>::min()})).find("negative") != std::string::npos);
}

TEST_CASE("a type from the future is a note in a file from the future, and an error in any other") {
  const Message tensor = tensor_message("W", static_cast<ElementType>(99), {1}).bytes(wire::tensor::raw_data, "1234");
  CHECK(error_of(tensor) == "weight 'W': element type 99 does not exist");
  CHECK(error_of(tensor_message("W", ElementType::undefined, {1})) == "weight 'W': has no element type");
  const Read read(tensor, false, 12);
  REQUIRE(read.weight.has_value());
  CHECK(read.weight->storage == WeightStorage::absent);
  CHECK(read.notes.at(0).code == "element-type");
}

TEST_CASE("a sparse tensor has linear or one-per-axis indices") {
  const auto sparse = [](const Message& indices) {
    return Message()
        .message(wire::sparse_tensor::values,
                 tensor_message("S", ElementType::float16, {2}).packed(wire::tensor::int32_data, {0x3C00, 0xC000}))
        .message(wire::sparse_tensor::indices, indices)
        .packed(wire::sparse_tensor::dims, {2, 3});
  };
  const auto indices = [](std::initializer_list<std::int64_t> dims, std::initializer_list<std::int64_t> values) {
    return tensor_message("i", ElementType::int64, dims).packed(wire::tensor::int64_data, values);
  };
  const auto values = [&](const Message& message) {
    const Read read(sparse(message), true);
    REQUIRE_MESSAGE(read.weight.has_value(), read.weight.error().message);
    CHECK(read.weight->name == "S");
    CHECK(read.weight->storage == WeightStorage::sparse);
    return *read.weight->decode_double();
  };
  CHECK(values(indices({2}, {1, 5})) == Doubles{0, 1, 0, 0, 0, -2});
  CHECK(values(indices({2, 2}, {0, 1, 1, 2})) == Doubles{0, 1, 0, 0, 0, -2});

  const auto error = [&](const Message& message) {
    const Read read(sparse(message), true);
    REQUIRE_FALSE(read.weight.has_value());
    return read.weight.error().message;
  };
  CHECK(error(indices({2}, {5, 1})) ==
        "sparse weight 'S': its indices are not in strictly increasing order at number 1");
  CHECK(error(indices({2}, {1, 1})).find("strictly increasing") != std::string::npos);
  CHECK(error(indices({2}, {1, 6})) == "sparse weight 'S': its index number 1 lies outside the dims");
  CHECK(error(indices({2, 2}, {0, 1, 0, 3})).find("outside the dims") != std::string::npos);
  CHECK(error(indices({2}, {-1, 6})).find("outside the dims") != std::string::npos);
  CHECK(error(indices({3}, {0, 1, 2})).find("must be int64 of shape [2] or [2, 2]") != std::string::npos);
}

TEST_CASE("names may contain any byte, and an error stays one line") {
  const std::string error = error_of(tensor_message("a\nb", ElementType::float32, {-1}));
  CHECK(error == "weight 'a\\x0ab': dimension -1 is negative");
}
