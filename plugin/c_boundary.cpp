#include "plugin/c_boundary.hpp"

#include <algorithm>

#include "plugin/version.hpp"

namespace ramus {
namespace {

constexpr std::size_t kLargestStruct = 4096;  // bytes; a promise of STABILITY.md, so that garbage is not read as a size

// Length of the UTF-8 sequence at the beginning; 0 where there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xC2 ? 0 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (byte(0) > 0xF4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

ramus_status status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return RAMUS_USAGE;
    case ErrorKind::invalid_input:
      return RAMUS_INVALID_INPUT;
    case ErrorKind::cancelled:
      return RAMUS_CANCELLED;
    case ErrorKind::internal:
      break;
  }
  return RAMUS_INTERNAL;
}

std::string one_line(std::string_view message, std::size_t room) {
  std::string line;
  while (!message.empty()) {
    const std::size_t length = utf8_length(message);
    const auto first = static_cast<unsigned char>(message.front());
    const bool control = first < 0x20 || first == 0x7F ||
                         (length == 2 && first == 0xC2 && static_cast<unsigned char>(message[1]) < 0xA0);
    const std::string_view shown = length == 0 ? "?" : control ? " " : message.substr(0, length);
    if (line.size() + shown.size() > room) break;
    line += shown;
    message.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return line;
}

void fill(ramus_error* error, ramus_status status, std::string_view message) {
  constexpr std::size_t kMessage = offsetof(ramus_error, message);
  if (error == nullptr || error->struct_size <= kMessage) return;
  error->status = status;
  const std::size_t room = std::min(error->struct_size, sizeof(ramus_error)) - kMessage;
  const std::string text = one_line(message, room - 1);
  std::memcpy(error->message, text.data(), text.size());
  error->message[text.size()] = '\0';
}

Status check_struct_size(const void* given, std::size_t size, std::size_t known, std::size_t alignment,
                         std::string_view what) {
  const std::string where = std::string(what) + ": struct_size " + std::to_string(size);
  if (size <= sizeof(std::size_t) || size > kLargestStruct || size % alignment != 0) {
    return usage(where + " is the size of no version of this struct; begin with its _INIT macro");
  }
  const auto* bytes = static_cast<const unsigned char*>(given);
  const auto is_set = [](unsigned char byte) { return byte != 0; };
  if (size > known && std::any_of(bytes + known, bytes + size, is_set)) {
    return usage(where + ": uses fields of a newer Ramus than this library, " + version() + ", which knows " +
                 std::to_string(known) + " bytes");
  }
  return {};
}

}  // namespace ramus
