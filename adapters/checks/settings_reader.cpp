#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "adapters/checks/settings_toml.hpp"
#include "adapters/report/json_field.hpp"
#include "adapters/report/plain_text.hpp"
#include "plugin/check/rule.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostText = 1 << 20;     // bytes
constexpr std::size_t kLongestPattern = 1000;  // bytes

void allow_only(const Field& field, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : field.object()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    field.fail(fmt::format("'{}': no such key; there are {}", printable(key), fmt::join(known, ", ")));
  }
}

std::string text_of(const Field& field) {
  std::string text = field.text();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) field.fail("must not be empty");
  return text;
}

Severity severity_of(const Field& field) {
  const std::string name = field.text();
  const auto severity = severity_from(name);
  if (!severity) field.fail("'" + printable(name) + "': must be note, warning or error");
  return *severity;
}

std::string code_of(const Field& field) {
  std::string code = text_of(field);
  if (auto status = check_code(printable(code)); !status) field.fail(status.error().message);
  return code;
}

std::vector<std::string> codes_of(const Field& field) { return field.list(code_of); }

std::string pattern_of(const Field& field) {
  std::string pattern = text_of(field);
  if (pattern.size() > kLongestPattern) field.fail(fmt::format("is longer than {} bytes", kLongestPattern));
  return pattern;
}

std::vector<std::string> patterns_of(const Field& field) {
  std::vector<std::string> patterns = field.list(pattern_of);
  if (patterns.empty()) field.fail("must name at least one pattern");
  return patterns;
}

double threshold_of(const Field& field, const RuleOption& option) {
  const double value = field.number();
  if (!(value >= option.least && value <= option.most)) {  // nor is it NaN
    field.fail(fmt::format("{}: must lie in [{}, {}]", value, option.least, option.most));
  }
  return value;
}

RuleSettings rule_settings_of(const Field& field, const Rule& rule) {
  RuleSettings settings;
  for (const auto& [key, value] : field.object()) {
    const Field entry = field[key.c_str()];
    if (key == "severity") {
      settings.severity = severity_of(entry);
      continue;
    }
    const auto option =
        std::find_if(rule.options.begin(), rule.options.end(),
                     [&, name = std::string_view(key)](const RuleOption& row) { return row.name == name; });
    if (option == rule.options.end()) {
      std::string known = "severity";
      for (const RuleOption& row : rule.options) known += ", " + std::string(row.name);
      field.fail(fmt::format("'{}': {} has no such option; there are {}", printable(key), rule.code, known));
    }
    settings.options.emplace(key, threshold_of(entry, *option));
  }
  return settings;
}

Selection selection_of(const Field& field) {
  Selection selection;
  if (field.has("select")) selection.select = codes_of(field["select"]);
  if (field.has("ignore")) selection.ignore = codes_of(field["ignore"]);
  if (!field.has("rules")) return selection;
  const Field rules = field["rules"];
  for (const auto& [code, value] : rules.object()) {
    const Rule* rule = find_rule(code);
    if (rule == nullptr) rules.fail("'" + printable(code) + "': no such rule; `ramus explain` lists them");
    selection.rules.emplace(code, rule_settings_of(rules[code.c_str()], *rule));
  }
  return selection;
}

Override override_of(const Field& field) {
  allow_only(field, {"models", "select", "ignore", "rules"});
  return {patterns_of(field["models"]), selection_of(field)};
}

Ignore ignore_of(const Field& field) {
  allow_only(field, {"code", "models", "where", "reason"});
  Ignore ignore;
  ignore.code = code_of(field["code"]);
  if (field.has("models")) ignore.models = patterns_of(field["models"]);
  if (field.has("where")) ignore.where = pattern_of(field["where"]);
  ignore.reason = text_of(field["reason"]);
  return ignore;
}

CheckSettings settings_of(const Field& field) {
  allow_only(field, {"select", "ignore", "fail-on", "rules", "overrides", "ignores"});
  CheckSettings settings;
  settings.selection = selection_of(field);
  if (field.has("fail-on")) settings.fail_on = severity_of(field["fail-on"]);
  if (field.has("overrides")) settings.overrides = field["overrides"].list(override_of);
  if (field.has("ignores")) settings.ignores = field["ignores"].list(ignore_of);
  return settings;
}

bool is_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

Result<CheckSettings> read_check_settings(std::string_view text, std::string name) {
  try {
    if (text.size() > kMostText) throw WrongField{fmt::format("is larger than {} bytes", kMostText)};
    const Field::Json tree = is_json(text) ? parse_report(text) : settings_from_toml(text);
    CheckSettings settings = settings_of(Field(tree));
    settings.source = std::move(name);
    return settings;
  } catch (const WrongField& wrong) {
    return failure(ErrorKind::usage, name + ": " + wrong.what);
  }
}

}  // namespace ramus
