#include "plugin/check/settings.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "plugin/check/rule.hpp"

namespace ramus {
namespace {

bool begins_one_of(std::string_view code, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return code.substr(0, beginning.size()) == beginning; });
}

bool fits(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

bool fits_one_of(const std::vector<std::string>& patterns, const std::string& text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return fits(std::string(without_dot(pattern)), std::string(without_dot(text)));
  });
}

// Where the upper one selects, it says all there is to say of which rules run.
void lay_over(const Selection& upper, Selection& selection) {
  if (!upper.select.empty()) {
    selection.select = upper.select;
    selection.ignore.clear();
  }
  selection.ignore.insert(selection.ignore.end(), upper.ignore.begin(), upper.ignore.end());
  for (const auto& [code, settings] : upper.rules) {
    RuleSettings& rule = selection.rules[code];
    if (settings.severity) rule.severity = settings.severity;
    for (const auto& [option, value] : settings.options) rule.options.insert_or_assign(option, value);
  }
}

std::vector<std::string> codes_of(const Selection& selection) {
  std::vector<std::string> codes;
  for (const Rule* rule : all_rules()) {
    const bool is_selected = selection.select.empty() || begins_one_of(rule->code, selection.select);
    if (is_selected && !begins_one_of(rule->code, selection.ignore)) codes.emplace_back(rule->code);
  }
  return codes;
}

}  // namespace

std::string_view without_dot(std::string_view path) {
  while (path.substr(0, 2) == "./") path.remove_prefix(2);
  return path;
}

double RuleOptions::number(std::string_view option) const {
  if (const auto set = values_.find(option); set != values_.end()) return set->second;
  const Rule* rule = find_rule(code_);
  const auto row = std::find_if(rule->options.begin(), rule->options.end(),
                                [&](const RuleOption& candidate) { return candidate.name == option; });
  return row->otherwise;
}

Status check_code(std::string_view beginning) {
  std::string known;
  for (const Rule* rule : all_rules()) {
    if (!beginning.empty() && rule->code.substr(0, beginning.size()) == beginning) return {};
    known += (known.empty() ? "" : ", ") + std::string(rule->code);
  }
  return failure(ErrorKind::usage, "'" + std::string(beginning) + "': no code begins so; there are " + known);
}

Status narrow(CheckSettings& settings, std::vector<std::string> select, std::vector<std::string> ignore) {
  for (const auto* list : {&select, &ignore}) {
    for (const std::string& code : *list) {
      if (auto status = check_code(code); !status) {
        return propagate(std::move(status.error()), list == &select ? "select" : "ignore");
      }
    }
  }
  settings.narrowed = {std::move(select), std::move(ignore), {}};
  return {};
}

RulesOfModel rules_for(const CheckSettings& settings, const std::string& model) {
  RulesOfModel rules{{}, settings.selection};
  for (const Override& override : settings.overrides) {
    if (fits_one_of(override.models, model)) lay_over(override.selection, rules.selection);
  }
  lay_over(settings.narrowed, rules.selection);
  rules.codes = codes_of(rules.selection);
  return rules;
}

std::vector<std::string> rules_for_any(const CheckSettings& settings) {
  std::set<std::string> all;
  const auto add = [&](Selection selection, const Selection* upper) {
    if (upper != nullptr) lay_over(*upper, selection);
    lay_over(settings.narrowed, selection);
    for (std::string& code : codes_of(selection)) all.insert(std::move(code));
  };
  add(settings.selection, nullptr);
  for (const Override& override : settings.overrides) add(settings.selection, &override.selection);
  return {all.begin(), all.end()};
}

bool speaks_of(const Ignore& ignore, const std::string& model, std::string_view code) {
  return begins_one_of(code, {ignore.code}) && (ignore.models.empty() || fits_one_of(ignore.models, model));
}

bool speaks_of(const Ignore& ignore, const std::string& model, const Finding& finding) {
  const std::string& name = finding.place.name;  // which may hold what patterns are made of: "a->b[3]"
  return speaks_of(ignore, model, finding.code) &&
         (ignore.where.empty() || ignore.where == name || fits(ignore.where, name));
}

}  // namespace ramus
