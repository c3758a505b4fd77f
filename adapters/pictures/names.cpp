#include "adapters/pictures/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr double kRounding = 0.01;  // pixels
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Letter {
  std::string_view bytes;
  char32_t code = 0;
};

// Of valid UTF-8.
std::vector<Letter> letters_of(std::string_view text) {
  std::vector<Letter> letters;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    letters.push_back({text.substr(i, length), code});
    i += length;
  }
  return letters;
}

bool is_between(char32_t code, char32_t first, char32_t last) { return first <= code && code <= last; }

// Marks, embeddings, overrides and isolates of direction, line and paragraph separators, the byte order mark.
bool steers_layout(char32_t code) {
  return code == 0x061C || is_between(code, 0x200E, 0x200F) || is_between(code, 0x2028, 0x202E) ||
         is_between(code, 0x2066, 0x2069) || code == 0xFEFF;
}

// Advances of DejaVu Sans, the widest of the fonts asked for, rounded up.
double advance(char32_t code) {
  if (code < 0x80) {
    const char c = static_cast<char>(code);
    if (std::string_view("ijl|'").find(c) != std::string_view::npos) return 0.34;
    if (std::string_view(" .,:;!/\\()[]ftrI-").find(c) != std::string_view::npos) return 0.42;
    if (std::string_view("mwMWQ@%+<>=~#").find(c) != std::string_view::npos) return 1.0;
    return c >= 'A' && c <= 'Z' ? 0.79 : 0.64;
  }
  if (is_between(code, 0x1100, 0x11FF) || is_between(code, 0x2E80, 0xA4CF) || is_between(code, 0xAC00, 0xD7AF) ||
      is_between(code, 0xF900, 0xFAFF) || is_between(code, 0xFE30, 0xFE4F) || is_between(code, 0xFF00, 0xFF60)) {
    return 1.0;
  }
  if (code >= 0x10000) return 1.4;
  return code < 0x0600 ? 0.75 : 1.0;
}

std::string cut(std::string_view text, double room, double size, bool keeps_end) {
  std::vector<Letter> letters = letters_of(text);
  double width = 0;
  for (const Letter& letter : letters) width += advance(letter.code);
  if (width * size <= room + kRounding) return std::string(text);
  if (keeps_end) std::reverse(letters.begin(), letters.end());
  double used = 1.0;  // the ellipsis
  std::size_t kept = 0, bytes = 0;
  while (kept < letters.size() && (used + advance(letters[kept].code)) * size <= room) {
    used += advance(letters[kept].code);
    bytes += letters[kept++].bytes.size();
  }
  return keeps_end ? std::string(kEllipsis).append(text.substr(text.size() - bytes))
                   : std::string(text.substr(0, bytes)).append(kEllipsis);
}

}  // namespace

std::string shown(std::string_view name) {
  const std::string text = printable(name);
  std::string out;
  for (const Letter& letter : letters_of(text)) {
    if (steers_layout(letter.code)) {
      out += ' ';
    } else if ((letter.code & 0xFFFEU) == 0xFFFE) {
      out += kReplacement;  // no character at all; U+FFFE and U+FFFF are not allowed in XML
    } else {
      out += letter.bytes;
    }
  }
  return out;
}

std::string shown_file(std::string_view path) { return shown(path.substr(path.rfind('/') + 1)); }

double width_in_em(std::string_view shown) {
  double width = 0;
  for (const Letter& letter : letters_of(shown)) width += advance(letter.code);
  return width;
}

std::string fitted(std::string_view shown, double room, double size) { return cut(shown, room, size, true); }

std::string fitted_from_start(std::string_view shown, double room, double size) {
  return cut(shown, room, size, false);
}

std::string at_most(std::string_view shown, std::size_t most) {
  const std::size_t width = width_of(shown);
  if (width <= most) return std::string(shown);
  const std::vector<Letter> letters = letters_of(shown);
  const auto bytes = static_cast<std::size_t>(letters[most].bytes.data() - shown.data());
  return std::string(shown.substr(0, bytes)) + fmt::format("{} ({} characters)", kEllipsis, width);
}

std::string as_xml(std::string_view shown) {
  std::string out;
  for (const char c : shown) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A backslash would begin an escape (\N is the node's name). Graphviz reads entities in quoted strings, so the ampersand is
// written as one.
std::string as_dot(std::string_view shown) {
  std::string out = "\"";
  for (const char c : shown) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string as_mermaid(std::string_view shown) {
  std::string out = "\"";
  for (const char c : shown) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    const bool is_letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!is_ascii || is_letter || std::string_view(" .,-+=()_/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("#{};", static_cast<int>(c));
    }
  }
  return out + "\"";
}

// Every mark that Markdown could read is written as an entity. What GitHub makes links of only after it has read the
// entities (@name, #12, www., ://) is broken by a word joiner, which has no width.
std::string as_markdown(std::string_view shown) {
  constexpr std::string_view kJoiner = "\xE2\x81\xA0";
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (std::string_view("<>&\"'`*_~[]!#|\\{}$^=@:+").find(c) != std::string_view::npos) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
    const bool links = c == '@' || c == '#' || (c == ':' && shown.substr(i + 1, 1) == "/") ||
                       (c == '.' && i > 0 && (shown[i - 1] == 'w' || shown[i - 1] == 'W'));
    if (links) out += kJoiner;
  }
  return out;
}

// The fence is longer than any run of backticks in the name.
std::string as_code(std::string_view text, std::size_t room) {
  std::string name = shortened(text, room);
  std::size_t run = 0, longest = 0;
  std::string out;
  for (const char c : name) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') {
      out +=
          "\xC2\xA6";  // a broken bar: a cell ends at a bar even in code, and the name may end in a backslash before it
    } else {
      out += c;
    }
  }
  const std::string fence(longest + 1, '`');
  const std::string pad = longest > 0 || out.empty() || out.front() == ' ' ? " " : "";
  return fence + pad + out + pad + fence;
}

}  // namespace ramus
