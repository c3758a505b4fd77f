#include "plugin/check/rules_table.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "plugin/check/rule.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Rule& rule) {
  Json row{{"code", rule.code},
           {"name", rule.name},
           {"severity", name_of(rule.severity)},
           {"summary", rule.summary},
           {"explanation", rule.explanation},
           {"needs_baseline", rule.needs_baseline}};
  row["options"] = Json::array();
  for (const RuleOption& option : rule.options) {
    row["options"].push_back({{"name", option.name},
                              {"default", option.otherwise},
                              {"least", option.least},
                              {"most", option.most},
                              {"summary", option.summary}});
  }
  return row;
}

// Paragraphs of at most 100 columns.
std::string filled(std::string_view text) {
  constexpr std::size_t kWidth = 100;
  std::string out;
  std::size_t column = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    if (text[begin] == '\n') {
      out += '\n';
      column = 0;
      ++begin;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out += '\n';
      column = 0;
    }
    if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    begin = end < text.size() && text[end] == ' ' ? end + 1 : end;
  }
  return out;
}

std::string to_text(const Rule& rule) {
  std::string text = fmt::format("{} {} ({})\n{}\n\n{}\n", rule.code, rule.name, name_of(rule.severity), rule.summary,
                                 filled(rule.explanation));
  if (!rule.options.empty()) text += "\nIn the settings, under [rules." + std::string(rule.code) + "]:\n";
  for (const RuleOption& option : rule.options) {
    text += fmt::format("  {} = {}  {} ({} to {})\n", option.name, option.otherwise, option.summary, option.least,
                        option.most);
  }
  return text;
}

tl::unexpected<Error> no_such_format(std::string_view format) {
  return failure(ErrorKind::usage, "format '" + std::string(format) + "': there are text, json");
}

}  // namespace

Result<std::string> rules_table(std::string_view format) {
  if (format == "json") {
    Json rows = Json::array();
    for (const Rule* rule : all_rules()) rows.push_back(to_json(*rule));
    return rows.dump(1) + "\n";
  }
  if (format != "text") return no_such_format(format);
  std::string text;
  for (const Rule* rule : all_rules()) {
    text += fmt::format("{} {:<7}  {:<25} {}\n", rule->code, name_of(rule->severity), rule->name, rule->summary);
  }
  return text;
}

Result<std::string> describe_rule(std::string_view code, std::string_view format) {
  const Rule* rule = find_rule(code);
  if (rule == nullptr) {
    std::string known;
    for (const Rule* row : all_rules()) known += (known.empty() ? "" : ", ") + std::string(row->code);
    return failure(ErrorKind::usage, "'" + std::string(code) + "': no such rule; there are " + known);
  }
  if (format == "json") return to_json(*rule).dump(1) + "\n";
  if (format != "text") return no_such_format(format);
  return to_text(*rule);
}

}  // namespace ramus
