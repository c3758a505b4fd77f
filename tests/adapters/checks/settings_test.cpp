#include "plugin/check/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugin/check/rule.hpp"
#include "tests/support.hpp"

using namespace ramus;

namespace {

const std::string kCode(all_rules().front()->code);  // "RMS…"

std::string error_of(const std::string& text) {
  const auto settings = read_check_settings(text, "s");
  if (settings) return "";
  CHECK(settings.error().kind == ErrorKind::usage);
  return settings.error().message;
}

bool reads_toml() {
  if (read_check_settings("", "s")) return true;
  CHECK(error_of("fail-on = 'note'") ==
        "s: this build of ramus reads no TOML, since toml++ (libtomlplusplus-dev) was not there; write the same as "
        "JSON, in braces: {\"fail-on\": \"warning\"}");
  testing::skip("this build reads no TOML");
  return false;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// RMS000 in the text stands for a code that there is.
std::string with_code(std::string text) {
  replace_all(text, "RMS000", kCode);
  return text;
}

void check_all_of_it(const Result<CheckSettings>& settings) {
  REQUIRE(settings);
  CHECK(settings->source == "ramus.toml");
  CHECK(settings->selection.select == std::vector<std::string>{"RMS"});
  CHECK(settings->selection.ignore == std::vector<std::string>{kCode});
  CHECK(settings->fail_on == Severity::warning);
  CHECK(settings->selection.rules.at(kCode).severity == Severity::error);
  REQUIRE(settings->overrides.size() == 2);
  CHECK(settings->overrides[0].models == std::vector<std::string>{"legacy/*", "old.onnx"});
  CHECK(settings->overrides[0].selection.ignore == std::vector<std::string>{"RMS"});
  CHECK(settings->overrides[1].selection.select == std::vector<std::string>{kCode});
  CHECK(settings->overrides[1].selection.rules.at(kCode).severity == Severity::note);
  REQUIRE(settings->ignores.size() == 2);
  CHECK(settings->ignores[0].code == kCode);
  CHECK(settings->ignores[0].models == std::vector<std::string>{"models/denoise*.onnx"});
  CHECK(settings->ignores[0].where == "Add_*");
  CHECK(settings->ignores[0].reason == "adds its input: image restoration");
  CHECK(settings->ignores[1].models.empty());
  CHECK(settings->ignores[1].where.empty());
}

}  // namespace

TEST_CASE("settings as TOML") {
  if (!reads_toml()) return;
  check_all_of_it(read_check_settings(with_code(R"(
# what our team decided
select = ["RMS"]
ignore = ["RMS000"]
fail-on = "warning"

[rules.RMS000]
severity = "error"

[[overrides]]
models = ["legacy/*", "old.onnx"]
ignore = ["RMS"]

[[overrides]]
models = ["new/*"]
select = ["RMS000"]
[overrides.rules.RMS000]
severity = "note"

[[ignores]]
code = "RMS000"
models = ["models/denoise*.onnx"]
where = "Add_*"
reason = "adds its input: image restoration"

[[ignores]]
code = "RMS"
reason = "known"
)"),
                                      "ramus.toml"));
  CHECK(read_check_settings("", "s")->selection.select.empty());
  CHECK(read_check_settings("", "s")->fail_on == Severity::error);
}

TEST_CASE("the same settings as JSON") {
  check_all_of_it(read_check_settings(with_code(R"(
  {"select": ["RMS"], "ignore": ["RMS000"], "fail-on": "warning", "rules": {"RMS000": {"severity": "error"}},
   "overrides": [{"models": ["legacy/*", "old.onnx"], "ignore": ["RMS"]},
                 {"models": ["new/*"], "select": ["RMS000"], "rules": {"RMS000": {"severity": "note"}}}],
   "ignores": [{"code": "RMS000", "models": ["models/denoise*.onnx"], "where": "Add_*",
                "reason": "adds its input: image restoration"},
               {"code": "RMS", "reason": "known"}]})"),
                                      "ramus.toml"));
}

TEST_CASE("an error says where, what, and which words there are") {
  CHECK(error_of("{") == "s: is not JSON (byte 2)");
  CHECK(error_of(R"({"selekt": []})") ==
        "s: 'selekt': no such key; there are select, ignore, fail-on, rules, overrides, ignores");
  CHECK(error_of(R"({"select": "RMS"})") == "s: select: must be a list");
  CHECK(error_of(R"({"select": [1]})") == "s: select[0]: must be a string");
  CHECK(error_of(R"({"select": [""]})") == "s: select[0]: must not be empty");
  CHECK(error_of(R"({"ignore": ["RMS", "E501"]})").find("s: ignore[1]: 'E501': no code begins so; there are RMS") == 0);
  CHECK(error_of(R"({"fail-on": "fatal"})") == "s: fail-on: 'fatal': must be note, warning or error");
  CHECK(error_of(R"({"fail-on": 1})") == "s: fail-on: must be a string");
  CHECK(error_of(R"({"rules": []})") == "s: rules: must be an object");
  CHECK(error_of(R"({"rules": {"RMS": {}}})") == "s: rules: 'RMS': no such rule; `ramus explain` lists them");
  CHECK(error_of(with_code(R"({"rules": {"RMS000": 1}})")) == "s: rules." + kCode + ": must be an object");
  CHECK(error_of(with_code(R"({"rules": {"RMS000": {"severity": "x"}}})")) ==
        "s: rules." + kCode + ".severity: 'x': must be note, warning or error");
  const std::string no_option = error_of(with_code(R"({"rules": {"RMS000": {"slack": 1}}})"));
  CHECK(no_option.find("s: rules." + kCode + ": 'slack': " + kCode + " has no such option; there are severity") == 0);
  CHECK(error_of(R"({"overrides": [{"ignore": ["RMS"]}]})") == "s: overrides[0].models: is missing");
  CHECK(error_of(R"({"overrides": [{"models": []}]})") == "s: overrides[0].models: must name at least one pattern");
  CHECK(error_of(R"({"overrides": [{"models": ["*"], "fail-on": "note"}]})") ==
        "s: overrides[0]: 'fail-on': no such key; there are models, select, ignore, rules");
  CHECK(error_of(R"({"ignores": [{"reason": "x"}]})") == "s: ignores[0].code: is missing");
  CHECK(error_of(R"({"ignores": [{"code": "RMS"}]})") == "s: ignores[0].reason: is missing");
  CHECK(error_of(R"({"ignores": [{"code": "RMS", "reason": " \n"}]})") == "s: ignores[0].reason: must not be empty");
  CHECK(error_of(R"({"ignores": [{"code": "RMS", "reason": "x", "model": "a"}]})") ==
        "s: ignores[0]: 'model': no such key; there are code, models, where, reason");
  CHECK(error_of(R"({"ignores": [{"code": "RMS", "reason": "x", "where": ")" + std::string(1001, '*') + "\"}]}") ==
        "s: ignores[0].where: is longer than 1000 bytes");
}

TEST_CASE("thresholds are those of the rule, and within its range") {
  for (const Rule* rule : all_rules()) {
    for (const RuleOption& option : rule->options) {
      CAPTURE(rule->code);
      CAPTURE(option.name);
      const auto with = [&](double value) {
        return nlohmann::json{{"rules", {{rule->code, {{option.name, value}}}}}}.dump();
      };
      const auto settings = read_check_settings(with(option.otherwise), "s");
      REQUIRE(settings);
      CHECK(settings->selection.rules.at(std::string(rule->code)).options.at(std::string(option.name)) ==
            option.otherwise);
      const std::string error = error_of(with(option.most + 1));
      CHECK(error.find("s: rules." + std::string(rule->code) + "." + std::string(option.name) + ": ") == 0);
      CHECK(error.find("must lie in [") != std::string::npos);
      CHECK(error_of(nlohmann::json{{"rules", {{rule->code, {{option.name, "1"}}}}}}.dump()).find("must be a number") !=
            std::string::npos);
    }
  }
}

TEST_CASE("errors of TOML have a line and a column") {
  if (!reads_toml()) return;
  CHECK(error_of("select = [\"RMS\"]\nignore = [\n").find("s: line 2, column 12: is not TOML: ") == 0);
  CHECK(error_of("select = 1\nselect = 2\n").find("s: line 2, column ") == 0);
  CHECK(error_of("fail-on = 1979-05-27") == "s: line 1, column 11: no setting is a date or a time");
  CHECK(error_of("fail-on = \"\xFF\"").find("s: line 1, column ") == 0);
  CHECK(error_of("fail_on = 'note'") ==
        "s: 'fail_on': no such key; there are select, ignore, fail-on, rules, overrides, ignores");
}

TEST_CASE("hostile settings end in an error, not in a crash") {
  CHECK(error_of("{" + std::string(2 << 20, ' ')) == "s: is larger than 1048576 bytes");
  CHECK(error_of("{\"select\": " + std::string(500'000, '[')) == "s: lists and objects nest too deeply");
  CHECK(error_of(R"({"\u001b[2J\n": 1})") ==
        "s: ' [2J ': no such key; there are select, ignore, fail-on, rules, overrides, ignores");
  CHECK(error_of(R"({"rules": {"a\u0000b": 1}})") == "s: rules: 'a b': no such rule; `ramus explain` lists them");
  if (!reads_toml()) return;
  std::string dotted = "a";
  for (int i = 0; i < 300'000; ++i) dotted += ".a";
  for (const std::string& text : {dotted + " = 1", "[" + dotted + "]", "a = {" + dotted + " = 1}"}) {
    CHECK(error_of(text) == "s: line 1: more than 100 dots in one key or value");
  }
  CHECK(error_of("a = " + std::string(300'000, '[')).find("s: line 1, column ") == 0);
  std::string nested;
  for (int i = 0; i < 15; ++i) nested += "a" + dotted.substr(1, 160) + " = {";
  CHECK(error_of(nested + "}").find("s: line 1") == 0);
}
