#include "adapters/checks/settings_toml.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 16  // settings nest 3 deep; each level takes stack
#include <fmt/format.h>
#include <toml++/toml.h>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr int kMostDots = 100;  // of one key: each of them nests a table, which the library does not bound
constexpr int kDeepest = 24;

[[noreturn]] void fail(const toml::source_position& position, const std::string& what) {
  throw WrongField{fmt::format("line {}, column {}: {}", position.line, position.column, what)};
}

// Counts dots in strings as well, so that no quotes can hide some.
void check_dots(std::string_view text) {
  int dots = 0;
  toml::source_index line = 1;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (std::string_view("\n=,[{").find(c) != std::string_view::npos) dots = 0;
    if (c == '.' && ++dots > kMostDots) {
      throw WrongField{fmt::format("line {}: more than {} dots in one key or value", line, kMostDots)};
    }
  }
}

Field::Json to_json(const toml::node& node, int depth) {
  if (depth > kDeepest) fail(node.source().begin, "lists and tables nest too deeply");
  if (const toml::table* table = node.as_table()) {
    Field::Json json = Field::Json::object();
    for (const auto& [key, value] : *table) json[std::string(key.str())] = to_json(value, depth + 1);
    return json;
  }
  if (const toml::array* array = node.as_array()) {
    Field::Json json = Field::Json::array();
    for (const toml::node& value : *array) json.push_back(to_json(value, depth + 1));
    return json;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  fail(node.source().begin, "no setting is a date or a time");
}

}  // namespace

Field::Json settings_from_toml(std::string_view text) {
  check_dots(text);
  try {
    return to_json(toml::parse(text), 0);
  } catch (const toml::parse_error& error) {
    fail(error.source().begin, "is not TOML: " + printable(error.description()));
  }
}

}  // namespace ramus
