// Models checked one against what was approved of another.
#pragma once

#include <doctest/doctest.h>

#include "plugin/check/check.hpp"
#include "tests/plugin/onnx/onnx_text.hpp"

namespace ramus::testing {

// By the rules whose codes begin with one of `select`.
inline Checks checked(const WireModel& model, std::vector<std::string> select, std::optional<Baseline> approved = {},
                      bool makes_baseline = false, CheckSettings settings = {}) {
  CheckRequest request;
  request.settings = std::move(settings);
  request.approved = std::move(approved);
  request.makes_baseline = makes_baseline;
  REQUIRE(narrow(request.settings, std::move(select), {}).has_value());
  Checker checker(std::move(request));
  const auto status = checker.check(model, Host{});
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return checker.checks();
}

inline Baseline approved(const WireModel& model) { return checked(model, {"RMS9"}, {}, true).baseline; }

// "RMS301 warning group 'y': ...", line by line.
inline std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.code + " " + std::string(name_of(finding.severity)) + " " +
            std::string(name_of(finding.place.kind)) + " '" + finding.place.name + "': " + finding.message + "\n";
  }
  return text;
}

inline std::unique_ptr<WireModel> model_of(const std::string& bytes) {
  const auto span = std::as_bytes(std::span(bytes));
  auto model = WireModel::from_owned({span.begin(), span.end()}, "");
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return std::move(*model);
}

#ifdef RAMUS_WITH_ONNX

// What the rules find in the second model after the first one was approved; both in ONNX's text form.
inline std::string found_since(const std::string& before, const std::string& now, std::vector<std::string> select) {
  const auto first = model_of(model_from_text(before.c_str())), second = model_of(model_from_text(now.c_str()));
  return text_of(checked(*second, std::move(select), approved(*first)).models.at(0).findings);
}

#endif

}  // namespace ramus::testing
