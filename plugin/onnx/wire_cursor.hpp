// Walks the fields of one protobuf message and remembers where each stood, so that it can be copied or replaced.
//
//   |tag|length| value ............ |          whole  = all of it
//             └─ delimited fields ─┘           value  = what stands after tag and length
//
// Built on protozero's varint decoder. protozero::pbf_reader itself keeps no positions and cuts lengths to 32 bits, and
// both matter here: a splice must know the width of every length, and a hostile length must not come out smaller.
#pragma once

#include <cstdint>
#include <protozero/types.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus::onnx_wire {

using WireType = protozero::pbf_wire_type;

// Thrown by Cursor, caught where a public function of this folder begins.
struct WireFault {
  enum class Kind { ends_early, bad_number, bad_tag };
  Kind kind;
  const std::byte* at;
  std::uint32_t field;       // 0 when the tag itself cannot be read
  bool is_in_model = false;  // a field of ModelProto itself
};
// "ends inside its graph at byte 120 (truncated?)", "field 5 at byte 120 ends early (damaged?)"
std::string describe(const WireFault& fault, Bytes file);

struct Field {
  std::uint32_t number = 0;
  WireType type = WireType::unknown;
  Bytes whole, value;
  std::size_t length_width = 0;  // bytes of the length; 0 where there is none

  bool is_bytes(std::uint32_t wanted) const { return number == wanted && type == WireType::length_delimited; }
  bool is_varint(std::uint32_t wanted) const { return number == wanted && type == WireType::varint; }
  bool is_fixed32(std::uint32_t wanted) const { return number == wanted && type == WireType::fixed32; }
  std::string_view text() const { return {reinterpret_cast<const char*>(value.data()), value.size()}; }
  std::string string() const { return std::string(text()); }
  std::int64_t integer() const;  // of a varint field
  float float32() const;         // of a fixed32 field
};

class Cursor {
 public:
  explicit Cursor(Bytes message) : at_(message.data()), end_(message.data() + message.size()) {}
  // False at the end of the message. Throws WireFault. Groups, which ONNX never had, count as a bad tag.
  bool next(Field& field);

 private:
  const std::byte* at_;
  const std::byte* end_;
};

// The last occurrence of a string field, which is the one that counts; empty when there is none. Throws WireFault.
std::string_view find_text(Bytes message, std::uint32_t number);
// Appends the integers of a repeated field, packed or not. Throws WireFault. False: more than `most` in `out`.
bool append_integers(const Field& field, std::size_t most, std::vector<std::int64_t>& out);
// Varints end with a byte below 128.
std::size_t count_varints(Bytes packed);

std::size_t varint_width(std::uint64_t value);
void append_varint(std::string& out, std::uint64_t value, std::size_t width = 0);  // padded to `width`
void append_bytes_field(std::string& out, std::uint32_t number, std::string_view value);

// For an error line: control characters as \xHH, cut after 300 bytes; and the same in quotes.
std::string printable(std::string_view text);
std::string in_quotes(std::string_view name);

}  // namespace ramus::onnx_wire
