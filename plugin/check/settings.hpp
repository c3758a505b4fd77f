// What a team decides about checks: which rules, how severe, from which value on, and which findings are known and why.
//
//   [rules.RMS012]            [[ignores]]                                  [[overrides]]
//   severity = "warning"      code = "RMS001"                              models = ["legacy/*"]
//   ratio = 0.1               models = ["models/denoise*.onnx"]            ignore = ["RMS013"]
//                             where = "Add_*"
//                             reason = "adds its input: image restoration"
//
// Written as TOML or as JSON of the same form. Patterns are those of shells (fnmatch), whose * goes beyond a slash.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "plugin/check/finding.hpp"

namespace ramus {

// Thresholds of one rule, at their defaults where nothing was said.
class RuleOptions {
 public:
  explicit RuleOptions(std::string_view code) : code_(code) {}
  double number(std::string_view option) const;  // must be in the rule's table
  void set(std::string_view option, double value) { values_.insert_or_assign(std::string(option), value); }

 private:
  std::string code_;
  std::map<std::string, double, std::less<>> values_;
};

struct RuleSettings {
  std::optional<Severity> severity;  // in place of the usual one; findings that are milder than usual are not raised
  std::map<std::string, double, std::less<>> options;
};

struct Selection {
  std::vector<std::string> select;  // codes or their beginnings; empty: all
  std::vector<std::string> ignore;  // of these; where a selection laid over another one selects, the other's is void
  std::map<std::string, RuleSettings, std::less<>> rules;  // by code
};

struct Override {
  std::vector<std::string> models;  // patterns
  Selection selection;
};

struct Ignore {
  std::string code;                 // or its beginning
  std::vector<std::string> models;  // patterns; empty: all
  std::string where;                // a name, or a pattern of names; empty: all
  std::string reason;               // never empty
};

struct CheckSettings {
  Selection selection;
  std::vector<Override> overrides;  // the later one wins
  std::vector<Ignore> ignores;
  Selection narrowed;  // by the caller, laid over all the others
  Severity fail_on = Severity::error;
  std::string source;  // where ignores stand: "ramus.toml"; empty: none was given
};

// `text` is TOML or, where it begins with a brace, JSON. Errors (usage), beginning with `name`: not of this form and where,
// a code, an option or a value that does not exist; TOML in a library that was built without it.
Result<CheckSettings> read_check_settings(std::string_view text, std::string name);

// As which models are compared: "./models/a.onnx" is "models/a.onnx".
std::string_view without_dot(std::string_view path);

// Error (usage): no code begins so.
Status check_code(std::string_view beginning);

// Sets CheckSettings::narrowed. Errors (usage): no such code.
Status narrow(CheckSettings& settings, std::vector<std::string> select, std::vector<std::string> ignore);

// What holds for one model.
struct RulesOfModel {
  std::vector<std::string> codes;  // that run, ascending
  Selection selection;             // with all overrides laid over
};
RulesOfModel rules_for(const CheckSettings& settings, const std::string& model);

// Codes that run on some model or could: by the settings alone, or by one of their overrides. Ascending.
std::vector<std::string> rules_for_any(const CheckSettings& settings);

// Whether an ignore is about a rule on a model, and about a finding.
bool speaks_of(const Ignore& ignore, const std::string& model, std::string_view code);
bool speaks_of(const Ignore& ignore, const std::string& model, const Finding& finding);

}  // namespace ramus
