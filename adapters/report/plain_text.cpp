#include "adapters/report/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ramus {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool is_continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xC0) == 0x80;
}

// Bytes of the code point that begins at `i`; 0 where there is none. The Unicode Standard, table 3-7.
std::size_t code_point_length(std::string_view text, std::size_t i) {
  const unsigned first = byte_at(text, i);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !is_continuation(text, i + 1)) return 0;
  if (first < 0xE0) return 2;
  const unsigned second = byte_at(text, i + 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  if (overlong || no_character || !is_continuation(text, i + 2)) return 0;
  if (first < 0xF0) return 3;
  return is_continuation(text, i + 3) ? 4 : 0;
}

// Where a text that is wider than `room` ends its first line: after a comma of its second half, at the last space, or,
// in a word without end, where the room does.
std::size_t break_in(std::string_view text, std::size_t room) {
  std::size_t space = 0, comma = 0, end = 0;
  for (std::size_t used = 0; used <= room; ++used, end += std::max<std::size_t>(code_point_length(text, end), 1)) {
    if (text[end] != ' ') {
      if (used == room) break;
      continue;
    }
    space = end;
    if (text[end - 1] == ',' && used > room / 2) comma = end;
  }
  return comma > 0 ? comma : space > 0 ? space : end;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = code_point_length(text, i);
    const unsigned first = byte_at(text, i);
    const bool control = (length == 1 && (first < 0x20 || first == 0x7F)) ||
                         (length == 2 && first == 0xC2 && byte_at(text, i + 1) < 0xA0);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (control) {
      out += ' ';
    } else {
      out += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view name, std::size_t room) {
  std::string text = printable(name);
  const std::size_t width = width_of(text);
  if (width <= room) return text;
  std::size_t cut = 0;
  for (std::size_t passed = 0; passed < width - (room - 3); ++passed) cut += code_point_length(text, cut);
  return "..." + text.substr(cut);
}

std::string wrapped(std::string_view line, std::size_t width) {
  line = line.substr(0, line.find_last_not_of(' ') + 1);
  std::string out;
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  std::size_t margin = std::min(indent, width / 2);
  line.remove_prefix(indent);
  while (margin + width_of(line) > width) {
    const std::size_t cut = break_in(line, width - margin);
    out += std::string(margin, ' ').append(line.substr(0, cut)) + '\n';
    line.remove_prefix(std::min(line.find_first_not_of(' ', cut), line.size()));
    margin = std::min(indent, width / 2) + 2;
  }
  return out += std::string(margin, ' ').append(line);
}

std::string human(double value) {
  constexpr std::array<const char*, 5> kUnits{"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}", value) : fmt::format("{:.{}f}{}", value, value < 100 ? 1 : 0, kUnits[unit]);
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace ramus
