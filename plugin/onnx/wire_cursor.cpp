#include "plugin/onnx/wire_cursor.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <protozero/buffer_string.hpp>
#include <protozero/exception.hpp>
#include <protozero/varint.hpp>

#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

std::uint64_t take_varint(const std::byte*& at, const std::byte* end, std::uint32_t field) {
  auto position = reinterpret_cast<const char*>(at);
  try {
    const std::uint64_t value = protozero::decode_varint(&position, reinterpret_cast<const char*>(end));
    at = reinterpret_cast<const std::byte*>(position);
    return value;
  } catch (const protozero::end_of_buffer_exception&) {
    throw WireFault{WireFault::Kind::ends_early, at, field};
  } catch (const protozero::exception&) {
    throw WireFault{WireFault::Kind::bad_number, at, field};
  }
}

}  // namespace

std::string describe(const WireFault& fault, Bytes file) {
  const std::string place = "byte " + std::to_string(fault.at - file.data());
  const std::string field = fault.field == 0 ? "" : "field " + std::to_string(fault.field) + " at ";
  switch (fault.kind) {
    case WireFault::Kind::ends_early:
      if (fault.is_in_model && fault.field == model::graph)
        return "ends inside its graph at " + place + " (truncated?)";
      if (fault.is_in_model) return "ends inside " + field + place + " (truncated?)";
      return field + place + " ends early (damaged?)";
    case WireFault::Kind::bad_number:
      return field + place + " holds a number that is no number (damaged?)";
    case WireFault::Kind::bad_tag:
      return place + " does not begin a field (damaged?)";
  }
  return place;
}

std::int64_t Field::integer() const {
  const std::byte* at = value.data();
  return static_cast<std::int64_t>(take_varint(at, value.data() + value.size(), number));
}

float Field::float32() const {
  float result = 0;
  std::memcpy(&result, value.data(), sizeof result);
  return result;
}

bool Cursor::next(Field& field) {
  if (at_ == end_) return false;
  const std::byte* const begin = at_;
  const std::uint64_t tag = take_varint(at_, end_, 0);
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.type = static_cast<WireType>(tag & 7);
  field.length_width = 0;
  if (tag > std::numeric_limits<std::uint32_t>::max() || field.number == 0) {
    throw WireFault{WireFault::Kind::bad_tag, begin, 0};
  }
  const std::byte* value = at_;
  const auto left = [&] { return static_cast<std::uint64_t>(end_ - at_); };
  std::uint64_t size = 0;
  switch (field.type) {
    case WireType::varint:
      take_varint(at_, end_, field.number);
      break;
    case WireType::fixed32:
      size = 4;
      break;
    case WireType::fixed64:
      size = 8;
      break;
    case WireType::length_delimited:
      size = take_varint(at_, end_, field.number);
      field.length_width = static_cast<std::size_t>(at_ - value);
      value = at_;
      break;
    default:
      throw WireFault{WireFault::Kind::bad_tag, begin, 0};
  }
  if (size > left()) throw WireFault{WireFault::Kind::ends_early, begin, field.number};
  at_ += size;
  field.value = Bytes(value, static_cast<std::size_t>(at_ - value));
  field.whole = Bytes(begin, static_cast<std::size_t>(at_ - begin));
  return true;
}

std::string_view find_text(Bytes message, std::uint32_t number) {
  std::string_view text;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(number)) text = field.text();
  }
  return text;
}

bool append_integers(const Field& field, std::size_t most, std::vector<std::int64_t>& out) {
  if (field.type == WireType::varint) {
    if (out.size() == most) return false;
    out.push_back(field.integer());
    return true;
  }
  if (field.type != WireType::length_delimited) return true;
  const std::byte* at = field.value.data();
  const std::byte* const end = at + field.value.size();
  while (at != end) {
    if (out.size() == most) return false;
    out.push_back(static_cast<std::int64_t>(take_varint(at, end, field.number)));
  }
  return true;
}

std::size_t count_varints(Bytes packed) {
  return static_cast<std::size_t>(std::count_if(
      packed.begin(), packed.end(), [](std::byte byte) { return (byte & std::byte{0x80}) == std::byte{0}; }));
}

std::size_t varint_width(std::uint64_t value) { return static_cast<std::size_t>(protozero::length_of_varint(value)); }

void append_varint(std::string& out, std::uint64_t value, std::size_t width) {
  const std::size_t minimal = varint_width(value);
  protozero::add_varint_to_buffer(&out, value);
  if (width <= minimal) return;
  out.back() = static_cast<char>(out.back() | '\x80');
  out.append(width - minimal - 1, '\x80');
  out.push_back('\0');
}

void append_bytes_field(std::string& out, std::uint32_t number, std::string_view value) {
  append_varint(out, (std::uint64_t{number} << 3) | 2);
  append_varint(out, value.size());
  out += value;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 300;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text.size() > kLongest ? out + "..." : out;
}

std::string in_quotes(std::string_view name) {
  std::string out = "'";
  return out.append(printable(name)).append("'");
}

}  // namespace ramus::onnx_wire
