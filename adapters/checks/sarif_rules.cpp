#include <fmt/format.h>

#include "adapters/checks/sarif_parts.hpp"
#include "adapters/pictures/names.hpp"
#include "plugin/check/rule.hpp"

namespace ramus {
namespace {

// "input-to-output-bypass" becomes "InputToOutputBypass".
std::string pascal_case(std::string_view kebab) {
  std::string out;
  bool begins = true;
  for (const char c : kebab) {
    if (c != '-') out += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '-';
  }
  return out;
}

// What its code says that a rule is about (rules/rules.hpp).
std::string_view subject_of(std::string_view code) {
  switch (code.size() > 3 ? code[3] : '\0') {
    case '0':
      return "structure";
    case '1':
      return "branches";
    case '2':
      return "unused-parts";
    case '3':
      return "changes";
    default:
      return "run";
  }
}

// The explanation, and the thresholds; `quoted` makes a sentence fit for its kind of text.
template <class Quoted>
std::string help_of(const Rule& rule, const Quoted& quoted) {
  std::string text;
  for (std::string_view rest = rule.explanation; !rest.empty();) {
    const std::string_view paragraph = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(paragraph.size() + 1, rest.size()));
    text += quoted(std::string(paragraph)) + "\n";
  }
  if (!rule.options.empty()) text += "\n" + quoted(fmt::format("Settings, under [rules.{}]:", rule.code)) + "\n\n";
  for (const RuleOption& option : rule.options) {
    text += "- " +
            quoted(fmt::format("{} = {}: {} ({} to {})", option.name, option.otherwise, option.summary, option.least,
                               option.most)) +
            "\n";
  }
  return text;
}

// GitHub takes 1,024 characters; `help` has all of it.
std::string_view first_paragraph(std::string_view text) { return text.substr(0, text.find("\n\n")).substr(0, 1024); }

ReportJson to_sarif(const Rule& rule) {
  ReportJson json{{"id", rule.code}, {"name", pascal_case(rule.name)}};
  json["shortDescription"] = sarif_message(rule.summary);
  json["fullDescription"] = sarif_message(first_paragraph(rule.explanation));
  json["help"] = sarif_message(help_of(rule, [](const std::string& text) { return text; }));
  json["help"]["markdown"] = help_of(rule, [](const std::string& text) { return as_markdown(text); });
  json["defaultConfiguration"] = {{"level", name_of(rule.severity)}};
  json["properties"] = {{"tags", {"onnx", subject_of(rule.code)}}};
  return json;
}

}  // namespace

ReportJson sarif_rules(const std::vector<std::string>& codes) {
  ReportJson rules = ReportJson::array();
  for (const std::string& code : codes) {
    const Rule* rule = find_rule(code);
    rules.push_back(rule == nullptr ? ReportJson{{"id", code}} : to_sarif(*rule));
  }
  return rules;
}

}  // namespace ramus
